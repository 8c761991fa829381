package policy_test

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

var warsaw = must(time.LoadLocation("Europe/Warsaw"))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func period(t *testing.T, text string) *datamap.Period {
	t.Helper()
	p, err := datamap.ParsePeriod(text)
	if err != nil {
		t.Fatal(err)
	}
	return &p
}

// on are terms at an hour of a day in Warsaw.
func on(day string, hour int) policy.Terms {
	at := must(time.ParseInLocation(time.DateOnly, day, warsaw))
	return policy.Terms{AsOf: at.Add(time.Duration(hour) * time.Hour), Zone: warsaw, Ground: "art17_1_a"}
}

var shelf = &datamap.Collection{Name: "c", System: &datamap.System{Name: "s"}, Key: []string{"id"}}

func since(t *testing.T, keep string) *datamap.Rule {
	p := period(t, keep)
	return &datamap.Rule{Purpose: &datamap.Purpose{Name: "p", Bases: []string{"art6_1_c"}, Keep: p, Exception: "art17_3_b"}, Keep: p, Since: &datamap.DateRef{Field: "d"}}
}

// TestDateVectors: until is the last day of keeping; the next day the row may go.
func TestDateVectors(t *testing.T) {
	for _, c := range []struct {
		name, keep string
		date       any
		until      string
	}{
		{"last entry", "20 years after year end", "2005-06-01", "2025-12-31"},
		{"last entry, UTC trap", "20 years after year end", "2005-12-31T23:30Z", "2026-12-31"},
		{"the same as an instant", "20 years after year end", time.Date(2005, 12, 31, 23, 30, 0, 0, time.UTC), "2026-12-31"},
		{"the later of two visits", "20 years after year end", "2010-03-01", "2030-12-31"},
		{"death by injury", "30 years after year end", "2020-02-29", "2050-12-31"},
		{"its last entry, which ends before", "20 years after year end", "2011-01-10", "2031-12-31"},
		{"child under two", "22 years after year end", "2024-09-01", "2046-12-31"},
		{"X-ray kept apart", "10 years after year end", "2016-05-10", "2026-12-31"},
		{"referral, service given", "5 years after year end", "2021-11-02", "2026-12-31"},
		{"referral, never came", "2 years after year end", "2024-11-02", "2026-12-31"},
		{"five years from a leap day", "5 years", "2024-02-29", "2029-02-28"},
		{"four years from a leap day", "4 years", "2024-02-29", "2028-02-29"},
		{"a month from the last of January", "1 month", "2027-01-31", "2027-02-28"},
		{"a month from the last of March", "1 month", "2027-03-31", "2027-04-30"},
		{"thirteen months over a leap February", "13 months", "2027-01-31", "2028-02-29"},
		{"days over the change to summer time", "30 days", "2026-03-10", "2026-04-09"},
		{"days over the change to winter time", "7 days", "2026-10-22", "2026-10-29"},
		{"the last hour of the day counts as the day", "1 year", "2025-03-04 23:59:59", "2026-03-04"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rule := since(t, c.keep)
			row := connectors.Row{"d": c.date}
			last := must(time.ParseInLocation(time.DateOnly, c.until, warsaw))
			kept, gone := on(c.until, 23), on(last.AddDate(0, 0, 1).Format(time.DateOnly), 0)
			if v := kept.Judge(kept.HoldOf(shelf, rule), row, warsaw); !v.Keeps || v.Code != plan.Retention || v.Last.Format(time.DateOnly) != c.until {
				t.Errorf("on the last day: %+v", v)
			}
			if v := gone.Judge(gone.HoldOf(shelf, rule), row, warsaw); v.Keeps {
				t.Errorf("the day after: %+v", v)
			}
			for name, terms := range map[string]policy.Terms{"the last day": kept, "the day after": gone} {
				h := terms.HoldOf(shelf, rule)
				if pushed := h.Keeps().Fits(row, warsaw); pushed != terms.Judge(h, row, warsaw).Keeps {
					t.Errorf("%s: the condition for stores says %v", name, pushed)
				}
			}
		})
	}
}

