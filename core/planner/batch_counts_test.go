package planner_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
)

// TestWhatIsCountedInABatch: what the stores report of each member is what the own plan says, also of a row several own for different
// reasons, and what is said of all is as many rows as there are.
func TestWhatIsCountedInABatch(t *testing.T) {
	for _, c := range []struct {
		name, system string
		data         rows
		each         []string // the members' plans, as alone
		all          string   // totals of the batch's
		treated      int      // treatments that change something
	}{
		{"a row that goes for the one because its period is over, for the other because no rule is about it", `
  people:  { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  parties: { key: [lease, of], fields: { lease: { owns: leases }, of: { owned_by: people } } }
  leases:  { purposes: { p: { since: e, when: { flat: [g] } } }, fields: { flat: contact.address, e: preference.topic } }
`, rows{"people": {{"id": int64(1), "pid": "P1", "d": long}, {"id": int64(2), "pid": "P2", "d": long}}, "parties": {party(5, 1), party(5, 2), party(6, 1)},
			"leases": {{"id": int64(5), "flat": "f", "e": nil}, {"id": int64(6), "flat": "g", "e": long}}},
			[]string{"a/leases delete 2, a/parties delete 2, a/people delete 1", "a/leases delete 1, a/parties delete 1, a/people delete 1"}, "delete 7", 3},
		{"shells, one of which leads to a home that goes", `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, name: identity.name.given, d: preference.topic, home: { owns: homes } } }
  homes:  { purposes: { p: { since: h } }, fields: { street: contact.address, h: preference.topic } }
  orders: { purposes: { p: { since: d } }, fields: { of: { owned_by: people }, note: preference.topic, d: preference.topic } }
`, rows{"people": {{"id": int64(1), "pid": "P1", "name": "n", "d": long, "home": int64(7)}, {"id": int64(2), "pid": "P2", "name": "m", "d": long, "home": int64(8)}},
			"homes":  {{"id": int64(7), "street": "x", "h": long}, {"id": int64(8), "street": "y", "h": lately}},
			"orders": {{"id": int64(1), "of": int64(1), "note": "o", "d": lately}, {"id": int64(2), "of": int64(2), "note": "o", "d": lately}}},
			[]string{"a/homes delete 1, a/orders keep 1, a/people anonymise 1", "a/homes keep 1, a/orders keep 1, a/people anonymise 1"}, "delete 1, anonymise 2, keep 3", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, map[string]string{"a": c.system}, map[string]rows{"a": c.data})
			b := h.batch(lapsed("pid P1"), lapsed("pid P2"))
			if d := cmp.Diff(c.each, outcome(b)); d != "" {
				t.Error(d)
			}
			p := b.Plan("b", members(lapsed("pid P1"), lapsed("pid P2")))
			var all []string
			for _, x := range p.Totals {
				all = append(all, fmt.Sprint(x.Action, " ", x.Rows))
			}
			if got := strings.Join(all, ", "); got != c.all {
				t.Errorf("of all: %s, want %s", got, c.all)
			}
			changed, treated := map[int]int64{}, 0
			for _, s := range b.Work.Systems {
				writer, _ := connectors.As[connectors.Writer](h.Systems[s.System].Store)
				outcomes, err := writer.Apply(t.Context(), s.Treatments, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
				if err != nil {
					t.Fatal(err)
				}
				for i, o := range outcomes {
					if o.Changed != s.Purposes[i].Planned {
						t.Errorf("%s changed %d rows, planned were %d", o.ID, o.Changed, s.Purposes[i].Planned)
					}
					if o.Changed > 0 {
						treated++
					}
					for who, n := range o.ByPerson {
						if changed[who] += n; n != s.Purposes[i].Each[who] {
							t.Errorf("%s changed %d rows of person %d, whose plan says %d", o.ID, n, who, s.Purposes[i].Each[who])
						}
					}
				}
			}
			if treated != c.treated {
				t.Errorf("%d treatments change something, want %d", treated, c.treated)
			}
			for i, r := range b.Results {
				var sum int64
				for _, x := range r.Plan.Totals {
					if x.Action != plan.Keep {
						sum += x.Rows
					}
				}
				if sum != changed[i] {
					t.Errorf("person %d: %d rows in the plan, %d by the stores", i, sum, changed[i])
				}
			}
		})
	}
}
