package s3

import (
	"testing"

	"pgregory.net/rapid"
)

// TestSpots: whatever order rows are found in, each has one spot, which stays where it is and is met again.
func TestSpots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l spots
		known := map[int64]*spot{}
		for range rapid.IntRange(1, 4).Draw(t, "treatments") {
			next := int64(0)
			for range rapid.IntRange(0, 3000).Draw(t, "rows") {
				next += 1 + int64(len(known)%3)
				s := l.at(next)
				if s.number != next || s.row != next || known[next] != nil && known[next] != s {
					t.Fatalf("row %d has %+v, and had %+v", next, *s, known[next])
				}
				known[next] = s
			}
		}
		n := 0
		for s := range l.all() {
			if known[s.number] != s {
				t.Fatalf("row %d is not the one that was given", s.number)
			}
			n++
		}
		if n != len(known) || l.none() != (n == 0) {
			t.Fatalf("%d spots, want %d", n, len(known))
		}
	})
}
