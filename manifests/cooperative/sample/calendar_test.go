package sample

import (
	"testing"
	"time"
)

func TestMonths(t *testing.T) {
	day := func(s string) time.Time { d, _ := time.ParseInLocation(iso, s, Zone); return d }
	got := months(day("2025-11-16"), day("2026-02-15"), 15)
	if len(got) != 3 || got[0] != day("2025-12-15") || got[2] != day("2026-02-15") {
		t.Errorf("got %v", got)
	}
	if got := months(day("2026-02-16"), day("2026-02-20"), 15); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	if got := (calendar{day("2026-11-06")}).lastLeapDay(7); got != day("2016-02-29") {
		t.Errorf("got %v", got)
	}
}
