package planner_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// town is who lives where, drawn at random: of each person since when (lapsed or not), which home, which leases.
type town struct {
	gone   map[int64]bool  // their period is over
	home   map[int64]int64 // 0: none
	leases map[int64][]int64
	asks   []int64
}

func drawTown(t *rapid.T) town {
	w := town{gone: map[int64]bool{}, home: map[int64]int64{}, leases: map[int64][]int64{}}
	n := rapid.Int64Range(2, 7).Draw(t, "people")
	for i := int64(1); i <= n; i++ {
		w.gone[i] = rapid.IntRange(0, 3).Draw(t, "gone") > 0
		w.home[i] = rapid.Int64Range(0, 3).Draw(t, "home")
		for l := int64(1); l <= 3; l++ {
			if rapid.Bool().Draw(t, "lease") {
				w.leases[i] = append(w.leases[i], l)
			}
		}
		if rapid.Bool().Draw(t, "asks") {
			w.asks = append(w.asks, i)
		}
	}
	if len(w.asks) == 0 {
		w.asks = []int64{1}
	}
	return w
}

func (w town) rows() map[string]rows {
	a, b := rows{}, rows{"orders": nil}
	for i := int64(1); i <= int64(len(w.gone)); i++ {
		since, home := lately, any(nil)
		if w.gone[i] {
			since = long
		}
		if w.home[i] > 0 {
			home = w.home[i]
		}
		a["people"] = append(a["people"], family(i, since, home))
		for _, l := range w.leases[i] {
			a["parties"] = append(a["parties"], party(l, i))
		}
	}
	for i := int64(1); i <= 3; i++ {
		a["homes"] = append(a["homes"], connectors.Row{"id": i, "street": "x"})
		a["leases"] = append(a["leases"], connectors.Row{"id": i, "flat": "f"})
		b["readings"] = append(b["readings"], connectors.Row{"id": i, "lease": i, "value": "1"}, connectors.Row{"id": i + 10, "lease": i, "value": "2"})
	}
	return map[string]rows{"a": a, "b": b}
}

// leaves says who of the town is erased.
func (w town) leaves() map[int64]bool {
	out := map[int64]bool{}
	for _, i := range w.asks {
		out[i] = w.gone[i]
	}
	return out
}

// left counts, by the rule itself and row by row, what stands afterwards: a person whose time is over and who asked is gone with what
// hangs on them; what several own is gone when each of them is.
func (w town) left() map[string]int {
	leaves := w.leaves()
	out := map[string]int{"people": len(w.gone), "homes": 3, "parties": 0, "leases": 3, "readings": 6}
	for i := range w.gone {
		if leaves[i] {
			out["people"]--
		} else {
			out["parties"] += len(w.leases[i])
		}
	}
	for n := int64(1); n <= 3; n++ {
		var homeOwners, homeStays, parties, partiesStay int
		for i := range w.gone {
			if w.home[i] == n {
				if homeOwners++; !leaves[i] {
					homeStays++
				}
			}
			for _, l := range w.leases[i] {
				if l == n {
					if parties++; !leaves[i] {
						partiesStay++
					}
				}
			}
		}
		if homeOwners > 0 && homeStays == 0 {
			out["homes"]--
		}
		if parties > 0 && partiesStay == 0 {
			out["leases"]--
			out["readings"] -= 2
		}
	}
	return out
}

// TestBatchesByTheRule: whoever asks together, and whatever they own together, the work done leaves what a row-by-row calculation says,
// and each person's plan has the numbers the stores report for that person.
func TestBatchesByTheRule(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := drawTown(r)
		h := build(t, families, w.rows())
		var rs []*request.Request
		for _, i := range w.asks {
			rs = append(rs, lapsed(fmt.Sprint("pid P", i)))
		}
		b, err := h.MakeBatch(t.Context(), members(rs...))
		if err != nil {
			r.Fatal(err)
		}
		if len(b.Left) > 0 {
			r.Fatalf("left: %v", b.Left)
		}
		changed := map[int]int64{}
		for _, s := range b.Work.Systems {
			writer, _ := connectors.As[connectors.Writer](h.Systems[s.System].Store)
			outcomes, err := writer.Apply(t.Context(), s.Treatments, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
			if err != nil {
				r.Fatalf("%s: %v", s.System, err)
			}
			for i, o := range outcomes {
				if o.Changed != s.Purposes[i].Planned {
					r.Errorf("%s: %d changed, %d planned", o.ID, o.Changed, s.Purposes[i].Planned)
				}
				for p, n := range o.ByPerson {
					changed[p] += n
				}
			}
		}
		got := map[string]int{}
		for _, sys := range h.Systems {
			f, _ := connectors.As[connectors.Fixture](sys.Store)
			all, err := f.Dump(t.Context())
			if err != nil {
				r.Fatal(err)
			}
			for at, list := range all {
				if at != "orders" {
					got[at] = len(list)
				}
			}
		}
		if d := cmp.Diff(w.left(), got); d != "" {
			r.Error(d)
		}
		for i, res := range b.Results {
			var sum int64
			for _, total := range res.Plan.Totals {
				if total.Action == plan.Delete || total.Action == plan.Anonymise {
					sum += total.Rows
				}
			}
			if sum != changed[i] {
				r.Errorf("person %d: %d rows in the plan, %d by the stores", i, sum, changed[i])
			}
		}
	})
}
