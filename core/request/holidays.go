package request

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/pl"
)

// Public holidays by country. A country that is not here has Saturdays and Sundays only, so its dates come early rather than late.
var holidays = map[string]*cal.Calendar{
	"PL": calendar(append(slices.Clone(pl.Holidays),
		&cal.Holiday{Name: "Wigilia Bożego Narodzenia", Type: cal.ObservancePublic, Month: time.December, Day: 24, StartYear: 2025, Func: cal.CalcDayOfMonth})),
}

func calendar(days []*cal.Holiday) *cal.Calendar {
	c := &cal.Calendar{Name: "public holidays"}
	c.AddHoliday(days...)
	return c
}

// workingDay is t, or the first day after it that is no Saturday, Sunday or public holiday.
func workingDay(t time.Time, country string) time.Time {
	for {
		off := t.Weekday() == time.Saturday || t.Weekday() == time.Sunday
		if c := holidays[country]; c != nil && !off {
			off, _, _ = c.IsHoliday(t)
		}
		if !off {
			return t
		}
		t = t.AddDate(0, 0, 1)
	}
}
