package s3

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestTaggedAsAnothersMeanwhile: a note that was found by somebody's tag and is tagged as another's before its turn comes is another's: it stays as it is, whatever was to be done, and the next
// call leaves it alone.
func TestTaggedAsAnothersMeanwhile(t *testing.T) {
	t.Parallel()
	notes := connectors.Collection{Name: "notes", At: "notes/{no}.txt", Key: []string{"no"}, Document: true}
	sel := by(notes, "tag.member", "C-1")
	for name, do := range map[string]connectors.Treatment{
		"delete": remove(sel), "block": hold(sel),
		"set": {ID: "set", Verb: connectors.Set, On: sel, AtMost: 9, Assign: []connectors.Assign{{Field: "tag.member", To: "nobody"}}},
	} {
		for kind, k := range map[string]servers.BucketKind{"plain": servers.Plain, "versions": servers.Versioned} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				b := newBucket(t, k)
				for _, key := range []string{"notes/1.txt", "notes/2.txt"} {
					b.put(t, key, key)
					if err := b.tag(t.Context(), key, version{}, "member=C-1"); err != nil {
						t.Fatal(err)
					}
				}
				out, err := b.Apply(t.Context(), []connectors.Treatment{do}, connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
					return b.tag(ctx, "notes/2.txt", version{}, "member=C-2")
				}})
				if !errors.Is(err, connectors.ErrTryLater) {
					t.Errorf("%+v, %v: a note is another's now", out, err)
				}
				if _, err := b.Apply(t.Context(), []connectors.Treatment{do}, connectors.ApplyOptions{Confirm: yes}); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff([]string{"notes/2.txt"}, b.contents(t)["notes/2.txt"]); d != "" {
					t.Error(d)
				}
				if tags, err := b.tags(t.Context(), "notes/2.txt", version{}); err != nil || tags != "member=C-2" {
					t.Errorf("%q, %v", tags, err)
				}
				if name == "block" {
					return // it is held
				}
				b.count(t, 0, sel)
			})
		}
	}
}
