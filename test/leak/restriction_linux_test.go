package leak

import (
	"encoding/json"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
)

// TestRestriction: what is held, permitted, opened and lifted leaves no value in what the executor writes or shows; the file opened
// under a permit is the recipient's.
func TestRestriction(t *testing.T) {
	t.Parallel()
	e, canaries := newEar(t)
	out := t.TempDir()
	carry := func(request string) string {
		t.Helper()
		var p plan.Plan
		r := e.run(t, fine, "anna", "", "--json", "plan", e.Requests[request])
		if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil {
			t.Fatal(err)
		}
		e.run(t, fine, "jan", "", "apply", p.Request, "--approve", p.Digest)
		e.Told(t, p.Request)
		e.Answer(t, p.Request, scan(t))
		e.Later(25 * time.Hour)
		e.run(t, fine, "anna", "", "request", "resume", p.Request)
		if st := e.Standing(t, p.Request); st.State != "done" {
			t.Fatalf("%s %s %v", st.State, st.Why, st.Attention)
		}
		return p.Request
	}
	id := carry("restriction")
	e.run(t, fine, "anna", "", "restriction", "permit", id, "--basis", "legal_claims", "--account", "Radca", "--until", "2026-12-31")
	e.run(t, fine, "anna", "", "restriction", "open", id, "--permit", "1", "--for", "statement of claim", "-o", filepath.Join(out, "rows.zip"))
	e.run(t, fine, "anna", "", "plan", e.Requests["erasure"])
	e.run(t, fine, "anna", "", "request", "resume", id)
	for _, words := range [][]string{{"restriction", "list"}, {"restriction", "uses", id}, {"request", "show", id}, {"receipt", "show", id}, {"journal", "verify"}} {
		e.both(t, words...)
	}
	lift := carry("lift")
	e.both(t, "request", "show", lift)
	e.both(t, "restriction", "list", "--all")
	e.done(t, canaries)
	if !packed(t, filepath.Join(out, "rows.zip"), token) {
		t.Error("the canaries are not in what was opened under the permit: nothing was tested")
	}
}
