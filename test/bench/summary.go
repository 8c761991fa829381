package main

import (
	"fmt"
	"time"
)

// table is what was measured, to be put into README.md as it is printed.
type table struct{ rows, notes []string }

// add adds a line: ratios to what was written by hand, by the clock and by the processors.
func (t *table) add(name string, hand, our *series, aim string) {
	t.rows = append(t.rows, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", name, short(quantile(hand.took, 0.5)), short(quantile(our.took, 0.5)),
		ratio(hand.took, our.took), ratio(hand.busy, our.busy), aim))
}

func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// ratio is the median of the ratios, pair by pair, and where there are many their 10th and 90th percentile.
func ratio(hand, our []time.Duration) string {
	var all []float64
	for i := range our {
		if hand[i] > 0 {
			all = append(all, float64(our[i])/float64(hand[i]))
		}
	}
	if len(all) == 0 {
		return "–"
	}
	out := fmt.Sprintf("%.2f", quantile(all, 0.5))
	if len(all) >= 3 {
		out += fmt.Sprintf(" (%.2f – %.2f)", quantile(all, 0.1), quantile(all, 0.9))
	}
	return out
}

func (t *table) print(store string) {
	fmt.Printf("| %s | by hand | Dossier | by the clock | by the processors | aim |\n| --- | --- | --- | --- | --- | --- |\n", store)
	for _, r := range t.rows {
		fmt.Println(r)
	}
	fmt.Println()
	for _, n := range t.notes {
		fmt.Println(n)
	}
	fmt.Println()
}
