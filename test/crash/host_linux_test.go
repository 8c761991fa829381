package crash

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

// TestKillAnErasure kills whoever carries an erasure out: dossier, once and again, and its connectors; and whoever takes up what an erasure left
// for later.
func TestKillAnErasure(t *testing.T) {
	t.Parallel()
	s := newScene(t, "erasure")
	for name, kill := range map[string]func(*testing.T, *scene){"host": killTheHost, "again": killAgainAndAgain, "connector": killTheConnector, "committed": dieBetweenCommitAndAnswer,
		"due": killWhatCameDue, "supplement": killASupplement, "lease": waitForTheDead} {
		t.Run(name, func(t *testing.T) { t.Parallel(); kill(t, s) })
	}
}

// killTheHost kills dossier once at every point an erasure passes.
func killTheHost(t *testing.T, s *scene) {
	at(t, some(s.points), func(t *testing.T, point string) {
		h := s.die(t, point)
		name, _, _ := strings.Cut(point, "#")
		system := filepath.Base(name)
		if point == "apply/asked/"+system || point == "apply/prepared/"+system {
			s.untouched(t, h, system)
		}
		got, facts := s.finish(t, h)
		s.same(t, got)
		committed, inferred := known(facts, system)
		switch name {
		case "apply/stored/" + system: // the store had committed, and nobody wrote it down
			if committed != 0 || inferred == 0 {
				t.Errorf("%d committed and %d inferred; the acknowledgement was lost, nothing of it was counted", committed, inferred)
			}
		case "apply/asked/register", "apply/prepared/register", "apply/asked/ledger", "apply/prepared/ledger":
			if committed == 0 || inferred != 0 {
				t.Errorf("%d committed and %d inferred; the store had taken everything back", committed, inferred)
			}
		}
		if strings.HasPrefix(point, "close/") {
			s.rests(t, h)
		}
	})
}

// waitForTheDead takes a request up at once: who died in the middle of a step holds its lease still, and it is waited for.
func waitForTheDead(t *testing.T, s *scene) {
	at(t, []string{"tell/asked"}, func(t *testing.T, point string) {
		got, _ := s.finish(t, s.kill(t, point))
		s.same(t, got)
	})
}

// killAgainAndAgain kills it at the same point every time it comes back, three times.
func killAgainAndAgain(t *testing.T, s *scene) {
	at(t, []string{"begin", "apply/prepared/documents#2", "apply/prepared/register", "apply/stored/ledger", "apply/ended/register", "verify/ended/documents", "close/closed"}, func(t *testing.T, point string) {
		h := s.die(t, point)
		h.Extra = map[string]string{"DOSSIER_FAILPOINT": point}
		for range 2 {
			s.next(t, h)
		}
		h.Extra = nil
		got, _ := s.finish(t, h)
		s.same(t, got)
	})
}

// TestKillWhileCollecting kills dossier at every point an access passes, with what is on paper and what is to be reviewed: when it
// opens tasks, when they are answered, when the package is made. Each task is there once, its answer is recorded once, and the package is
// whole afterwards, and alone.
func TestKillWhileCollecting(t *testing.T) {
	t.Parallel()
	s := sceneOf(t, cooperative.LayWithPaper(t, sample.Options{Members: 60}), "access")
	s.reached(t, "collect/placed", "collect/spooled", "collect/reviews", "task/answering", "task/answered")
	at(t, some(s.points), func(t *testing.T, point string) {
		h := s.die(t, point)
		got, _ := s.finish(t, h)
		s.same(t, got)
		file := filepath.Join(t.TempDir(), "a.zip")
		h.Must(t, "archive", s.plan.Request, "-o", file)
		if info, err := os.Stat(file); err != nil || info.Size() == 0 {
			t.Error("the package cannot be opened")
		}
		var list struct{ Tasks []engine.TaskStanding }
		if err := json.Unmarshal([]byte(h.Must(t, "--json", "task", "list", "--all")), &list); err != nil || len(list.Tasks) != 5 {
			t.Errorf("%d tasks, want 1 on paper and 4 reviews (%v)", len(list.Tasks), err)
		}
		for _, x := range list.Tasks {
			if x.State != state.TaskDone || x.AnsweredBy != "ewa" {
				t.Errorf("task %d is %s, answered by %q", x.ID, x.State, x.AnsweredBy)
			}
		}
	})
}
