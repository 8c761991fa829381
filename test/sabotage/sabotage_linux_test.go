package sabotage

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// scene is a house in which the saboteur stands in for the SQLite connector, and a plan made while he behaved.
type scene struct {
	start  *product.House // only copied: who opens its stores while another copies them pulls files away from under it
	plan   *plan.Plan
	before cooperative.Snapshot
	end    cooperative.Snapshot // of an undisturbed run
}

func newScene(t *testing.T) *scene {
	t.Helper()
	h := built.House(t, cooperative.Lay(t, sample.Options{Members: 60}))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(self, filepath.Join(folder, "dossier-connector-sqlite")); err != nil {
		t.Fatal(err)
	}
	h.Others = []string{folder}
	s := &scene{start: h, plan: h.Plan(t, h.Requests["erasure"])}
	if !s.plan.Applicable {
		t.Fatal(s.plan.Blockers)
	}
	quiet := h.Copy(t)
	s.before = quiet.Snapshot(t)
	quiet.Apply(t, s.plan)
	s.dayLater(t, quiet)
	if st := quiet.Standing(t, s.plan.Request); st.State != "done" {
		t.Fatalf("without orders he does no good work: %+v", *st)
	}
	s.end = quiet.Snapshot(t)
	return s
}

// dayLater tells the recipients and takes the request up when the second look is due.
func (s *scene) dayLater(t *testing.T, h *product.House) {
	t.Helper()
	h.Told(t, s.plan.Request)
	h.Later(25 * time.Hour)
	h.Must(t, "--json", "request", "resume", s.plan.Request)
}

// order tells the saboteur what to do in a system, from now on.
func order(t *testing.T, h *product.House, system, how, with string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.Temp(), orders), fmt.Appendf(nil, "%s\n%s\n%s", system, how, with), 0o600); err != nil {
		t.Fatal(err)
	}
}

// behave ends the sabotage.
func behave(t *testing.T, h *product.House) {
	t.Helper()
	if err := os.Remove(filepath.Join(h.Temp(), orders)); err != nil {
		t.Fatal(err)
	}
}

// notDone fails where anything says that the request, or that system, is done.
func (s *scene) notDone(t *testing.T, h *product.House, system string, codes ...string) {
	t.Helper()
	st := h.Standing(t, s.plan.Request)
	if st.State != "running" || st.ClosedAt != nil || st.Outcome != "" {
		t.Errorf("the request is %s, %s", st.State, st.Outcome)
	}
	y := product.System(t, st, system)
	if y.State != "attention" || !slices.ContainsFunc(y.Codes, func(c string) bool { return slices.Contains(codes, c) }) {
		t.Errorf("%s stands at %s %v (%s), want attention and one of %v", system, y.State, y.Codes, y.Why, codes)
	}
	if st.WaitsFor != "person" || !slices.ContainsFunc(st.Attention, func(c string) bool { return slices.Contains(codes, c) }) {
		t.Errorf("the request waits for %q, attention %v", st.WaitsFor, st.Attention)
	}
	if st := h.Tombstone(t, s.plan.Request); st != "intended" {
		t.Errorf("the tombstone is %q", st)
	}
	if r := h.Receipt(t, s.plan.Request); r != nil {
		t.Errorf("there is a receipt: %s", r.Outcome)
	}
}

// sabotage is one order, and what has to come of it.
type sabotage struct {
	system, how, with string
	codes             []string
	after             after
}

// after is what becomes of the request when the connector behaves again.
type after string

const (
	intact  after = "intact"  // nothing of the system had changed, and the work ends as an undisturbed run
	mends   after = "mends"   // the work ends as an undisturbed run
	person  after = "person"  // only a person can end it: the connector had said that it was done
	already after = "already" // what was left over is done when it is taken up, behave or not
)

