package datamap_test

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// TestPeriods holds the last day of keeping, by the calendar.
func TestPeriods(t *testing.T) {
	for _, c := range []struct{ from, period, until string }{
		{"2005-06-01", "20 years after year end", "2025-12-31"},
		{"2006-01-01", "20 years after year end", "2026-12-31"},
		{"2010-03-01", "20 years after year end", "2030-12-31"},
		{"2020-02-29", "30 years after year end", "2050-12-31"},
		{"2024-09-01", "22 years after year end", "2046-12-31"},
		{"2016-05-10", "10 years after year end", "2026-12-31"},
		{"2021-11-02", "5 years after year end", "2026-12-31"},
		{"2024-11-02", "2 years after year end", "2026-12-31"},
		{"2024-02-29", "5 years", "2029-02-28"},
		{"2024-02-29", "4 years", "2028-02-29"},
		{"2026-01-31", "1 month", "2026-02-28"},
		{"2026-11-30", "3 months", "2027-02-28"},
		{"2026-12-31", "14 months", "2028-02-29"},
		{"2026-02-27", "2 days", "2026-03-01"},
		{"2026-02-27", "0 days", "2026-02-27"},
		{"2026-06-15", "0 years after year end", "2026-12-31"},
	} {
		p, err := datamap.ParsePeriod(c.period)
		if err != nil || p.String() != c.period {
			t.Errorf("%s: %s %v", c.period, p, err)
		}
		day, err := time.ParseInLocation(time.DateOnly, c.from, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Add(day).Format(time.DateOnly); got != c.until {
			t.Errorf("%s and %s: until %s, want %s", c.from, c.period, got, c.until)
		}
	}
	for _, bad := range []string{"", "5", "years", "five years", "5 weeks", "-5 years", "5.5 years", "1000 years", "5 years after", "99999999999 days"} {
		if p, err := datamap.ParsePeriod(bad); err == nil {
			t.Errorf("%q is %s", bad, p)
		}
	}
}
