package sample

import "time"

// calendar writes days relative to the day of the sample.
type calendar struct{ today time.Time }

const iso = "2006-01-02"

// back is a day of the year that lies years before the sample's.
func (c calendar) back(years int, m time.Month, d int) time.Time {
	return time.Date(c.today.Year()-years, m, d, 0, 0, 0, 0, Zone)
}

// day is the same as ISO text, as date columns hold it.
func (c calendar) day(years int, m time.Month, d int) string { return c.back(years, m, d).Format(iso) }

// ago is the day n days before.
func (c calendar) ago(n int) time.Time { return c.today.AddDate(0, 0, -n) }

// future is a day no record of today can carry honestly.
func (c calendar) future() string { return c.day(-3, time.March, 1) }

// lastLeapDay is the last 29 February at least years before.
func (c calendar) lastLeapDay(years int) time.Time {
	y := c.today.Year() - years
	for time.Date(y, time.February, 29, 0, 0, 0, 0, Zone).Month() != time.February {
		y--
	}
	return time.Date(y, time.February, 29, 0, 0, 0, 0, Zone)
}

// months gives the day d of each month from the month of a to that of b, neither day before a nor after b.
func months(a, b time.Time, d int) []time.Time {
	var out []time.Time
	for y, m := a.Year(), a.Month(); ; m++ {
		t := time.Date(y, m, d, 0, 0, 0, 0, Zone)
		if t.After(b) {
			return out
		}
		if !t.Before(a) {
			out = append(out, t)
		}
	}
}

// Dates that say nothing: kept, never lapsed. (NULL is the fourth, the future the fifth.)
const (
	zeroDay     = "0000-00-00"
	noSuchDay   = "2015-02-31"
	unreadable  = "brak daty"
	polishDay   = "31.12.2015" // a date to a reader, not to ISO 8601
	neverEnding = "9999-12-31"
)
