package mongodb

import (
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// matcher says for whom a row is selected. It looks a row's values up among the tuples, so that a thousand persons cost a row no more than one.
type matcher struct {
	sel    connectors.Selection
	zone   *time.Location
	ways   []way
	fields []string // all it looks at
}

// way is one Match: its tuples by the marks of their first value.
type way struct {
	connectors.Match
	tuples map[string][]connectors.Tuple
}

func newMatcher(sel connectors.Selection) (*matcher, error) {
	m := &matcher{sel: sel, zone: sel.Collection.Location()}
	for _, x := range sel.Any {
		if len(x.Via) > 0 {
			return nil, notSupported("paths; the host follows them")
		}
		w := way{x, map[string][]connectors.Tuple{}}
		m.fields = append(m.fields, x.Fields...)
		for _, t := range x.Values {
			if slices.ContainsFunc(t.Values, connectors.Empty) {
				continue
			}
			if t.Within != nil {
				m.fields = append(m.fields, t.Within.Field)
			}
			for _, mark := range w.marks(t.Values[0]) {
				w.tuples[mark] = append(w.tuples[mark], t)
			}
		}
		if len(w.tuples) > 0 {
			m.ways = append(m.ways, w)
		}
	}
	for _, c := range sel.Where {
		if c.HasExists() {
			return nil, notSupported("conditions about other rows; the host works them out")
		}
		m.fields = append(m.fields, asked(c)...)
	}
	slices.Sort(m.fields)
	m.fields = slices.Compact(m.fields)
	return m, nil
}

// asked are the fields a condition looks at.
func asked(c connectors.Cond) []string {
	var out []string
	if c.Field != "" {
		out = append(out, c.Field)
	}
	for _, k := range c.Kids {
		out = append(out, asked(k)...)
	}
	return out
}

func (w way) marks(v any) []string {
	if s, ok := v.(string); ok && w.Folded {
		return []string{"f" + connectors.Fold(s)}
	}
	return marks(v)
}

// none says that nothing can fit.
func (m *matcher) none() bool { return len(m.ways) == 0 && !m.sel.All }

// persons are those a row is selected for, in ascending order; none where it is not.
func (m *matcher) persons(row connectors.Row) []int {
	persons := m.reached(row)
	for _, c := range m.sel.Where {
		if len(persons) > 0 && !c.Fits(row, m.zone) {
			return nil
		}
	}
	return persons
}

// reached are those whose tuples name the row.
func (m *matcher) reached(row connectors.Row) []int {
	if m.sel.All {
		return []int{0}
	}
	var out []int
	for _, w := range m.ways {
		have := row.Pick(w.Fields)
		if slices.ContainsFunc(have, connectors.Empty) {
			continue
		}
		for _, mark := range w.marks(have[0]) {
			for _, t := range w.tuples[mark] {
				if w.fits(have, t.Values) && (t.Within == nil || t.Within.Holds(row, m.zone)) {
					out = append(out, t.Person)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (w way) fits(have, want []any) bool {
	for i := range have {
		if w.Folded && !connectors.FoldedEqual(have[i], want[i]) || !w.Folded && !connectors.Equal(have[i], want[i]) {
			return false
		}
	}
	return true
}
