package archive

import (
	"slices"
	"strings"
)

// Tally is how much of one category the package holds.
type Tally struct {
	Category string // its name
	Count    int64  // values, neither NULL nor left out
	LeftOut  int64
	Places   []string // labels of the systems
}

// Tally counts the values of the closed tables by category, in the order of the names. What stands in it
// occurs for this person; it is what [Article15From] wants.
func (b *Builder) Tally() []Tally {
	b.mu.Lock()
	defer b.mu.Unlock()
	by := map[string]*Tally{}
	for _, t := range b.tables {
		if !t.closed {
			continue
		}
		for _, c := range t.columns {
			if c.Category == "" || c.values+c.withheld == 0 {
				continue
			}
			x := by[c.Category]
			if x == nil {
				x = &Tally{Category: c.Category}
				by[c.Category] = x
			}
			x.Count += c.values
			x.LeftOut += c.withheld
			if !slices.Contains(x.Places, t.info.System) {
				x.Places = append(x.Places, t.info.System)
			}
		}
	}
	var out []Tally
	for _, x := range by {
		out = append(out, *x)
	}
	slices.SortFunc(out, func(x, y Tally) int { return strings.Compare(x.Category, y.Category) })
	return out
}
