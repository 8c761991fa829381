package s3

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestLarge: an object larger than a part is rewritten in parts, keeps its traits, and leaves no part behind; also where it is compressed.
func TestLarge(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	var text strings.Builder
	text.WriteString("no,who\n")
	for i := range 900_000 {
		fmt.Fprintf(&text, "%d,a row of another person\n", i)
		if i%300_000 == 7 {
			fmt.Fprintf(&text, "%d,C-1\n", -i)
		}
	}
	want := strings.NewReplacer("-7,C-1\n", "", "-300007,C-1\n", "", "-600007,C-1\n", "").Replace(text.String())
	for key, how := range map[string]squeezed{"imports/2024-01.csv": plain, "imports/2024-02.csv": gzipped, "imports/2024-03.csv": zstandard} {
		var content bytes.Buffer
		w, err := how.squeeze(&content)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text.String()); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b.put(t, key, content.String())
	}
	b.apply(t, 9, remove(by(imports, "who", "C-1")))
	for key, list := range b.contents(t) {
		in, how, err := unsqueeze(strings.NewReader(list[0]))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(in)
		if err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, compressed %d, %v; want %d", key, len(got), how, err, len(want))
		}
		o, err := b.Client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &b.Name, Key: aws.String(key)})
		if err != nil {
			t.Fatal(err)
		}
		o.Body.Close()
		if aws.ToString(o.ContentType) != "text/x-test" || o.Metadata["of"] != "the house" || aws.ToInt32(o.TagCount) != 2 {
			t.Errorf("%s has lost its traits: %v %v %v", key, aws.ToString(o.ContentType), o.Metadata, aws.ToInt32(o.TagCount))
		}
	}
}

// TestAbandoned: parts of an upload that was given up go with the objects of its key, and those of another's stay.
func TestAbandoned(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	b.given = 1
	key, other := "letters/C-1/2024-01-05-17.pdf", "letters/C-10/2024-01-05-18.pdf"
	for _, k := range []string{key, other} {
		u, err := b.Client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &b.Name, Key: &k})
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Client.UploadPart(t.Context(), &s3.UploadPartInput{Bucket: &b.Name, Key: &k, UploadId: u.UploadId, PartNumber: aws.Int32(1), Body: strings.NewReader("part")})
		if err != nil {
			t.Fatal(err)
		}
	}
	uploads := func(key string) int {
		l, err := b.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &b.Name, Prefix: &key}) // MinIO lists those of one key only
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Uploads)
	}
	exact := letters
	exact.At = "letters/{member_no}/2024-01-05-17.pdf"
	sel := connectors.Selection{Collection: exact, Any: by(letters, "member_no", "C-1").Any}
	b.given = 0
	b.apply(t, 0, remove(sel))
	if n := uploads(key); n != 1 {
		t.Errorf("an upload that has just begun was ended; %d are left", n)
	}
	b.given = 1
	b.apply(t, 0, remove(sel))
	if n, m := uploads(key), uploads(other); n != 0 || m != 1 {
		t.Errorf("%d uploads of hers are left, and %d of another's; want 0 and 1", n, m)
	}
}
