package faults

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// lake is a club whose members stand in a bucket: each in letters of their own, and all of them in a row of every import.
type lake struct {
	club
	servers.Bucket
	way *way
}

const lakeSystem = `system: lake
label: { en: Lake }
connector: s3
config: { bucket: "${LAKE_BUCKET}", endpoint: "${LAKE_URL}", path_style: "true", access_key_id: "${LAKE_KEY}", secret_access_key: "${LAKE_SECRET}", index_key: "${LAKE_INDEX}" }
backups: 0 days
restrict: { block: move }
department: Biuro
collections:
  letters:
    at: letters/{member_no}/{written_on}-{letter_no}.txt
    key: [member_no, letter_no]
    document: correspondence.letter
    growth: any
    guards: { root_rows: 1000, share: 100 %, because: letters are many }
    purposes: { membership: { since: written_on } }
    fields:
      member_no:  { identifier: member_no }
      written_on: correspondence.date
      letter_no:  correspondence.letter
  imports:
    at: imports/{month}.csv
    rows: csv
    key: [month, no]
    growth: any
    guards: { root_rows: 1000, share: 100 %, because: a row each month }
    purposes: { membership: { since: seen_on } }
    fields:
      member_no: { identifier: member_no }
      seen_on:   correspondence.date
      said:      vehicle.plate
`

// months are how many imports there are.
const months = 4

// lakeGone is how many documents and rows the erasure of the second member takes.
const lakeGone = 2 + months + 1

func newLake(t *testing.T, kind servers.BucketKind) *lake {
	t.Helper()
	return lakeIn(t, servers.S3(t, kind))
}

func lakeIn(t *testing.T, b servers.Bucket) *lake {
	t.Helper()
	return lakeOf(t, b, lakeAtFirst())
}

// lakeOf is one with these objects, its map with texts replaced.
func lakeOf(t *testing.T, b servers.Bucket, objects map[string]string, edits ...string) *lake {
	t.Helper()
	l := &lake{Bucket: b, way: newWay(t, b.Endpoint)}
	for key, text := range objects {
		l.put(t, key, text)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "lake.yaml": lakeSystem} {
		text = strings.NewReplacer(edits...).Replace(text)
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l.House = built.Empty(t, dir)
	l.Extra = map[string]string{"LAKE_BUCKET": b.Name, "LAKE_URL": l.way.url, "LAKE_KEY": b.Key, "LAKE_SECRET": b.Secret, "LAKE_INDEX": "a key of the tests, which nobody guesses"}
	return l
}

// lakeAtFirst is what lies in the bucket. The second member's dates are long past; his neighbours' numbers begin as his does.
func lakeAtFirst() map[string]string {
	out := map[string]string{
		"letters/C-2/2001-02-03-a.txt": "to the second", "letters/C-2/2001-03-03-b.txt": "to the second again",
		"letters/C-20/2001-02-03-a.txt": "to the twentieth", "letters/C-1/2024-02-03-a.txt": "to the first",
	}
	for m := range months {
		text := "no,member_no,seen_on,said\n"
		for i, who := range []string{"C-1", "C-2", "C-20", "C-3"} {
			text += fmt.Sprintf("%d,%s,2001-%02d-0%d,\"said %d, by %d\"\n", i, who, m+1, i+1, m, i)
		}
		if m == 1 {
			text += "9,C-2,2001-02-09,said twice\n"
		}
		out[fmt.Sprintf("imports/2001-%02d.csv", m+1)] = text
	}
	return out
}

// lakeAtLast is what an undisturbed erasure of the second member leaves of it.
func lakeAtLast() map[string]string {
	out := map[string]string{}
	for key, text := range lakeAtFirst() {
		if !strings.HasPrefix(key, "letters/C-2/") {
			out[key] = withoutTheSecond(text)
		}
	}
	return out
}

func withoutTheSecond(text string) string {
	lines := strings.SplitAfter(text, "\n")
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return strings.Contains(l, ",C-2,") }), "")
}

func (l *lake) put(t *testing.T, key, text string) {
	t.Helper()
	if _, err := l.Client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &l.Name, Key: &key, Body: strings.NewReader(text)}); err != nil {
		t.Fatal(err)
	}
}

func (l *lake) get(t *testing.T, key, version string) string {
	t.Helper()
	in := &s3.GetObjectInput{Bucket: &l.Name, Key: &key}
	if version != "" && version != "null" {
		in.VersionId = &version
	}
	o, err := l.Client.GetObject(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Body.Close()
	b, err := io.ReadAll(o.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// everything is what lies in the bucket but what the connector keeps for itself, and every version and marker beside the newest; and whether parts
// of an upload are left.
func (l *lake) everything(t *testing.T) (now map[string]string, beside []string) {
	t.Helper()
	now = map[string]string{}
	out, err := l.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &l.Name})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range out.Versions {
		switch key := aws.ToString(v.Key); {
		case strings.HasPrefix(key, ".dossier-held/index/"):
		case aws.ToBool(v.IsLatest):
			now[key] = l.get(t, key, aws.ToString(v.VersionId))
		default:
			beside = append(beside, key)
		}
	}
	for _, m := range out.DeleteMarkers {
		beside = append(beside, aws.ToString(m.Key)+" †")
	}
	for key := range lakeAtFirst() {
		parts, err := l.Client.ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &l.Name, Prefix: &key})
		if err != nil {
			t.Fatal(err)
		}
		for range parts.Uploads {
			beside = append(beside, key+" …")
		}
	}
	return now, beside
}

// stands fails where the bucket is not what it should be, in any version.
func (l *lake) stands(t *testing.T, want map[string]string) {
	t.Helper()
	now, beside := l.everything(t)
	if !maps.Equal(now, want) || len(beside) > 0 {
		t.Errorf("in the bucket is\n%q\nand beside it %q, want\n%q", now, beside, want)
	}
}

// whole fails where an object is neither what it was nor what it shall be.
func (l *lake) whole(t *testing.T) {
	t.Helper()
	first, last := lakeAtFirst(), lakeAtLast()
	now, _ := l.everything(t)
	for key, text := range now {
		if text != first[key] && text != last[key] {
			t.Errorf("%s is %q", key, text)
		}
	}
	for key := range last {
		if _, there := now[key]; !there {
			t.Errorf("%s is gone", key)
		}
	}
}

// ended carries a request to its end, which is that of an undisturbed one.
func (l *lake) ended(t *testing.T, id string) (committed, inferred int64) {
	t.Helper()
	committed, inferred = l.finish(t, id)
	if committed+inferred != lakeGone {
		t.Errorf("%d committed, %d inferred; want %d in all", committed, inferred, lakeGone)
	}
	l.stands(t, lakeAtLast())
	return committed, inferred
}

// waits gives how the lake stands.
func (l *lake) waits(t *testing.T, id, for_ string) {
	t.Helper()
	y := product.System(t, l.Standing(t, id), "lake")
	if y.WaitsFor != for_ || for_ == "store" && y.NotBefore == nil || strings.Contains(y.Why, "2001-") || strings.Contains(y.Why, "C-2") {
		t.Errorf("it waits for %q: %q, want %q", y.WaitsFor, y.Why, for_)
	}
	if l.Receipt(t, id) != nil {
		t.Error("there is a receipt")
	}
}
