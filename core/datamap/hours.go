package datamap

import (
	"strings"
	"time"
)

// Open says whether a system may be written to at an instant, by the hours of its window in a zone, the controller's; where not, when
// they next begin. Without a window it may be always. The last minute is outside: 22:00-05:00 ends at five.
func (s *System) Open(at time.Time, zone *time.Location) (open bool, next time.Time) {
	from, to, ok := strings.Cut(s.Window, "-")
	begin, err1 := time.Parse("15:04", from)
	end, err2 := time.Parse("15:04", to)
	if !ok || err1 != nil || err2 != nil { // the loader lets nothing else through
		return true, time.Time{}
	}
	at = at.In(zone)
	day := func(add int, of time.Time) time.Time {
		return time.Date(at.Year(), at.Month(), at.Day()+add, of.Hour(), of.Minute(), 0, 0, zone)
	}
	for add := -1; add <= 0; add++ {
		last := day(add, end)
		if !begin.Before(end) {
			last = day(add+1, end)
		}
		if !at.Before(day(add, begin)) && at.Before(last) {
			return true, time.Time{}
		}
	}
	if next = day(0, begin); !at.Before(next) {
		next = day(1, begin)
	}
	return false, next
}

// AtOnce is how many rows one transaction changes at most, where work can be cut: no more than a second's, where rows are counted out by the
// second.
func (s *System) AtOnce() int {
	if s.MaxRate > 0 && s.MaxRate < s.MaxRows {
		return s.MaxRate
	}
	return s.MaxRows
}
