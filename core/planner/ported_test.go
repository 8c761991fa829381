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
