package planner_test

import (
	"context"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestStandInForEach: where a unique key forbids one placeholder for all, each row gets a text of its own, the same on a retry,
// also where a column takes no NULL.
func TestStandInForEach(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic } }
  cards:
    purposes: { p: { since: d } }
    placeholder: { each: true, city: Nowhere }
    erase: { anonymise: { holder: placeholder, city: placeholder, d: year } }
    fields: { of: { owned_by: people }, holder: identity.name, pin: identity.name, city: contact.address, d: preference.topic }
`}, nil)
	h.onFile("a", `CREATE TABLE people (id INTEGER PRIMARY KEY, pid TEXT, d TEXT);
		CREATE TABLE cards (id INTEGER PRIMARY KEY, "of" INTEGER, holder TEXT UNIQUE, pin TEXT NOT NULL UNIQUE, city TEXT, d TEXT);
		INSERT INTO people VALUES (1, 'P1', '2001-01-01');
		INSERT INTO cards VALUES (1, 1, 'Ewa', '11', 'Łódź', '2001-03-03'), (2, 1, 'Ewa N.', '22', 'Łódź', '2001-03-03'), (3, NULL, 'Jan', '33', 'Łódź', '2001-03-03');`)
	h.StandInKey = []byte("of this request")
	made := h.plan(ask("pid P1"))
	if got := does(made.Plan); !made.Plan.Applicable || got != "a/cards anonymise 2, a/people delete 1" {
		t.Fatal(got, made.Plan.Blockers)
	}
	store := h.Systems["a"].Store
	work := made.Work.Systems[0].Treatments
	w, _ := connectors.As[connectors.Writer](store)
	yes := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }}
	i := slices.IndexFunc(work, func(x connectors.Treatment) bool { return x.ID == "cards/anonymise" })
	for n, changed := range []int64{2, 0} {
		out, err := w.Apply(t.Context(), work[i:i+1], yes)
		if err != nil || out[0].Changed != changed {
			t.Fatalf("call %d: %+v, %v", n+1, out, err)
		}
	}
	got := map[int64][]any{}
	sel := connectors.Selection{Collection: work[i].On.Collection, All: true, Fields: []string{"id", "holder", "pin", "city"}}
	if err := connectors.Each(t.Context(), store, sel, func(_ int, row []any) error {
		got[row[0].(int64)] = slices.Clone(row[1:])
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for id := range int64(2) {
		own := connectors.DeriveText(h.StandInKey, id+1)
		if !slices.Equal(got[id+1], []any{own, own, "Nowhere"}) {
			t.Errorf("row %d: %v, want %s", id+1, got[id+1], own)
		}
	}
	if !slices.Equal(got[3], []any{"Jan", "33", "Łódź"}) {
		t.Errorf("a neighbour's row: %v", got[3])
	}
}
