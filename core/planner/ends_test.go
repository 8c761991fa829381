package planner_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
)

// TestEndToldBefore: the rows that dated a kept one are gone; it stays until the end they told, and goes on the day after.
func TestEndToldBefore(t *testing.T) {
	for _, c := range []struct{ missing, until, does string }{
		{"skip", "2026-11-06", "s/b keep 1"},
		{"skip", "2026-11-05", "s/b delete 1"},
		{"keep", "2026-11-06", "s/b keep 1"},
		{"keep", "2026-11-05", "s/b delete 1"},
		{"keep", "", "s/b keep 1"}, // no end was known
		{"skip", "", "s/b delete 1"},
	} {
		h := build(t, map[string]string{"s": `
  a: { fields: { pid: { identifier: pid }, d: correspondence.date }, purposes: { p: { since: d } }, key: [pid] }
  b: { fields: { pid: { identifier: pid }, x: correspondence.note }, purposes: { p: { since: last s/a.d, missing: ` + c.missing + ` } }, key: [pid] }
`}, map[string]rows{"s": {"b": {connectors.Row{"pid": "P1", "x": "x"}}}})
		r := ask("pid P1")
		r.Ground = "art17_1_a"
		made, err := h.Make(t.Context(), planner.Input{Request: r, AsOf: asOf, Ends: []planner.KeptUntil{{System: "s", Collection: "b", Purpose: "p", Until: c.until}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := does(made.Plan); got != c.does {
			t.Errorf("missing: %s, kept until %q: %s, want %s", c.missing, c.until, got, c.does)
		}
	}
}
