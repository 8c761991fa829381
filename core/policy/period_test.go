package policy_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/policy"
)

// TestCutoffIsAdd: a date lies before the cut-off exactly where its last day lies before today, for every kind of period
// and around every cut-off.
func TestCutoffIsAdd(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := datamap.Period{N: rapid.IntRange(0, 60).Draw(rt, "n"), Unit: rapid.SampledFrom([]datamap.Unit{datamap.Days, datamap.Months, datamap.Years}).Draw(rt, "unit"), YearEnd: rapid.Bool().Draw(rt, "year end")}
		day := time.Date(2024, 1, 1+rapid.IntRange(0, 3000).Draw(rt, "day"), rapid.IntRange(0, 23).Draw(rt, "hour"), 30, 0, 0, warsaw)
		terms := policy.Terms{AsOf: day, Zone: warsaw}
		cut := terms.Cutoff(&p)
		for off := -400; off <= 400; off++ {
			at := time.Date(cut.Year(), cut.Month(), cut.Day()+off, 17, 45, 0, 0, warsaw)
			if at.Before(cut) != p.Add(at).Before(terms.Today()) {
				rt.Fatalf("%s as of %s: cut-off %s, but from %s it lasts until %s", p, day, cut, at, p.Add(at))
			}
		}
		for _, edge := range []time.Time{cut.Add(-time.Nanosecond), cut} {
			if edge.Before(cut) != terms.Last(&p, edge).Before(terms.Today()) {
				rt.Fatalf("%s as of %s: at the cut-off itself", p, day)
			}
		}
	})
}

// TestJudgeIsKeeps: judging a row and asking a store come to the same, whatever the row holds.
func TestJudgeIsKeeps(t *testing.T) {
	values := []any{nil, "", "0000-00-00", "x", "2016-02-29", "2025-11-05", "2025-11-06", "2025-11-06T00:30:00+02:00", "2031-01-01", int64(7), time.Date(2025, 11, 5, 23, 30, 0, 0, time.UTC), []byte("2012-01-01")}
	rapid.Check(t, func(rt *rapid.T) {
		p := datamap.Period{N: rapid.IntRange(0, 12).Draw(rt, "n"), Unit: rapid.SampledFrom([]datamap.Unit{datamap.Days, datamap.Months, datamap.Years}).Draw(rt, "unit"), YearEnd: rapid.Bool().Draw(rt, "year end")}
		r := &datamap.Rule{Purpose: &datamap.Purpose{Name: "p", Bases: []string{"art6_1_b"}, Keep: &p}, Keep: &p, SkipMissing: rapid.Bool().Draw(rt, "skip")}
		date := &datamap.DateRef{Field: "d"}
		if rapid.Bool().Draw(rt, "until") {
			r.Until = date
		} else {
			r.Since = date
		}
		if rapid.Bool().Draw(rt, "when") {
			r.When = []datamap.When{{Field: "st", Values: []string{"a"}}}
		}
		terms := on("2026-11-06", rapid.IntRange(0, 23).Draw(rt, "hour"))
		h := terms.HoldOf(shelf, r)
		row := connectors.Row{"d": rapid.SampledFrom(values).Draw(rt, "d"), "st": rapid.SampledFrom([]any{"a", "b", nil}).Draw(rt, "st")}
		if v := terms.Judge(h, row, warsaw); v.Keeps != h.Keeps().Fits(row, warsaw) {
			rt.Fatalf("%v under %s: judged %+v", row["d"], p, v)
		}
	})
}
