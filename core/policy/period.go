package policy

import (
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// Cutoff is the instant before which a date has lapsed under period p as of t.AsOf: date < Cutoff is the
// same as "the last day of the period from that date is before today", for every date. A nil period ends
// with the date itself (until:).
func (t Terms) Cutoff(p *datamap.Period) time.Time {
	today := t.Today()
	if p == nil {
		return today
	}
	if p.YearEnd {
		// The last day depends on the year alone: the first year that has not lapsed decides.
		year := today.Year()
		for !lapsed(*p, time.Date(year, 1, 1, 0, 0, 0, 0, t.Zone), today) {
			year--
		}
		return time.Date(year+1, 1, 1, 0, 0, 0, 0, t.Zone)
	}
	day := guess(*p, today)
	for lapsed(*p, day, today) {
		day = nextDay(day, 1)
	}
	for !lapsed(*p, nextDay(day, -1), today) {
		day = nextDay(day, -1)
	}
	return day
}

func lapsed(p datamap.Period, from, today time.Time) bool { return p.Add(from).Before(today) }

// guess is near the cut-off, a few days off at most.
func guess(p datamap.Period, today time.Time) time.Time {
	y, m, d := today.Date()
	switch p.Unit {
	case datamap.Years:
		y -= p.N
	case datamap.Months:
		m -= time.Month(p.N)
	case datamap.Days:
		d -= p.N
	}
	return time.Date(y, m, d, 0, 0, 0, 0, today.Location())
}

func nextDay(day time.Time, n int) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+n, 0, 0, 0, 0, day.Location())
}

// Last is the last day of keeping from date at: its day in the controller's zone plus the period.
func (t Terms) Last(p *datamap.Period, at time.Time) time.Time {
	day := midnight(at, t.Zone)
	if p == nil {
		return day
	}
	return p.Add(day)
}
