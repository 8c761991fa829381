package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/dossier-dsr/dossier/test/servers"
)

// Who is a member stands in one object. What hangs on a member is a letter below his number, a note with his tag, a scan with his number in its metadata, and a row of every
// import; of all of these more may come.
const busyCollections = `collections:
  members:
    at: members.csv
    rows: csv
    key: [no]
    purposes: { membership: { since: left_on } }
    fields:
      member_no: { identifier: member_no }
      left_on:   correspondence.date
  letters:
    at: letters/{member_no}/{written_on}-{letter_no}.txt
    key: [member_no, letter_no]
    document: correspondence.letter
    growth: any
    fields:
      member_no:  { owned_by: members.member_no }
      written_on: correspondence.date
      letter_no:  correspondence.letter
  notes:
    at: notes/{note_no}.txt
    key: [note_no]
    document: correspondence.letter
    growth: any
    fields:
      note_no:    correspondence.letter
      tag.member: { owned_by: members.member_no }
  scans:
    at: scans/{scan_no}.txt
    key: [scan_no]
    document: correspondence.letter
    growth: any
    fields:
      scan_no:     correspondence.letter
      meta.member: { owned_by: members.member_no }
  imports:
    at: imports/{month}.csv
    rows: csv
    key: [month, no]
    growth: any
    fields:
      member_no: { owned_by: members.member_no }
      seen_on:   correspondence.date
      said:      vehicle.plate
`

// busy is a lake in which an application is at work, and what shall be left of what it wrote.
type busy struct {
	*lake
	versions bool
	stay     map[string][]string // others' objects, each with its versions, the oldest first; of one version where the bucket keeps no others
	rows     []string            // others', in the import all share
	wrote    map[string]int      // of the second member's, by what it is
}

func newBusy(t *testing.T, kind servers.BucketKind) *busy {
	t.Helper()
	own, _, _ := strings.Cut(lakeSystem, "collections:")
	b := &busy{lake: lakeOf(t, servers.S3(t, kind), nil, lakeSystem, own+busyCollections), versions: kind == servers.Versioned, stay: map[string][]string{}, wrote: map[string]int{}}
	b.put(t, "members.csv", "no,member_no,left_on\n1,C-1,2024-02-03\n2,C-2,2001-02-03\n3,C-3,2024-02-03\n20,C-20,2024-02-03\n")
	b.put(t, march+".csv", lakeAtFirst()[march+".csv"])
	for i, who := range []string{"C-1", "C-2", "C-20"} {
		b.write(who, "letters/"+who+"/2001-02-03-a.txt", i)
		b.write(who, fmt.Sprintf("notes/%d.txt", i), i)
		b.write(who, fmt.Sprintf("scans/%d.txt", i), i)
	}
	return b
}

// write puts an object of somebody's, over what stands there, with everything that says whose it is.
func (b *busy) write(who, key string, n int) {
	text := fmt.Sprintf("%s, time %d, by %s", key, n, who)
	in := &s3.PutObjectInput{Bucket: &b.Name, Key: &key, Body: strings.NewReader(text)}
	kind, _, _ := strings.Cut(key, "/")
	switch {
	case kind == "scans":
		in.Metadata = map[string]string{"member": who}
	case kind == "notes" && n%2 == 0:
		in.Tagging = aws.String("member=" + who)
	}
	if _, err := b.Client.PutObject(context.Background(), in); err != nil {
		return
	}
	if kind == "notes" && n%2 == 1 { // as a scanner does that looks at what is new
		_, _ = b.Client.PutObjectTagging(context.Background(), &s3.PutObjectTaggingInput{Bucket: &b.Name, Key: &key,
			Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("member"), Value: &who}}}})
	}
	b.wrote[who+" "+kind]++
	if who == "C-2" {
		return
	}
	if !b.versions {
		b.stay[key] = nil
	}
	b.stay[key] = append(b.stay[key], text)
}

// growing is how many times there are new objects and rows; from then on what is taken away is written again.
const growing = 12

