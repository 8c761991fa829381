package mysql

import (
	"slices"
	"testing"
)

// TestChangesOfClocksAreFound: the search ends, and goes on past the last day of a leap year.
func TestChangesOfClocksAreFound(t *testing.T) {
	for zone, want := range map[string]struct{ most, least int }{"Europe/Warsaw": {400, 250}, "America/New_York": {500, 300}, "UTC": {0, 0}} {
		c := changesOf(zone)
		if n := len(c.at); n > want.most || n < want.least || len(c.offsets) != n+1 {
			t.Errorf("%s changes its clocks %d times, and has %d offsets", zone, n, len(c.offsets))
		}
		if !slices.IsSortedFunc(c.at, func(a, b string) int {
			if len(a) != len(b) {
				return len(a) - len(b)
			}
			return slices.Compare([]byte(a), []byte(b))
		}) {
			t.Errorf("%s: the changes are not in their order", zone)
		}
	}
}
