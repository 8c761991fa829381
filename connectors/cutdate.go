package connectors

import (
	"strings"
	"time"
)

// CutDate cuts a date to its year or month, as How [Year] and [Month] ask. A text keeps its form and the zone it
// names: "2006-05-06 10:11+02:00" becomes "2006-01-01 00:00+02:00". An instant becomes midnight in loc of
// that day. (A date column is a text in the contract, never an instant: midnight is another day elsewhere.)
// A date that is NULL, zero or unreadable becomes nil. Cutting again changes nothing.
func CutDate(v any, how How, loc *time.Location) any {
	if loc == nil {
		loc = time.UTC
	}
	switch x := v.(type) {
	case time.Time:
		x = x.In(loc)
		if x.Year() <= 1 {
			return nil
		}
		if how == Year {
			return time.Date(x.Year(), 1, 1, 0, 0, 0, 0, loc)
		}
		return time.Date(x.Year(), x.Month(), 1, 0, 0, 0, 0, loc)
	case string:
		if s, ok := cutText(x, how); ok {
			return s
		}
	case []byte:
		if s, ok := cutText(string(x), how); ok {
			return []byte(s)
		}
	}
	return nil
}

func cutText(s string, how How) (string, bool) {
	if _, _, ok := dateText(s, time.UTC); !ok {
		return "", false
	}
	day := s[:4] + "-01-01"
	if how == Month {
		day = s[:7] + "-01"
	}
	if len(s) == len(day) {
		return day, true
	}
	clock, zone := s[len(day):], ""
	if i := strings.IndexAny(clock[1:], "Zz+- "); i >= 0 {
		clock, zone = clock[:i+1], clock[i+1:]
	}
	zero := func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}
	return day + strings.Map(zero, clock) + zone, true
}
