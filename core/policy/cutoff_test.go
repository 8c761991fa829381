package policy

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

var periods = []*datamap.Period{
	nil, // kept until the date itself
	{N: 0, Unit: datamap.Years}, {N: 1, Unit: datamap.Years}, {N: 5, Unit: datamap.Years}, {N: 10, Unit: datamap.Years},
	{N: 5, Unit: datamap.Years, YearEnd: true}, {N: 6, Unit: datamap.Years, YearEnd: true},
	{N: 1, Unit: datamap.Months}, {N: 3, Unit: datamap.Months}, {N: 18, Unit: datamap.Months}, {N: 18, Unit: datamap.Months, YearEnd: true},
	{N: 0, Unit: datamap.Days}, {N: 1, Unit: datamap.Days}, {N: 30, Unit: datamap.Days}, {N: 365, Unit: datamap.Days}, {N: 90, Unit: datamap.Days, YearEnd: true},
}

// ruleOf holds rows by their field "day".
func ruleOf(p *datamap.Period) *datamap.Rule {
	purpose := &datamap.Purpose{Name: "p"}
	if p == nil {
		return &datamap.Rule{Purpose: purpose, Until: &datamap.DateRef{Field: "day"}}
	}
	return &datamap.Rule{Purpose: purpose, Since: &datamap.DateRef{Field: "day"}, Keep: p}
}

// lastDay is the last day of a period by the calendar, counted by hand: "2006-01-02" of year, month and day.
func lastDay(p *datamap.Period, y, m, d int) string {
	days := func(y, m int) int {
		switch {
		case m == 2 && y%4 == 0 && (y%100 != 0 || y%400 == 0):
			return 29
		case m == 2:
			return 28
		case m == 4 || m == 6 || m == 9 || m == 11:
			return 30
		}
		return 31
	}
	if p != nil {
		if p.YearEnd {
			m, d = 12, 31
		}
		switch p.Unit {
		case datamap.Years:
			y += p.N
		case datamap.Months:
			for range p.N {
				if m++; m == 13 {
					y, m = y+1, 1
				}
			}
		case datamap.Days:
			for range p.N {
				if d++; d > days(y, m) {
					if d, m = 1, m+1; m == 13 {
						y, m = y+1, 1
					}
				}
			}
		}
		d = min(d, days(y, m))
	}
	return fmt.Sprintf("%04d-%02d-%02d", y, m, d)
}

func warsaw(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestCutoffIsTheRowByRowCalculation: for every day of 40 years, what is pushed down to the store, what is said of the row, and the
// calendar counted by hand agree.
func TestCutoffIsTheRowByRowCalculation(t *testing.T) {
	zone := warsaw(t)
	for _, asOf := range []time.Time{
		time.Date(2026, 11, 6, 11, 20, 0, 0, zone), time.Date(2024, 2, 29, 0, 0, 0, 0, zone),
		time.Date(2025, 12, 31, 23, 59, 59, 0, zone), time.Date(2026, 3, 29, 2, 30, 0, 0, zone),
	} {
		terms := Terms{AsOf: asOf, Zone: zone}
		today := asOf.Format(time.DateOnly)
		for _, p := range periods {
			h := terms.HoldOf(&datamap.Collection{System: &datamap.System{}}, ruleOf(p))
			keeps := h.Keeps()
			for day := time.Date(asOf.Year()-40, 1, 1, 12, 0, 0, 0, time.UTC); day.Format(time.DateOnly) <= today; day = day.AddDate(0, 0, 1) {
				text := day.Format(time.DateOnly)
				last := lastDay(p, day.Year(), int(day.Month()), day.Day())
				for _, v := range []any{text, text + " 23:59:59", time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone).UTC()} {
					if at, _, _ := connectors.Date(v, zone); at.After(asOf) {
						continue // later today: a date in the future is unknown
					}
					row := connectors.Row{"day": v}
					down, judged, want := keeps.Fits(row, zone), terms.Judge(h, row, zone), last >= today
					if down != want || judged.Keeps != want {
						t.Fatalf("%+v as of %s: %v pushed down %t, judged %t, by hand %t", p, asOf, v, down, judged.Keeps, want)
					}
					if want && judged.Last.Format(time.DateOnly) != last {
						t.Fatalf("%+v: %v is kept until %s, by hand %s", p, v, judged.Last, last)
					}
				}
			}
		}
	}
}

// TestCutoffOnEveryDay: whatever day it is in 40 years, the cut-off lies exactly between the last date that has lapsed and the
// first that has not.
func TestCutoffOnEveryDay(t *testing.T) {
	zone := warsaw(t)
	for n := range 40 * 366 {
		asOf := time.Date(2000, 1, 1+n, n%24, n%60, 0, 0, zone)
		today := asOf.Format(time.DateOnly)
		terms := Terms{AsOf: asOf, Zone: zone}
		for _, p := range periods {
			cut := terms.Cutoff(p)
			y, m, d := cut.Date()
			if !cut.Equal(time.Date(y, m, d, 0, 0, 0, 0, zone)) {
				t.Fatalf("%+v as of %s: the cut-off %s is no midnight", p, asOf, cut)
			}
			by, bm, bd := time.Date(y, m, d-1, 12, 0, 0, 0, zone).Date()
			if lastDay(p, y, int(m), d) < today || lastDay(p, by, int(bm), bd) >= today {
				t.Fatalf("%+v as of %s: cut-off %s", p, asOf, cut)
			}
		}
	}
}

// TestUnknownDatesNeverLapse: neither pushed down nor row by row.
func TestUnknownDatesNeverLapse(t *testing.T) {
	zone := warsaw(t)
	terms := Terms{AsOf: time.Date(2026, 11, 6, 11, 20, 0, 0, zone), Zone: zone}
	for _, p := range periods {
		h := terms.HoldOf(&datamap.Collection{System: &datamap.System{}}, ruleOf(p))
		for _, v := range []any{nil, "", "0000-00-00", "0000-00-00 00:00:00", "2027-13-45", "wkrótce", "2199-01-01", "0001-01-01", time.Time{}, int64(20100101), []byte("x")} {
			row := connectors.Row{"day": v}
			if !h.Keeps().Fits(row, zone) || !terms.Judge(h, row, zone).Keeps {
				t.Errorf("%+v: %v lapses", p, v)
			}
		}
		if p == nil {
			continue
		}
		skip := ruleOf(p)
		skip.SkipMissing = true
		h = terms.HoldOf(&datamap.Collection{System: &datamap.System{}}, skip)
		if row := (connectors.Row{"day": nil}); h.Keeps().Fits(row, zone) || terms.Judge(h, row, zone).Keeps {
			t.Errorf("%+v: NULL keeps, where the map says that the rule then does not apply", p)
		}
	}
}
