package planner_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// TestEndsCountRows: what comes due on a day are so many rows as are kept until then, in whole or in part: one with two such fields, or kept itself
// for the same purpose, is one, and two of which one field each is kept are two.
func TestEndsCountRows(t *testing.T) {
	row := func(id int64, d, e, f string) connectors.Row {
		return connectors.Row{"id": id, "of": int64(1), "d": d, "first": "x", "e": e, "second": "y", "f": f}
	}
	many := func(last string) (out []connectors.Row) { // each with a day of its own
		for i := range int64(60) {
			d := time.Date(2026, 1, 1+int(i), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			out = append(out, row(i+1, long, d, last))
		}
		return out
	}
	for _, c := range []struct {
		name string
		rows []connectors.Row
		want map[string]int64 // by day
	}{
		{"the two fields of one row", []connectors.Row{row(1, long, lately, lately)}, map[string]int64{"2027-10-01": 1}},
		{"a field each of two rows", []connectors.Row{row(1, long, lately, long), row(2, long, long, lately)}, map[string]int64{"2027-10-01": 2}},
		{"a row and a field of another", []connectors.Row{row(1, lately, long, long), row(2, long, lately, long)}, map[string]int64{"2027-10-01": 2}},
		{"a row and a field of it", []connectors.Row{row(1, lately, lately, long)}, map[string]int64{"2027-10-01": 1}},
		{"a row and a field of it, until another day", []connectors.Row{row(1, lately, "2026-09-01", long)}, map[string]int64{"2027-09-01": 1, "2027-10-01": 1}},
		{"many days", many(long), map[string]int64{"2027-01-31": 31, "2027-02-28": 28, "2027-03-31": 1}},
		{"many days, and a field of each until the end of a month", many("2026-01-31"), map[string]int64{"2027-01-31": 60, "2027-02-28": 28, "2027-03-31": 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := build(t, map[string]string{"s": `
  people: { fields: { pid: { identifier: pid } }, purposes: n }
  notes:
    purposes: { p: { since: d } }
    fields:
      of: { owned_by: people }
      d: correspondence.date
      e: correspondence.date
      f: correspondence.date
      first: { category: correspondence.note, purposes: { p: { since: e } } }
      second: { category: correspondence.note, purposes: { p: { since: f } } }
`}, map[string]rows{"s": {"people": {{"id": int64(1), "pid": "P1"}}, "notes": c.rows}})
			made, err := h.Make(t.Context(), planner.Input{Request: lapsed("pid P1"), AsOf: asOf})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]int64{}
			for _, k := range made.Work.Dues {
				if k.Collection == "notes" {
					got[k.Date] += k.Rows
				}
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
