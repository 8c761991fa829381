package objects

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Sought is what one way of a selection looks for inside objects: for each of its tuples, the likeness of the value of each field.
type Sought struct {
	Fields []string // without those of the path and the place of a row
	Likes  [][]string
	Named  bool // the tuples say which objects it can be, so that nothing has to be known about others
}

// Sought gives what each way looks for, in their order; see [Matcher.Reaches].
func (m *Matcher) Sought() []Sought {
	var out []Sought
	for _, w := range m.ways {
		s := Sought{Named: !w.folded && m.named(w)}
		var at []int
		for i, name := range w.Fields {
			if m.from.PathField(name) < 0 && (m.from.Codec == nil || name != m.from.Codec.Position()) {
				s.Fields, at = append(s.Fields, name), append(at, i)
			}
		}
		for _, list := range w.tuples {
			for _, t := range list {
				likes := make([]string, len(at))
				for k, i := range at {
					likes[k], _ = Likeness(t.Values[i], w.folded)
				}
				s.Likes = append(s.Likes, likes)
			}
		}
		out = append(out, s)
	}
	return out
}

// named says whether a way binds every part of the path that is not fixed.
func (m *Matcher) named(w way) bool {
	for _, seg := range m.from.Path.Segments {
		for _, p := range seg {
			if p.kind == wildcard || p.kind == field && !slices.Contains(w.Fields, m.from.Path.Fields[p.Field]) {
				return false
			}
		}
	}
	return true
}

// Reaches says whether the way of a number can lead to rows of an object whose path has these values.
func (m *Matcher) Reaches(number int, values []string) bool {
	w := m.ways[number]
	depth := len(w.among) - 1
	return len(w.tuples) > 0 && (w.among[depth] == nil || w.among[depth][m.joined(depth, w, values)])
}

// Everything says whether the selection is of all rows.
func (m *Matcher) Everything() bool { return m.all }

// Likeness is one text for all values that a selection may hold equal to v, where folded says that texts compare folded; ok is false
// for a value that equals nothing.
func Likeness(v any, folded bool) (like string, ok bool) {
	if connectors.Empty(v) {
		return "", false
	}
	if text, isText := v.(string); isText && folded {
		if v = connectors.Fold(text); v == "" {
			return "", false
		}
	}
	return string(kindred(nil, v)), true
}
