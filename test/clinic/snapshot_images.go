package clinic

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/parquet-go/parquet-go"
)

// held is where a bucket keeps what is restricted.
const held = ".dossier-"

func (s *Stores) readImages(ctx context.Context, out Snapshot) error {
	pages := awss3.NewListObjectVersionsPaginator(s.Images.Client, &awss3.ListObjectVersionsInput{Bucket: &s.Images.Name})
	versions := map[string][]string{} // the newest first
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, v := range page.DeleteMarkers {
			if key := aws.ToString(v.Key); !strings.HasPrefix(key, held) {
				versions[key] = append(versions[key], "deleted "+aws.ToString(v.VersionId)+" "+v.LastModified.String())
			}
		}
		for _, v := range page.Versions {
			key := aws.ToString(v.Key)
			if strings.HasPrefix(key, held) {
				continue
			}
			text, err := s.readVersion(ctx, key, aws.ToString(v.VersionId))
			if err != nil {
				return err
			}
			versions[key] = append(versions[key], aws.ToString(v.VersionId)+" "+v.LastModified.String())
			out["images/"+key] += text
		}
	}
	for key, list := range versions {
		for _, v := range list {
			if strings.HasPrefix(v, "deleted ") {
				out["images/"+key] += "deleted\n"
			}
		}
		out["images/"+key+" versions"] = strings.Join(list, "\n")
	}
	return nil
}

// readVersion is one version as lines.
func (s *Stores) readVersion(ctx context.Context, key, id string) (string, error) {
	o, err := s.Images.Client.GetObject(ctx, &awss3.GetObjectInput{Bucket: &s.Images.Name, Key: &key, VersionId: &id})
	if err != nil {
		return "", err
	}
	defer o.Body.Close()
	body, err := io.ReadAll(o.Body)
	if err != nil {
		return "", err
	}
	tags, err := s.Images.Client.GetObjectTagging(ctx, &awss3.GetObjectTaggingInput{Bucket: &s.Images.Name, Key: &key, VersionId: &id})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "type=%s\nmetadata=%v\n", aws.ToString(o.ContentType), o.Metadata)
	for _, x := range tags.TagSet {
		fmt.Fprintf(&b, "tag %s=%s\n", aws.ToString(x.Key), aws.ToString(x.Value))
	}
	lines, err := rowsOf(body)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	for _, l := range lines {
		b.WriteString(l + "\n")
	}
	return b.String(), nil
}

// rowsOf are the rows of an export, or an image as a line of its own.
func rowsOf(body []byte) ([]string, error) {
	if bytes.HasPrefix(body, []byte("PAR1")) {
		return parquetRows(body)
	}
	if !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return []string{hex.EncodeToString(body)}, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(z)
	if len(text) == 0 {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n"), err
}

// parquetRows are the rows of a Parquet file, column by column.
func parquetRows(body []byte) (out []string, err error) {
	f, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return nil, err
	}
	columns := f.Schema().Columns()
	for _, group := range f.RowGroups() {
		rows, buf := group.Rows(), make([]parquet.Row, 64)
		for err == nil {
			var n int
			n, err = rows.ReadRows(buf)
			for _, row := range buf[:n] {
				var cells []string
				for _, v := range row {
					if !v.IsNull() {
						cells = append(cells, strings.Join(columns[v.Column()], ".")+"="+v.String())
					}
				}
				out = append(out, strings.Join(cells, " "))
			}
		}
		if !errors.Is(err, io.EOF) {
			return nil, err
		}
		err = rows.Close()
	}
	return out, err
}

// Held is how many objects, documents and rows are kept for restrictions, by system.
func (s *Stores) Held(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	pages := awss3.NewListObjectVersionsPaginator(s.Images.Client, &awss3.ListObjectVersionsInput{Bucket: &s.Images.Name, Prefix: aws.String(held)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		out["images"] += len(page.Versions)
	}
	db := s.Desk.Client.Database(s.Desk.Held)
	names, err := db.ListCollectionNames(ctx, map[string]any{})
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		n, err := db.Collection(name).CountDocuments(ctx, map[string]any{})
		if err != nil {
			return nil, err
		}
		out["desk"] += int(n)
	}
	for table := range keys["records"] {
		var n int
		var there bool
		err := s.records.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", "dossier.held_clinic_"+table).Scan(&there)
		if err == nil && there {
			err = s.records.QueryRow(ctx, "SELECT count(*) FROM dossier.held_clinic_"+table).Scan(&n)
		}
		if err != nil {
			return nil, err
		}
		out["records"] += n
	}
	return out, nil
}
