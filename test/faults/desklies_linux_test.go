package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// TestALyingConnectorOfTheDesk: a connector that leaves elements out, does nothing at all, or takes somebody else's rows, and says that all was done: nothing is called
// done, time alone mends nothing, and whose rows were touched is seen. One that does its work only when it is closed is called done when it has.
func TestALyingConnectorOfTheDesk(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		how   string
		codes []string
	}{
		"skips elements":              {"skip\ncomments", []string{"late_rows", "not_done"}},
		"skips an anonymisation":      {"skip\ntickets", []string{"not_done"}},
		"does nothing":                {"nothing\n", []string{"not_done"}},
		"takes an element of another": {"beside\ncomments author C-20", []string{"possible_breach"}},
		"is late":                     {"late\n", nil},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			first := d.everything(t)
			d.byLiar(t, "mongodb")
			p := d.planned(t, "C-2")
			order := filepath.Join(d.Temp(), orders)
			if err := os.WriteFile(order, fmt.Append(nil, x.how), 0o600); err != nil {
				t.Fatal(err)
			}
			d.applied(t, p)
			if x.codes == nil {
				if st := d.Standing(t, p.Request); st.State != "running" || d.Receipt(t, p.Request) != nil {
					t.Fatalf("called done after one look: %+v", *st)
				}
				if err := os.Remove(order); err != nil {
					t.Fatal(err)
				}
				d.ended(t, p.Request, without(first))
				return
			}
			for range 2 {
				st := d.Standing(t, p.Request)
				y := product.System(t, st, "desk")
				if st.State != "running" || st.WaitsFor != "person" || y.State != "attention" || !slices.ContainsFunc(y.Codes, func(c string) bool { return slices.Contains(x.codes, c) }) {
					t.Errorf("the request is %s, the desk %s %v (%s); want one of %v", st.State, y.State, y.Codes, y.Why, x.codes)
				}
				if d.Receipt(t, p.Request) != nil || d.Tombstone(t, p.Request) != "intended" {
					t.Error("there is a receipt, or a verified tombstone")
				}
				d.Later(25 * time.Hour)
				d.Must(t, "--json", "request", "resume", p.Request)
			}
		})
	}
}
