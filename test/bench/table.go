package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// series is one measured thing over many members.
type series struct {
	name string
	took []time.Duration
	busy []time.Duration // of the processors, where it was measured
}

func (s *series) add(d time.Duration) { s.took = append(s.took, d) }

func (s *series) addSpent(x spent) {
	s.took, s.busy = append(s.took, x.clock), append(s.busy, x.processor)
}

// warm leaves out the first n.
func (s *series) warm(n int) {
	s.took, s.busy = s.took[n:], s.busy[min(n, len(s.busy)):]
}

// processors is the same series by the processors' time.
func (s *series) processors() *series { return &series{name: s.name, took: s.busy} }

// report prints what was measured: medians, and the median and range (10th to 90th percentile) of the ratio to base, pair by pair.
func report(title string, base *series, all ...*series) {
	fmt.Printf("%s (%d members)\n", title, len(base.took))
	fmt.Printf("  %-52s %10s %8s %15s\n", "", "median", "ratio", "10 % – 90 %")
	for _, s := range append([]*series{base}, all...) {
		ratios := make([]float64, len(s.took))
		for i, d := range s.took {
			ratios[i] = float64(d) / float64(base.took[i])
		}
		fmt.Printf("  %-52s %10s %8.2f %7.2f – %.2f\n", s.name, short(quantile(s.took, 0.5)), quantile(ratios, 0.5), quantile(ratios, 0.1), quantile(ratios, 0.9))
	}
	fmt.Println()
}

func quantile[T time.Duration | float64](xs []T, q float64) T {
	if len(xs) == 0 {
		return 0
	}
	s := slices.Clone(xs)
	slices.Sort(s)
	return s[int(q*float64(len(s)-1)+0.5)]
}

func short(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%.0f µs", float64(d)/float64(time.Microsecond))
	case d < time.Second:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

// sum adds series member by member.
func sum(name string, parts ...*series) *series {
	out := &series{name: name}
	for i := range parts[0].took {
		var d time.Duration
		for _, p := range parts {
			d += p.took[i]
		}
		out.add(d)
	}
	for i := range parts[0].busy {
		var d time.Duration
		for _, p := range parts {
			d += p.busy[i]
		}
		out.busy = append(out.busy, d)
	}
	return out
}

func line(format string, args ...any) {
	fmt.Println("  " + strings.TrimRight(fmt.Sprintf(format, args...), " "))
}
