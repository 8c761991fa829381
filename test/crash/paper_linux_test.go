package crash

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

// TestKillAnErasureOnPaper kills dossier at every point at which an erasure with papers to be destroyed differs from another: where its
// tasks are opened and answered, where the shelf is worked, where recipients are told and all ends. Each task is there once and answered
// once, and the shelf is confirmed.
func TestKillAnErasureOnPaper(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, cooperative.LayWithPaper(t, sample.Options{Members: 60}), "erasure")
	s.reached(t, "begun", "apply/ended/shelf", "apply/yielded/shelf", "task/answering", "task/answered", "tell/asked", "close/closed")
	points := slices.DeleteFunc(some(s.points), func(point string) bool {
		phase, _, _ := strings.Cut(point, "/")
		return !strings.HasSuffix(strings.Split(point, "#")[0], "/shelf") && !slices.Contains([]string{"begin", "begun", "task", "tell", "close"}, phase)
	})
	at(t, points, func(t *testing.T, point string) {
		h := s.die(t, point)
		got, facts := s.finish(t, h)
		s.same(t, got)
		confirmed := false
		for _, y := range facts.Systems {
			confirmed = confirmed || y.Name == "shelf" && y.State == "confirmed" && y.Answer == state.TaskDone && y.ConfirmedBy == "ewa"
		}
		if !confirmed {
			t.Errorf("the receipt does not say who destroyed the papers: %+v", facts.Systems)
		}
		var list struct{ Tasks []engine.TaskStanding }
		if err := json.Unmarshal([]byte(h.Must(t, "--json", "task", "list", "--all")), &list); err != nil {
			t.Fatal(err)
		}
		paper := 0
		for _, x := range list.Tasks {
			if x.State == state.TaskOpen {
				t.Errorf("task %d, a %s, is open", x.ID, x.Kind)
			}
			if x.Kind == "manual" {
				paper++
			}
		}
		if paper != 1 {
			t.Errorf("%d tasks on paper", paper)
		}
	})
}