// TestSabotage: what is broken is found, nothing is called done, and time alone mends nothing.
func TestSabotage(t *testing.T) {
	s := newScene(t)
	demo, spouse := s.start.Persons.Demo, s.start.Persons.Spouse
	var vehicle int64
	if err := s.start.Register(t).QueryRow("SELECT max(id) + 1 FROM vehicles WHERE member_id = ?", demo.ID).Scan(&vehicle); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]sabotage{
		"skips a child without a foreign key":   {"ledger", "skip", "readings", []string{"late_rows"}, person},
		"skips what goes with an altered owner": {"register", "skip", "vehicles", []string{"late_rows", "not_done"}, mends},
		"skips what was consented to":           {"register", "skip", "subscriptions", []string{"late_rows", "not_done"}, person},
		"skips an anonymisation":                {"register", "skip", "members", []string{"not_done"}, person},
		"skips kept rows' other fields":         {"ledger", "skip", "entries", []string{"not_done"}, person},
		"reports and does nothing":              {"register", "nothing", "", []string{"not_done"}, person},
		"commits and asks nobody":               {"register", "hush", "", []string{"failed"}, already},
		"takes more than the ceiling":           {"register", "more", "vehicles", []string{"more_rows"}, intact},
		"matches nulls":                         {"register", "nulls", "subscriptions.email", []string{"more_rows"}, intact},
		"changes the next row":                  {"register", fmt.Sprintf("UPDATE members SET notes = 'seen' WHERE id = %d", demo.ID+1), "", []string{"possible_breach"}, person},
		"deletes the next row":                  {"register", fmt.Sprintf("DELETE FROM members WHERE id = %d", demo.ID+1), "", []string{"possible_breach", "late_rows"}, person},
		"changes the spouse":                    {"register", fmt.Sprintf("UPDATE members SET first_name = '—', pesel = NULL WHERE id = %d", spouse.ID), "", []string{"possible_breach"}, person},
		"takes the next vehicle":                {"register", fmt.Sprintf("DELETE FROM vehicles WHERE id = %d", vehicle), "", []string{"possible_breach"}, person},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			s.sabotage(t, c)
		})
	}
}

func (s *scene) sabotage(t *testing.T, c sabotage) {
	h := s.start.Copy(t)
	order(t, h, c.system, c.how, c.with)
	if r := h.Apply(t, s.plan); r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	s.notDone(t, h, c.system, c.codes...)
	if c.after == intact {
		for _, name := range s.before.Changed(h.Snapshot(t)) {
			if strings.HasPrefix(name, c.system+"/") {
				t.Errorf("%s changed", name)
			}
		}
	}
	if c.after != already {
		s.dayLater(t, h)
		s.notDone(t, h, c.system, c.codes...)
	}
	behave(t, h)
	s.dayLater(t, h)
	s.dayLater(t, h)
	if c.after == person {
		s.notDone(t, h, c.system, c.codes...)
		return
	}
	if st := h.Standing(t, s.plan.Request); st.State != "done" {
		t.Errorf("not done after all: %s %s %v", st.State, st.Why, st.Attention)
	}
	if diff := s.end.Changed(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("not as an undisturbed run: %v", diff)
	}
}

// TestBlindVerification: the rows are there, and he says that they are not. Nobody can see that then; the second look does.
func TestBlindVerification(t *testing.T) {
	s := newScene(t)
	h := s.start.Copy(t)
	order(t, h, "register", "blind", "")
	h.Apply(t, s.plan)
	h.Told(t, s.plan.Request)
	st := h.Standing(t, s.plan.Request)
	if y := product.System(t, st, "register"); y.State != "verified" || st.State != "running" {
		t.Fatalf("%s %s %v", st.State, st.Why, st.Attention)
	}
	if r := h.Receipt(t, s.plan.Request); r != nil || h.Tombstone(t, s.plan.Request) != "intended" {
		t.Error("one look was enough for a receipt")
	}
	behave(t, h)
	s.dayLater(t, h)
	s.notDone(t, h, "register", "late_rows", "not_done")
}

// TestErasesAfterVerification: he erases only when verification was answered. When the request is called done, the rows are gone.
func TestErasesAfterVerification(t *testing.T) {
	s := newScene(t)
	h := s.start.Copy(t)
	order(t, h, "register", "late", "")
	h.Apply(t, s.plan)
	if st := h.Standing(t, s.plan.Request); st.State != "running" || h.Receipt(t, s.plan.Request) != nil {
		t.Fatalf("called done before the second look: %+v", *st)
	}
	behave(t, h)
	s.dayLater(t, h)
	if st := h.Standing(t, s.plan.Request); st.State != "done" {
		t.Errorf("%s %s %v", st.State, st.Why, st.Attention)
	}
	if diff := s.end.Changed(h.Snapshot(t)); len(diff) > 0 {
		t.Errorf("done, and not as an undisturbed run: %v", diff)
	}
}
