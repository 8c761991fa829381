package planner_test

import (
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestTextsArePortedOnceLookedAt: what the person wrote under a contract is portable, and may name others: it waits for somebody to look, as it does in an
// access (art. 20(4)). What is not portable is not looked at.
func TestTextsArePortedOnceLookedAt(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic,
    wrote: { category: correspondence.message, free_text: review }, noted: { category: correspondence.note, free_text: review, purposes: { w: { since: d } } } } }
`}, map[string]rows{"a": {"people": {{"id": int64(1), "pid": "P1", "wrote": "x", "noted": "y", "d": "2026-01-01"}}}})
	r := ask("pid P1")
	r.Right, r.Ground = request.Portability, ""
	made := h.plan(r)
	x := made.Work.Exports[0]
	if x.Why["wrote"] != plan.NeedsReview || x.Why["noted"] != plan.NotPortable || slices.Contains(x.Selection.Fields, "wrote") {
		t.Errorf("%v, left out %v", x.Selection.Fields, x.Why)
	}
	if got := does(made.Plan); got != "a/people export 1, a/people review 1" {
		t.Error(got)
	}
}

// TestOneRowIsKeptOnce: a row and a field of it that are kept for one purpose until one day are one row that comes due.
func TestOneRowIsKeptOnce(t *testing.T) {
	h := build(t, map[string]string{"a": `
  people: { purposes: { p: { since: d } }, fields: { pid: { identifier: pid }, d: preference.topic, note: { category: preference.topic, purposes: { p: { since: d } } } } }
`}, map[string]rows{"a": {"people": []connectors.Row{{"id": int64(1), "pid": "P1", "note": "x", "d": "2026-01-01"}}}})
	r := ask("pid P1")
	r.Ground = "art17_1_a"
	if dues := h.plan(r).Work.Dues; len(dues) != 1 || dues[0].Rows != 1 {
		t.Errorf("%+v", dues)
	}
}

// TestDocumentsArePortedOnceLookedAt: documents the person provided under a contract wait for somebody to look at them, as in an access; others are left
// out, and that is said with their number. Nothing is left out in silence.
func TestDocumentsArePortedOnceLookedAt(t *testing.T) {
	for _, c := range []struct {
		name, system, keys, purpose, why, does string
		categories                             []string
	}{
		{"provided under a contract", "\nsource: provided\n", "", "p: { since: d }", plan.NeedsReview, "a/letters export 2, a/letters review 2, a/people export 1", nil},
		{"which name nobody else", "\nsource: provided\n", "free_text: export, ", "p: { since: d }", "", "a/letters export 2, a/people export 1", nil},
		{"which are others'", "\nsource: provided\n", "free_text: withhold, ", "p: { since: d }", plan.ThirdPerson, "a/letters export 2, a/letters withhold 2, a/people export 1", nil},
		{"held for an interest of the controller's", "\nsource: provided\n", "", "w: { since: d }", plan.NotPortable, "a/letters export 2, a/letters withhold 2, a/people export 1", nil},
		{"written by the controller", "\nsource: derived\n", "", "p: { since: d }", plan.NotPortable, "a/letters export 2, a/letters withhold 2, a/people export 1", nil},
		{"nobody asked for", "\nsource: provided\n", "", "p: { since: d }", "", "a/letters export 2", []string{"preference.topic"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, map[string]string{"a": `
  people:  { purposes: { p: { since: d } }, fields: { pid: { identifier: pid, source: provided }, d: { category: preference.topic, source: provided } } }
  letters: { document: correspondence.letter, ` + c.keys + `purposes: { ` + c.purpose + ` }, fields: { of: { owned_by: people }, topic: { category: preference.topic, source: provided, purposes: { p: { since: d } } }, d: correspondence.date } }
` + c.system}, map[string]rows{"a": {"people": {{"id": int64(1), "pid": "P1", "d": "2026-01-01"}},
				"letters": {{"id": int64(1), "of": int64(1), "topic": "x", "d": "2026-01-01"}, {"id": int64(2), "of": int64(1), "topic": "y", "d": "2026-01-01"}}}})
			r := ask("pid P1")
			r.Right, r.Ground = request.Portability, ""
			if r.Scope = (&request.Scope{All: true}); c.categories != nil {
				r.Scope = &request.Scope{Categories: c.categories}
			}
			made := h.plan(r)
			if got := does(made.Plan); got != c.does && len(c.categories) == 0 {
				t.Errorf("%s, want %s", got, c.does)
			}
			for _, x := range made.Work.Exports {
				if x.Collection != "letters" {
					continue
				}
				leaves := slices.Contains(x.Selection.Fields, connectors.DocumentField)
				if got := x.Why[connectors.DocumentField]; got != c.why || leaves != (c.why == "" && c.categories == nil) {
					t.Errorf("left out for %q, want %q; it leaves: %v", got, c.why, leaves)
				}
			}
		})
	}
}
