package planner_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
)

// paying is a map in which what a person paid stays under a placeholder, and each of three kinds of row is counted by the rows it refers to.
const paying = `
  payers:
    key: no
    purposes: { p: { since: d } }
    placeholder: { no: "900", name: nobody }
    fields: { no: preference.topic, pid: { identifier: pid }, name: identity.name, d: preference.topic, bills: { counts: invoices }, lent: { counts: cards } }
  invoices:
    key: no
    purposes: { p: { since: d } }
    erase: { anonymise: { no: keep, payer: placeholder, d: year } }
    fields: { no: preference.topic, payer: { owned_by: payers }, d: preference.topic }
  cards:
    key: no
    purposes: { n: {} }
    fields: { no: preference.topic, pid: { identifier: pid }, of: { refers_to: payers, leave: placeholder } }
`

// TestCountersOfPlaceholders: rows that stay under a placeholder person are counted there, whether that person stood there before or is made by the same work, for one
// request and for several planned together; and a second time changes nothing.
func TestCountersOfPlaceholders(t *testing.T) {
	payer := func(no int64, pid string, bills, lent int64) connectors.Row {
		return connectors.Row{"no": no, "pid": pid, "name": "n", "d": long, "bills": bills, "lent": lent}
	}
	bill := func(no, payer int64) connectors.Row { return connectors.Row{"no": no, "payer": payer, "d": long} }
	card := func(no, of int64) connectors.Row { return connectors.Row{"no": no, "of": of, "pid": "P9"} }
	for name, stood := range map[string][]connectors.Row{
		"made by the work": nil,
		"stands already":   {{"no": int64(900), "name": "nobody", "bills": int64(1), "lent": int64(0)}},
	} {
		for _, several := range []bool{false, true} {
			t.Run(fmt.Sprint(name, several), func(t *testing.T) {
				data := rows{"payers": slices.Concat(stood, []connectors.Row{payer(1, "P1", 2, 1), payer(2, "P2", 1, 0), payer(3, "P3", 1, 1)}),
					"invoices": {bill(1, 1), bill(2, 1), bill(3, 2), bill(4, 3)}, "cards": {card(1, 1), card(2, 3)}}
				bills := int64(2)
				if stood != nil {
					data["invoices"] = append(data["invoices"], bill(5, 900))
					bills++
				}
				h := build(t, map[string]string{"a": paying}, map[string]rows{"a": data})
				var work []planner.SystemWork
				if several {
					bills++
					b := h.batch(lapsed("pid P1"), lapsed("pid P2"))
					if b.Left != nil {
						t.Fatal(b.Left)
					}
					work = b.Work.Systems
				} else {
					work = h.plan(lapsed("pid P1")).Work.Systems
				}
				store := h.Systems["a"].Store
				w, _ := connectors.As[connectors.Writer](store)
				yes := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }}
				for again := range 2 {
					for _, do := range [][]connectors.Treatment{work[0].Ahead(false), work[0].Treatments} {
						out, err := w.Apply(t.Context(), do, yes)
						if err != nil {
							t.Fatal(err)
						}
						for _, o := range out {
							if again > 0 && o.Changed > 0 {
								t.Errorf("%s changed %d rows once more", o.ID, o.Changed)
							}
						}
					}
				}
				f, _ := connectors.As[connectors.Fixture](store)
				now, err := f.Dump(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, r := range now["payers"] {
					switch no := fmt.Sprint(r["no"]); {
					case no == "900":
						found = true
						if fmt.Sprint(r["bills"], r["lent"]) != fmt.Sprint(bills, int64(1)) {
							t.Errorf("the placeholder has %v bills and %v cards, want %d and 1", r["bills"], r["lent"], bills)
						}
					case no == "3" && fmt.Sprint(r["bills"], r["lent"]) != "1 1":
						t.Errorf("a neighbour has %v bills and %v cards", r["bills"], r["lent"])
					}
				}
				if !found {
					t.Error("no placeholder person stands")
				}
			})
		}
	}
}
