package view

import "github.com/dossier-dsr/dossier/core/engine"

// figures are the numbers a right has in each system.
type figures struct {
	heads []string
	of    func(engine.SystemStanding) []string
	late  string // what became of rows that came while it was worked
}

func figuresOf(right string) figures {
	switch right {
	case "rectification":
		return figures{[]string{"CORRECTED", "COMPLETED", "KEPT"}, func(y engine.SystemStanding) []string {
			return []string{Number(y.Corrected), Number(y.Completed), Number(y.Kept)}
		}, "was corrected too"}
	case "restriction":
		return figures{[]string{"HELD", "MARKED"}, func(y engine.SystemStanding) []string { return []string{Number(y.Held), Number(y.Marked)} }, "came under it too"}
	case "lift":
		return figures{[]string{"LIFTED"}, func(y engine.SystemStanding) []string { return []string{Number(y.Lifted)} }, "are free too"}
	}
	return figures{[]string{"DELETED", "ANONYMISED", "KEPT"}, func(y engine.SystemStanding) []string {
		return []string{Number(y.Deleted), Number(y.Anonymised), Number(y.Kept)}
	}, "went too"}
}

// none stands where there is no number.
func (f figures) none() []string {
	out := make([]string, len(f.heads))
	for i := range out {
		out[i] = "-"
	}
	return out
}

// row puts numbers between a system's state and what it waits for.
func (f figures) row(system, state, last string, numbers []string) []string {
	return append(append([]string{system, state}, numbers...), last)
}
