package restriction

import (
	"strings"
	"testing"
	"time"
)

// TestErasureAndRestriction: an erasure of the same person takes nothing while the restriction stands; when the person gives it up, the held
// rows go and the restriction is over.
func TestErasureAndRestriction(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.do(t, "UPDATE people SET left_on = '2010-01-01' WHERE id = 1")
	b.restrict(t, "R-1", "A-1")
	p := b.Plan(t, b.request(t, "E-1", "erasure", "A-1", map[string]any{"ground": "art17_1_a"}))
	if p.Applicable || !strings.Contains(strings.Join(p.Blockers, " "), "restriction R-1 of the same person is in force") {
		t.Fatalf("%v", p.Blockers)
	}
	if r := b.Apply(t, p); r.Code != 3 {
		t.Fatalf("%+v", r)
	}
	p = b.Plan(t, b.request(t, "E-2", "erasure", "A-1", map[string]any{"ground": "art17_1_a", "restriction": map[string]any{"of": "R-1"}}))
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	if r := b.Apply(t, p); r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", "E-2")
	b.is(t, "E-2", "done")
	left := b.text(t, "SELECT (SELECT count(*) FROM people) || (SELECT count(*) FROM notes) || (SELECT count(*) FROM tenants) || (SELECT count(*) FROM dossier_marks) || (SELECT count(*) FROM dossier_held_people) || (SELECT count(*) FROM dossier_held_notes)")
	if left != "211000" {
		t.Errorf("people, notes, tenants, marks, held people, held notes: %s", left)
	}
	if out := b.Must(t, "restriction", "list"); !strings.Contains(out, "Nothing is restricted") {
		t.Error(out)
	}
}
