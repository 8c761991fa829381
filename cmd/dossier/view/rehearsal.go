package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
)

// rehearsed says what running the statements and taking them back showed: of the systems where all fit in one line, of each where
// something stands in the way what, and which were not rehearsed and why.
func rehearsed(w io.Writer, runs []plan.Rehearsal) {
	var fit, whys, notes, failed []string
	var locks int64
	var held time.Duration
	skipped := map[string][]string{}
	for _, r := range runs {
		switch {
		case r.Failed != "":
			failed = append(failed, "Rehearsed in "+r.System+" and rolled back; it cannot be carried out as it is: "+strings.TrimSuffix(r.Failed, ".")+".")
		case r.Skipped != "":
			if skipped[r.Skipped] == nil {
				whys = append(whys, r.Skipped)
			}
			skipped[r.Skipped] = append(skipped[r.Skipped], r.System)
		default:
			fit = append(fit, r.System)
			locks += r.Locks
			if d, err := time.ParseDuration(r.Held); err == nil {
				held += d
			}
		}
		for _, n := range r.Notes {
			notes = append(notes, r.System+" says: "+n+".")
		}
	}
	var lines []string
	if len(fit) > 0 {
		lines = append(lines, fmt.Sprintf("Rehearsed in %s, rolled back: all statements fit; %s for %s.", and(fit), Plural(locks, "row lock"), long(held)))
	}
	for _, why := range whys {
		lines = append(lines, "Not rehearsed in "+and(skipped[why])+": "+strings.TrimSuffix(why, ".")+".")
	}
	for _, l := range append(append(lines, notes...), failed...) {
		_, _ = fmt.Fprintln(w, "\n"+wrap(l, Width, ""))
	}
}

// long is a short time in words.
func long(d time.Duration) string {
	if d < 100*time.Millisecond {
		return "less than 0.1 s"
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
