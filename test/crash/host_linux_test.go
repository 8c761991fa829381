package crash

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// TestKillTheHost kills dossier once at every point an erasure passes.
func TestKillTheHost(t *testing.T) {
	s := newScene(t, "erasure")
	for _, point := range some(s.points) {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			h := s.start.Copy(t)
			s.die(t, h, point)
			at, _, _ := strings.Cut(point, "#")
			system := filepath.Base(at)
			if point == "apply/asked/"+system || point == "apply/prepared/"+system {
				s.untouched(t, h, system)
			}
			got, facts := s.finish(t, h)
			s.same(t, got)
			committed, inferred := known(facts, system)
			switch at {
			case "apply/stored/" + system: // the store had committed, and nobody wrote it down
				if committed != 0 || inferred == 0 {
					t.Errorf("%d committed and %d inferred; the acknowledgement was lost, nothing of it was counted", committed, inferred)
				}
			case "apply/asked/register", "apply/prepared/register", "apply/asked/ledger", "apply/prepared/ledger":
				if committed == 0 || inferred != 0 {
					t.Errorf("%d committed and %d inferred; the store had taken everything back", committed, inferred)
				}
			}
		})
	}
}

// some leaves out what is the same over and over: of the units of one step the first, the second and the last stay.
func some(points []string) []string {
	var out []string
	for i, p := range points {
		name, n, many := strings.Cut(p, "#")
		if !many || n == "2" || !slices.ContainsFunc(points[i+1:], func(q string) bool { return strings.HasPrefix(q, name+"#") }) {
			out = append(out, p)
		}
	}
	return out
}

// die brings a request to the point at which the process is killed: at the first start, or when it is taken up later.
func (s *scene) die(t *testing.T, h *product.House, point string) {
	t.Helper()
	h.Extra = map[string]string{"DOSSIER_FAILPOINT": point}
	defer func() { h.Extra = nil }()
	if r := h.Apply(t, s.plan); r.Killed {
		return
	}
	h.Told(t, s.plan.Request)
	if h.Answer(t, s.plan.Request, copied(t)) {
		return
	}
	h.Later(25 * time.Hour)
	if r := h.Run(t, "--json", "request", "resume", s.plan.Request); !r.Killed {
		t.Fatalf("%s was never reached: %+v", point, r)
	}
}

// TestKillTheHostAgainAndAgain kills it at the same point every time it comes back, three times.
func TestKillTheHostAgainAndAgain(t *testing.T) {
	s := newScene(t, "erasure")
	for _, point := range []string{"begin", "apply/prepared/documents#2", "apply/prepared/register", "apply/stored/ledger", "apply/ended/register", "verify/ended/ledger", "close/closed"} {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			h := s.start.Copy(t)
			s.die(t, h, point)
			h.Extra = map[string]string{"DOSSIER_FAILPOINT": point}
			for range 2 {
				h.Later(time.Minute) // the lease of the dead has run out
				if point == "begin" {
					h.Apply(t, s.plan)
				} else {
					h.Run(t, "--json", "request", "resume", s.plan.Request)
				}
			}
			h.Extra = nil
			got, _ := s.finish(t, h)
			s.same(t, got)
		})
	}
}

// TestKillWhileCollecting kills dossier at every point an access passes, with what is on paper and what is to be reviewed: when it
// opens tasks, when they are answered, when the package is made. Each task is there once, its answer is recorded once, and the package is
// whole afterwards, and alone.
func TestKillWhileCollecting(t *testing.T) {
	s := sceneOf(t, cooperative.LayWithPaper(t, sample.Options{Members: 60}), "access")
	for _, point := range []string{"collect/placed", "collect/spooled", "collect/reviews", "task/answering", "task/answered"} {
		if !slices.Contains(s.points, point) {
			t.Fatalf("%s was not passed: %v", point, s.points)
		}
	}
	for _, point := range some(s.points) {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			h := s.start.Copy(t)
			s.die(t, h, point)
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
}
