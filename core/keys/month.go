package keys

import (
	"fmt"
	"time"
)

// Month is a calendar month, "2026-11".
type Month string

// MonthOf is the month of t in t's zone.
func MonthOf(t time.Time) Month { return Month(t.Format("2006-01")) }

// Check says whether m reads as a month.
func (m Month) Check() error {
	if _, err := time.Parse("2006-01", string(m)); err != nil || len(m) != 7 {
		return fmt.Errorf("%q is no month; want YYYY-MM", string(m))
	}
	return nil
}

// Class separates the months of what ends at different times.
type Class string

// The classes.
const (
	Requests Class = "request" // by the month in which the request's record ends
	Dues     Class = "due"     // by the month in which a due item, a sealed reference or a tombstone's plain field ends
	Archives Class = "archive" // by the month in which an archive can be opened last
)

var classes = map[Class]byte{Requests: 1, Dues: 2, Archives: 3}
