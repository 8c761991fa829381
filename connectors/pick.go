package connectors

import (
	"slices"
)

// Pick gives row's values in the order of Selection.Fields, as [Rows.Add] wants them. A field the row
// does not hold is NULL.
func (s Selection) Pick(row Row) []any { return row.Pick(s.Fields) }

// Pick gives the row's values of fields, in their order.
func (r Row) Pick(fields []string) []any {
	out := make([]any, len(fields))
	for i, f := range fields {
		out[i] = r[f]
	}
	return out
}

// Keys gives the tuples that ask for exactly these fields of the collection itself, each person and
// value once, without those in which a value is empty, because they match nothing. It is for services
// that fetch by one key: fetch, then ask [Selection.Fits] whether the row fits the rest. What else the
// selection asks for, [Selection.Beyond] tells.
func (s Selection) Keys(fields ...string) []Tuple {
	var out []Tuple
	seen := map[string]bool{}
	for _, m := range s.Any {
		if len(m.Via) > 0 || !slices.Equal(m.Fields, fields) {
			continue
		}
		for _, t := range m.Values {
			id := t.id()
			if len(t.Values) != len(fields) || slices.ContainsFunc(t.Values, Empty) || seen[id] {
				continue
			}
			seen[id] = true
			out = append(out, t)
		}
	}
	return out
}

// Beyond is ErrNotSupported where the selection asks for anything but tuples of one of these fields:
// a service that can look up nothing else must say so instead of finding nothing.
func (s Selection) Beyond(fields ...string) error {
	for _, m := range s.Any {
		if m.Folded {
			return notSupported("it finds texts only as they are written")
		}
		if len(m.Via) > 0 || len(m.Fields) != 1 || !slices.Contains(fields, m.Fields[0]) {
			return notSupported("it looks rows up by " + list(fields) + " only")
		}
	}
	if s.All {
		return notSupported("it cannot list all rows")
	}
	return nil
}
