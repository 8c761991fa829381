package s3

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestBeside: documents that only their tags or metadata say are somebody's are found, corrected, held and erased by these.
func TestBeside(t *testing.T) {
	t.Parallel()
	scans := connectors.Collection{Name: "scans", At: "scans/{no}", Key: []string{"no"}, Document: true}
	for _, kind := range []servers.BucketKind{servers.Plain, servers.Versioned} {
		b := newBucket(t, kind)
		for key, of := range map[string]string{"scans/1": "C-1", "scans/2": "C-10", "scans/3": "", "scans/4": "C-1"} {
			in := &s3.PutObjectInput{Bucket: &b.Name, Key: aws.String(key), Body: strings.NewReader("of " + of), ContentType: aws.String("text/x-test"), Tagging: aws.String("kind=scan")}
			if of != "" {
				in.Metadata = map[string]string{"Member-No": of}
				in.Tagging = aws.String("kind=scan&member=" + of)
			}
			if _, err := b.Client.PutObject(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		before := b.contents(t)
		b.count(t, 2, by(scans, "tag.member", "C-1"))
		b.count(t, 2, by(scans, "meta.member-no", "C-1"))
		b.count(t, 0, by(scans, "tag.member", "C"))
		b.apply(t, 2, hold(by(scans, "tag.member", "C-1")))
		b.count(t, 2, by(scans, "meta.member-no", "C-1"))
		set := connectors.Treatment{ID: "set", Verb: connectors.Set, On: by(scans, "tag.member", "C-1"), AtMost: 9,
			Assign: []connectors.Assign{{Field: "tag.member", From: []any{"C-1"}, To: "C-9"}, {Field: "meta.member-no", To: nil}}}
		b.apply(t, 2, set)
		b.count(t, 2, by(scans, "tag.member", "C-9"))
		b.apply(t, 2, lift(by(scans, "tag.member", "C-9")))
		if d := cmp.Diff(before, b.contents(t)); d != "" {
			t.Error(d)
		}
		got, err := b.beside(t.Context(), "scans/1", version{})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(map[string]string{"tag.kind": "scan", "tag.member": "C-9"}, got); d != "" {
			t.Error(d)
		}
		set.On, set.Assign = by(scans, "tag.member", "C-9"), []connectors.Assign{{Field: "tag.member", To: "C-8"}}
		b.apply(t, 2, set)
		b.apply(t, 0, with(set, "again"))
		if d := cmp.Diff(before, b.contents(t)); d != "" {
			t.Errorf("older versions have the old tags:\n%s", d)
		}
		b.apply(t, 2, remove(by(scans, "tag.member", "C-8")))
		delete(before, "scans/1")
		delete(before, "scans/4")
		if d := cmp.Diff(before, b.contents(t)); d != "" {
			t.Error(d)
		}
	}
}
