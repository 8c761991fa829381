package crash

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
)

// killWhatCameDue kills dossier while what an erasure kept is erased, because its day has come.
func killWhatCameDue(t *testing.T, first *scene) {
	h := first.over.Copy(t)
	h.Now = time.Date(2029, time.January, 1, 8, 0, 0, 0, h.Now.Location())
	var made struct{ Plans []*plan.Plan }
	if err := json.Unmarshal([]byte(h.Must(t, "--json", "due", "plan")), &made); err != nil || len(made.Plans) != 1 {
		t.Fatalf("%d plans of what has come due (%v)", len(made.Plans), err)
	}
	s := watch(t, h, made.Plans[0])
	if s.end.tombstone != "verified" || len(s.end.counts) == 0 {
		t.Fatalf("an undisturbed run comes to %+v", s.end)
	}
	s.killAt(t, "begin", "begun", "apply/prepared/ledger", "apply/stored/ledger", "apply/ended/register", "verify/ended/ledger", "close/claimed", "close/closed")
}

// killASupplement kills it while a system that was left out is taken up by a plan of its own.
func killASupplement(t *testing.T, whole *scene) {
	h := whole.start.Copy(t)
	var p plan.Plan
	if err := json.Unmarshal([]byte(h.Must(t, "--json", "plan", whole.plan.Request, "--without", "documents")), &p); err != nil {
		t.Fatal(err)
	}
	if r := h.Apply(t, &p); r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	s := watch(t, h, h.Plan(t, p.Request))
	if s.plan.Supplements != p.Digest {
		t.Fatalf("the plan supplements %q", s.plan.Supplements)
	}
	s.killAt(t, "begin", "begun", "apply/prepared/documents", "apply/stored/documents", "verify/ended/documents", "close/closed")
}

// killAt kills a run at each of these points, and wants the end of an undisturbed one.
func (s *scene) killAt(t *testing.T, points ...string) {
	t.Helper()
	at(t, s.reached(t, points...), func(t *testing.T, point string) {
		h := s.die(t, point)
		name, _, _ := strings.Cut(point, "#")
		if system := filepath.Base(name); point == "apply/asked/"+system || point == "apply/prepared/"+system {
			s.untouched(t, h, system)
		}
		got, _ := s.finish(t, h)
		s.same(t, got)
	})
}
