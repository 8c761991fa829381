package objects

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Matcher decides which rows a selection names, and for whom: by a look into a table of the tuples, not tuple
// by tuple.
type Matcher struct {
	from  *Source
	all   bool
	where []fits
	ways  []way
	Asks  []string // the fields it looks at
}

// way is one Match.
type way struct {
	Fields []string
	folded bool
	tuples map[string][]connectors.Tuple // by bucket
	among  []map[string]bool             // by depth of the path: the values of its path fields so far, joined
}

// NewMatcher is ErrNotSupported for paths over other collections and conditions about other rows.
func NewMatcher(from *Source, sel connectors.Selection) (*Matcher, error) {
	m := &Matcher{from: from, all: sel.All}
	asks := map[string]bool{}
	for _, c := range sel.Where {
		if c.HasExists() {
			return nil, fmt.Errorf("%w: collection %s: conditions about other rows", connectors.ErrNotSupported, from.Name)
		}
		fieldsOf(c, asks)
		m.where = append(m.where, asked(c, from.Zone))
	}
	for _, match := range sel.Any {
		if len(match.Via) > 0 {
			return nil, fmt.Errorf("%w: collection %s: paths over other collections", connectors.ErrNotSupported, from.Name)
		}
		w := way{Fields: match.Fields, folded: match.Folded, tuples: map[string][]connectors.Tuple{}}
		for _, t := range match.Values {
			if key, ok := m.bucket(match.Fields, w.values(t.Values)); ok {
				w.tuples[key] = append(w.tuples[key], t)
			}
			if t.Within != nil {
				asks[t.Within.Field] = true
			}
		}
		for _, f := range match.Fields {
			asks[f] = true
		}
		w.among = make([]map[string]bool, len(from.Path.Segments)) // a folded way looks at every path
		if !w.folded {
			w.among = m.along(match.Fields, w.tuples)
		}
		m.ways = append(m.ways, w)
	}
	m.Asks = slices.Sorted(maps.Keys(asks))
	return m, nil
}

// AnyOf decides about objects for several selections of one source: which may hold rows of any of them, and what of these is looked at. Of a row each
// decides by itself.
func AnyOf(ms ...*Matcher) *Matcher {
	if len(ms) == 1 {
		return ms[0]
	}
	out := &Matcher{from: ms[0].from}
	asks := map[string]bool{}
	for _, m := range ms {
		out.all = out.all || m.all
		out.ways = append(out.ways, m.ways...)
		for _, f := range m.Asks {
			asks[f] = true
		}
	}
	out.Asks = slices.Sorted(maps.Keys(asks))
	return out
}

// values are those a way compares.
func (w *way) values(vs []any) []any {
	if !w.folded {
		return vs
	}
	out := slices.Clone(vs)
	for i, v := range out {
		if text, ok := v.(string); ok {
			out[i] = connectors.Fold(text)
		}
	}
	return out
}

func fieldsOf(c connectors.Cond, into map[string]bool) {
	if c.Field != "" {
		into[c.Field] = true
	}
	for _, k := range c.Kids {
		fieldsOf(k, into)
	}
}

// Nothing says that the selection can match no row at all.
func (m *Matcher) Nothing() bool {
	return !m.all && !slices.ContainsFunc(m.ways, func(w way) bool { return len(w.tuples) > 0 })
}

// ByPath says whether every way to a row binds a field of the path.
func (m *Matcher) ByPath() bool {
	return len(m.ways) > 0 && !slices.ContainsFunc(m.ways, func(w way) bool {
		return w.folded || !slices.ContainsFunc(w.Fields, m.from.Path.Has)
	})
}

// Whole says whether what is selected is the person's by a field of the path: every way binds one, and nothing that stands in the rows but their key.
func (m *Matcher) Whole() bool {
	return m.ByPath() && !slices.ContainsFunc(m.ways, func(w way) bool {
		return slices.ContainsFunc(w.Fields, func(f string) bool { return !m.from.Path.Has(f) && !slices.Contains(m.from.Key, f) })
	})
}

// bucket joins values so that equal ones come together; ok is false where one can match nothing.
func (m *Matcher) bucket(fields []string, values []any) (string, bool) {
	var b []byte
	for i, v := range values {
		if connectors.Empty(v) || i >= len(fields) {
			return "", false
		}
		if m.from.PathField(fields[i]) >= 0 {
			s, ok := rowfile.PlainText(v, m.from.Zone)
			if !ok || !Safe(s) {
				return "", false
			}
			b = join(b, s)
		} else {
			b = joinKindred(b, v)
		}
	}
	return string(b), len(values) == len(fields)
}

// Persons gives the persons for whom a row with these fields is selected, in ascending order. Its conditions, which may name as many rows as somebody has, are asked of
// rows that are somebody's by the tuples.
func (m *Matcher) Persons(row connectors.Row) []int {
	persons := m.reached(row)
	for _, fits := range m.where {
		if len(persons) > 0 && !fits(row) {
			return nil
		}
	}
	return persons
}

// reached are the persons whose tuples name the row.
func (m *Matcher) reached(row connectors.Row) []int {
	if m.all {
		return []int{0}
	}
	var out []int
	var room [256]byte
	for i := range m.ways {
		w := &m.ways[i]
		key, ok := m.bucketOf(room[:0], w, row)
		if !ok {
			continue
		}
		alike := w.tuples[string(key)]
		if len(alike) == 0 {
			continue
		}
		values := w.values(row.Pick(w.Fields))
		for _, t := range alike {
			if m.equal(w.Fields, values, w.values(t.Values)) && (t.Within == nil || t.Within.Holds(row, m.from.Zone)) {
				out = append(out, t.Person)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// bucketOf appends bucket for what a row read from the tree has, where any name is good.
func (m *Matcher) bucketOf(b []byte, w *way, row connectors.Row) ([]byte, bool) {
	for _, name := range w.Fields {
		v := row[name]
		s, isText := v.(string)
		if isText && w.folded {
			s = connectors.Fold(s)
			v = s
		}
		switch {
		case connectors.Empty(v):
			return nil, false
		case isText && m.from.PathField(name) >= 0:
			b = join(b, s)
		default:
			b = joinKindred(b, v)
		}
	}
	return b, true
}

// equal compares values of a row with those of a tuple of the same bucket; those of the path are equal then.
func (m *Matcher) equal(fields []string, have, want []any) bool {
	for i := range fields {
		if m.from.PathField(fields[i]) < 0 && !connectors.Equal(have[i], want[i]) {
			return false
		}
	}
	return true
}
