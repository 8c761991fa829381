package datamap

import (
	"testing"
	"time"
)

// TestHours: a window is of the day in its zone, over midnight and over the nights on which clocks change.
func TestHours(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", text, warsaw)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct{ window, at, next string }{
		{"", "2026-11-06 12:00", ""},
		{"22:00-05:00", "2026-11-06 22:00", ""},
		{"22:00-05:00", "2026-11-06 23:59", ""},
		{"22:00-05:00", "2026-11-06 00:00", ""},
		{"22:00-05:00", "2026-11-06 04:59", ""},
		{"22:00-05:00", "2026-11-06 05:00", "2026-11-06 22:00"},
		{"22:00-05:00", "2026-11-06 21:59", "2026-11-06 22:00"},
		{"01:00-05:00", "2026-11-06 00:59", "2026-11-06 01:00"},
		{"01:00-05:00", "2026-11-06 01:00", ""},
		{"01:00-05:00", "2026-11-30 05:00", "2026-12-01 01:00"},
		{"01:00-05:00", "2026-10-24 05:00", "2026-10-25 01:00"}, // clocks go back at three
		{"01:00-05:00", "2026-10-25 04:30", ""},
		{"22:00-05:00", "2026-03-29 04:30", ""}, // clocks went forward at two
		{"22:00-02:30", "2026-03-29 01:59", ""},
	} {
		s := &System{Window: c.window}
		open, next := s.Open(at(c.at).UTC(), warsaw)
		if open != (c.next == "") || !open && !next.Equal(at(c.next)) {
			t.Errorf("%s at %s: open %t, next %s; want %q", c.window, c.at, open, next, c.next)
		}
	}
}
