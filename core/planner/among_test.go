package planner

import (
	"fmt"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestAmongMany: however many ranges there are, a row is among them exactly if it is in one of them; values alone, or days alone, are not enough.
func TestAmongMany(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2020, 1, 1+n, 0, 0, 0, 0, time.UTC) }
	for _, many := range []int{1, atOnce, atOnce + 1, 3*atOnce + 5} {
		var ts []connectors.Tuple
		for i := range many {
			from, to := day(i), day(i+2)
			ts = append(ts, connectors.Tuple{Values: []any{fmt.Sprint("F", i)}, Within: &connectors.Range{Field: "on", From: &from, To: &to}})
		}
		ts = append(ts, connectors.Tuple{Values: []any{"always"}})
		cond := among([]string{"flat"}, ts)
		for i := range many {
			for n := i - 2; n <= i+4; n++ {
				row := connectors.Row{"flat": fmt.Sprint("F", i), "on": day(n).Format(time.DateOnly)}
				if got, want := cond.Fits(row, time.UTC), n >= i && n <= i+2; got != want {
					t.Fatalf("of %d: flat %d on day %d: %v, want %v", many, i, n, got, want)
				}
			}
		}
		for flat, want := range map[string]bool{"always": true, fmt.Sprint("F", many): false} {
			if got := cond.Fits(connectors.Row{"flat": flat, "on": "2020-01-01"}, time.UTC); got != want {
				t.Errorf("of %d: %s: %v, want %v", many, flat, got, want)
			}
		}
	}
}
