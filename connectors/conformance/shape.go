package conformance

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// lacks says whether the shape cannot hold v.
func (s Shape) lacks(field string, v any) bool {
	has := func(k Kind) bool { return slices.Contains(s.Lacks, k) }
	switch x := v.(type) {
	case nil:
		return has(Null)
	case int64:
		return has(Exact) && (x > 1<<53 || x < -1<<53)
	case connectors.Decimal:
		return has(Exact)
	case []byte:
		return has(Bytes) && field != connectors.DocumentField
	case string:
		if x == "" {
			return has(Empty)
		}
		if has(OddDate) && (strings.HasSuffix(field, "_on") || field == "started" || field == "ended") {
			_, _, ok := connectors.Date(x, nil)
			return !ok
		}
	}
	return false
}

// place is where a fixture lies, and whether the shape holds it.
func (s Shape) place(name string) (Place, bool) {
	if s.Places == nil {
		return Place{At: name}, true
	}
	p, ok := s.Places[name]
	if p.At == "" {
		p.At = name
	}
	return p, ok
}

// holds says whether the shape holds what a case needs: a fixture, or a field of it.
func (s Shape) holds(need string) bool {
	name, field, _ := strings.Cut(need, ".")
	if name == anyField {
		return true
	}
	p, ok := s.place(name)
	if !ok {
		return false
	}
	return field == "" || p.Fields == nil || slices.Contains(p.Fields, field)
}

// exempt says whether what a case covers is a method by which rows of the shape cannot be blocked.
func (s Shape) exempt(covers string) bool {
	method, ok := strings.CutPrefix(covers, "block ")
	return ok && s.Blocks != nil && !slices.Contains(s.Blocks, method)
}

// narrow says whether a fixture can be looked up by some fields only.
func (s Shape) narrow(name string) bool {
	p, _ := s.place(name)
	return p.Lookup != nil
}

// rows are the fixture's rows as the shape holds them: what it lacks is left out, and so is a row that
// could then be neither named nor looked up.
func (s Shape) rows(name string, f fixture) []connectors.Row {
	p, _ := s.place(name)
	out := []connectors.Row{}
next:
	for _, full := range f.rows {
		row := connectors.Row{}
		for field, v := range full {
			if (p.Fields == nil || slices.Contains(p.Fields, field)) && !s.lacks(field, v) {
				row[field] = v
			}
		}
		for _, field := range append(slices.Clone(p.Key), p.Lookup...) {
			if connectors.Empty(row[field]) {
				continue next
			}
		}
		if p.Key != nil && slices.ContainsFunc(out, func(r connectors.Row) bool { return slices.EqualFunc(r.Pick(p.Key), row.Pick(p.Key), connectors.Equal) }) {
			continue // the shape's key names fewer rows than the fixture's
		}
		out = append(out, row)
	}
	return out
}
