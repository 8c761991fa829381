package faults

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestTheConnectionIsCut: while rows are found, while they are changed, between what was prepared and the commit, and after the commit
// before anybody heard of it.
func TestTheConnectionIsCut(t *testing.T) { onEach(t, connectionCut) }

func connectionCut(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	for name, x := range map[string]struct {
		cut      servers.Cut
		inferred bool
	}{
		"as rows are found":          {cut: servers.Cut{Words: "FOR UPDATE", When: servers.During}},
		"as they are deleted":        {cut: servers.Cut{Words: k.deletes, When: servers.During}},
		"when they have been":        {cut: servers.Cut{Words: k.changed, When: servers.After}},
		"before the commit":          {cut: servers.Cut{Words: "*/ COMMIT", When: servers.Before}},
		"as it commits":              {cut: servers.Cut{Words: "*/ COMMIT", When: servers.During}, inferred: true},
		"before the commit is heard": {cut: servers.Cut{Words: "*/ COMMIT", When: servers.After}, inferred: true},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			c := newClub(t, k)
			p := c.planned(t, "C-2")
			cut := c.between.Cut(x.cut)
			if r := c.applied(t, p); r.Code != 4 {
				t.Errorf("apply ended with %d", r.Code)
			}
			select {
			case <-cut.Done():
			default:
				t.Fatal("nothing was cut")
			}
			register := product.System(t, c.Standing(t, p.Request), "register")
			if register.WaitsFor != "store" || register.NotBefore == nil || !strings.HasSuffix(register.Why, "the connection to the database failed") {
				t.Errorf("it waits for %q: %q", register.WaitsFor, register.Why)
			}
			committed, inferred := c.finish(t, p.Request)
			if committed+inferred != clubGone || x.cut.When != servers.During && (inferred > 0) != x.inferred || inferred > 0 && !x.inferred {
				t.Errorf("%d committed, %d inferred", committed, inferred)
			}
			if got := c.rows(t); got != want {
				t.Errorf("it ends as\n%s\nwant\n%s", got, want)
			}
		})
	}
}