// tick is what the application does at a time: the second member and the twentieth get new objects of every kind, and others in place of those they have; what was thrown away comes back; a row
// each is added to the import.
func (b *busy) tick(n int) {
	if n >= growing {
		b.write("C-2", "letters/C-2/2001-02-03-a.txt", n)
		b.write("C-2", "notes/1.txt", n)
		b.write("C-2", "scans/1.txt", n)
		return
	}
	for i, who := range []string{"C-2", "C-20"} {
		b.write(who, fmt.Sprintf("letters/%s/2001-09-09-h%d.txt", who, n), n)
		b.write(who, fmt.Sprintf("notes/h%d-%d.txt", n, i), n)
		b.write(who, fmt.Sprintf("scans/h%d-%d.txt", n, i), n)
		if who == "C-2" && n%3 == 0 {
			_, _ = b.Client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: &b.Name, Key: aws.String("letters/C-2/2001-02-03-a.txt")})
		}
		b.write(who, "letters/"+who+"/2001-02-03-a.txt", n)
		b.write(who, fmt.Sprintf("notes/%d.txt", i+1), n)
		b.write(who, fmt.Sprintf("scans/%d.txt", i+1), n)
	}
	row := fmt.Sprintf("%d,C-3,2001-09-09,beside\n", 100+n)
	if b.grow(march+".csv", fmt.Sprintf("%d,C-2,2001-09-09,again\n", 1000+n)+row) {
		b.wrote["C-2 rows"]++
		b.rows = append(b.rows, row)
	}
}

// hammer has the application at work until it is told to stop.
func (b *busy) hammer(t *testing.T) (stop func()) {
	t.Helper()
	over, begun := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		beat := time.NewTicker(100 * time.Millisecond)
		defer beat.Stop()
		for n := 0; ; n++ {
			b.tick(n)
			switch n {
			case 0:
				close(begun)
			case growing: // from here on each time undoes what was done
				beat.Reset(400 * time.Millisecond)
			}
			select {
			case <-over:
				return
			case <-beat.C:
			}
		}
	})
	<-begun
	stop = sync.OnceFunc(func() {
		close(over)
		all.Wait()
	})
	t.Cleanup(stop)
	return stop
}

// history is every version of every object but the connector's own, the oldest first; a delete marker is †.
func (b *busy) history(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	pages := s3.NewListObjectVersionsPaginator(b.Client, &s3.ListObjectVersionsInput{Bucket: &b.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Versions {
			if key := aws.ToString(v.Key); !strings.HasPrefix(key, ".dossier-held/index/") {
				out[key] = append([]string{b.get(t, key, aws.ToString(v.VersionId))}, out[key]...)
			}
		}
		for _, m := range page.DeleteMarkers {
			out[aws.ToString(m.Key)] = append(out[aws.ToString(m.Key)], "†")
		}
	}
	return out
}

// TestAnApplicationGoesOnWritingToTheLake: while an erasure is planned, carried out and checked, an application writes the person's objects and rows without pause, new ones and in place of those
// that are there, and others' beside them. In the end nothing of hers is left in any version, and everything of the others' is as it was written.
func TestAnApplicationGoesOnWritingToTheLake(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]servers.BucketKind{"plain": servers.Plain, "versions": servers.Versioned} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBusy(t, kind)
			stop := b.hammer(t)
			p := b.planned(t, "C-2")
			b.applied(t, p)
			b.Run(t, "--json", "request", "resume", p.Request)
			stop()
			for _, kind := range []string{"letters", "notes", "scans", "rows"} {
				if n := b.wrote["C-2 "+kind]; n < 3 {
					t.Errorf("the application wrote %d %s", n, kind)
				}
			}
			b.finish(t, p.Request)
			now := b.history(t)
			imports := now[march+".csv"]
			for _, text := range imports {
				if strings.Contains(text, ",C-2,") {
					t.Errorf("a version of the import holds\n%s", text)
				}
			}
			if want := lakeAtLast()[march+".csv"] + strings.Join(b.rows, ""); len(imports) == 0 || imports[len(imports)-1] != want {
				t.Errorf("the import is\n%q\nwant\n%q", imports, want)
			}
			delete(now, march+".csv")
			b.stay["members.csv"] = []string{"no,member_no,left_on\n1,C-1,2024-02-03\n3,C-3,2024-02-03\n20,C-20,2024-02-03\n"}
			for _, key := range slices.Sorted(maps.Keys(now)) {
				if b.stay[key] == nil {
					t.Errorf("%s is left: %q", key, now[key])
				}
			}
			for _, key := range slices.Sorted(maps.Keys(b.stay)) {
				if !slices.Equal(now[key], b.stay[key]) {
					t.Errorf("%s is\n%q\nwant\n%q", key, now[key], b.stay[key])
				}
			}
		})
	}
}

// grow puts something behind an object, where nobody else has written it meanwhile.
func (l *lake) grow(key, more string) bool {
	o, err := l.Client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &l.Name, Key: &key})
	if err != nil {
		return false
	}
	defer o.Body.Close()
	text, err := io.ReadAll(o.Body)
	if err != nil {
		return false
	}
	_, err = l.Client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &l.Name, Key: &key, IfMatch: o.ETag, Body: bytes.NewReader(append(text, more...))})
	return err == nil
}
