package faults

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// lies lays out a lake whose connector has orders once an erasure is planned, and carries that out.
func lies(t *testing.T, how string) (l *lake, id string) {
	t.Helper()
	l = newLake(t, servers.Plain)
	l.byLiar(t, "s3")
	p := l.planned(t, "C-2")
	if err := os.WriteFile(filepath.Join(l.Temp(), orders), []byte(how), 0o600); err != nil {
		t.Fatal(err)
	}
	l.applied(t, p)
	return l, p.Request
}

func (l *lake) behaves(t *testing.T) {
	t.Helper()
	if err := os.Remove(filepath.Join(l.Temp(), orders)); err != nil {
		t.Fatal(err)
	}
}

// notDone fails where anything says that the request is done.
func (l *lake) notDone(t *testing.T, id string) {
	t.Helper()
	st := l.Standing(t, id)
	if st.State != "running" || st.Outcome != "" || l.Receipt(t, id) != nil || l.Tombstone(t, id) != "intended" {
		t.Errorf("called done: %+v", *st)
	}
}

// TestTheLakesConnectorLies: whatever a connector of a bucket says that it did, nothing is called done that is not.
func TestTheLakesConnectorLies(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		how   string
		codes []string
	}{
		"reports and does nothing":     {"nothing", []string{"not_done"}},
		"skips the letters":            {"skip letters", []string{"not_done", "late_rows"}},
		"skips the rows of others too": {"skip imports", []string{"not_done", "late_rows"}},
		"changes a neighbour's row":    {"edit " + march + ".csv said 2, by 2→said 2, by 7", []string{"possible_breach"}},
		"deletes a neighbour's row":    {"edit " + march + ".csv 2,C-20,2001-03-03,\"said 2, by 2\"\n→", []string{"possible_breach"}},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			l, id := lies(t, x.how)
			for _, again := range []bool{false, true} {
				if again { // time alone mends nothing
					l.Later(25 * time.Hour)
					l.Must(t, "--json", "request", "resume", id)
				}
				l.notDone(t, id)
				if y := product.System(t, l.Standing(t, id), "lake"); y.State != "attention" || !slices.ContainsFunc(y.Codes, func(c string) bool { return slices.Contains(x.codes, c) }) {
					t.Errorf("it stands at %s %v (%s), want attention and one of %v", y.State, y.Codes, y.Why, x.codes)
				}
			}
		})
	}
}

// TestTheLakesConnectorIsLate: it erases only when verification was answered, or puts back what it had erased then. Nobody can see that at once; the second look does, and when
// the request is called done, nothing is left.
func TestTheLakesConnectorIsLate(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"late", "back", "blind"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			l, id := lies(t, how)
			l.notDone(t, id)
			now, _ := l.everything(t)
			switch last := lakeAtLast(); how {
			case "late":
				if !maps.Equal(now, last) {
					t.Errorf("it was not late: %q", now)
				}
			default:
				if maps.Equal(now, last) {
					t.Error("nothing was put back")
				}
			}
			l.behaves(t)
			l.Later(25 * time.Hour)
			l.Must(t, "--json", "request", "resume", id)
			if st := l.Standing(t, id); st.State != "done" {
				y := product.System(t, st, "lake")
				t.Logf("%s: %v %s", how, y.Codes, y.Why)
				if how == "late" || !slices.ContainsFunc(y.Codes, func(c string) bool { return c == "late_rows" || c == "not_done" }) {
					t.Errorf("%+v", y)
				}
				l.notDone(t, id)
				return
			}
			l.stands(t, lakeAtLast())
		})
	}
}

// TestTheLakesConnectorLiesOfSeveral: a neighbour's row that is changed while the rows of several are taken out beside it is seen as it is for one.
func TestTheLakesConnectorLiesOfSeveral(t *testing.T) {
	t.Parallel()
	l := newLake(t, servers.Plain)
	l.byLiar(t, "s3")
	var lines strings.Builder
	for id, who := range map[string]string{"2026-1": "C-2", "2026-2": "C-20"} {
		b, err := os.ReadFile(l.club.request(t, id, who))
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	var p plan.Batch
	r := l.RunAs(t, "anna", lines.String(), "--json", "plan", "-", "--batch", "both")
	if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil || !p.Applicable || len(p.Requests) != 2 {
		t.Fatalf("%d planned, %v, %v\n%s", len(p.Requests), p.Blockers, err, r.Stderr)
	}
	if err := os.WriteFile(filepath.Join(l.Temp(), orders), []byte("edit "+march+".csv said 2, by 3→said 2, by 7"), 0o600); err != nil {
		t.Fatal(err)
	}
	product.Batch(t, l.RunAs(t, "jan", "", "--json", "apply", "both", "--approve", p.Digest))
	for _, id := range []string{"2026-1", "2026-2"} {
		l.notDone(t, id)
		if y := product.System(t, l.Standing(t, id), "lake"); y.State != "attention" || !slices.Contains(y.Codes, "possible_breach") {
			t.Errorf("%s stands at %s %v (%s)", id, y.State, y.Codes, y.Why)
		}
	}
}