// TestUnknownDates: an unknown date never lapses; NULL has not begun, unless the rule then does not apply.
func TestUnknownDates(t *testing.T) {
	terms := on("2026-11-06", 9)
	for _, c := range []struct {
		date any
		skip bool
		code string // "" not kept
	}{
		{"0000-00-00", false, plan.DateUnknown}, {"0000-00-00", true, plan.DateUnknown}, {time.Time{}, true, plan.DateUnknown},
		{"0001-01-01", false, plan.DateUnknown}, {"nie wiadomo", true, plan.DateUnknown}, {"", true, plan.DateUnknown}, {"2020-13-01", false, plan.DateUnknown},
		{int64(20200101), false, plan.DateUnknown}, {"2027-01-01", true, plan.DateUnknown},
		{nil, false, plan.NotBegun}, {nil, true, ""},
	} {
		rule := since(t, "1 year")
		rule.SkipMissing = c.skip
		h := terms.HoldOf(shelf, rule)
		row := connectors.Row{"d": c.date}
		v := terms.Judge(h, row, warsaw)
		if v.Keeps != (c.code != "") || v.Keeps && v.Code != c.code || !v.Last.IsZero() {
			t.Errorf("%v, skip %v: %+v", c.date, c.skip, v)
		}
		if h.Keeps().Fits(row, warsaw) != v.Keeps {
			t.Errorf("%v, skip %v: the condition for stores says otherwise", c.date, c.skip)
		}
	}
}

// TestUntil: kept until a date of the row, which may lie ahead, and no longer.
func TestUntil(t *testing.T) {
	rule := &datamap.Rule{Purpose: &datamap.Purpose{Name: "p", Bases: []string{"art6_1_b"}}, Until: &datamap.DateRef{Field: "d"}, Keep: period(t, "9 years")}
	row := connectors.Row{"d": "2026-12-31"}
	for day, keeps := range map[string]bool{"2026-11-06": true, "2026-12-31": true, "2027-01-01": false} {
		terms := on(day, 12)
		h := terms.HoldOf(shelf, rule)
		v := terms.Judge(h, row, warsaw)
		if v.Keeps != keeps || keeps && (v.Code != plan.Retention || v.Last.Format(time.DateOnly) != "2026-12-31") || h.Keeps().Fits(row, warsaw) != keeps {
			t.Errorf("%s: %+v", day, v)
		}
	}
}

// TestPlanHoldsItsDay: a plan of the last day keeps, also where it is carried out the day after: as_of decides.
func TestPlanHoldsItsDay(t *testing.T) {
	rule := since(t, "1 year after year end")
	row := connectors.Row{"d": "2025-05-05"}
	planned := on("2026-12-31", 23)
	if !planned.Judge(planned.HoldOf(shelf, rule), row, warsaw).Keeps {
		t.Error("not kept on the last day")
	}
	due := on("2027-01-01", 0)
	if due.Judge(due.HoldOf(shelf, rule), row, warsaw).Keeps {
		t.Error("its due item would find it kept")
	}
}

// TestWhen: a referral the patient took away is held by no rule.
func TestWhen(t *testing.T) {
	rule := since(t, "2 years after year end")
	rule.When = []datamap.When{{Field: "taken", Values: []string{"no"}}}
	terms := on("2024-12-01", 9)
	h := terms.HoldOf(shelf, rule)
	for taken, keeps := range map[any]bool{"no": true, "yes": false, nil: false} {
		row := connectors.Row{"d": "2024-11-02", "taken": taken}
		if terms.Judge(h, row, warsaw).Keeps != keeps || h.Keeps().Fits(row, warsaw) != keeps {
			t.Errorf("taken %v", taken)
		}
	}
}
