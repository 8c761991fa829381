package connectors

import (
	"context"
	"slices"
)

// direct writes the front as one selection, where that says the same: no part asks for more than the others, no
// Exists condition is left, and the tuples fit.
func (h hopper) direct(now front, sel Selection) ([]Selection, bool) {
	out := Selection{Collection: sel.Collection, Fields: sel.Fields, Where: sel.Where, All: sel.All}
	for i, p := range now.parts {
		if i == 0 {
			out.Where = slices.Concat(sel.Where, p.where)
		} else if !sameConds(p.where, now.parts[0].where) {
			return nil, false
		}
		if h.can.MaxValues > 0 && len(p.match.Values) > h.can.MaxValues {
			return nil, false
		}
		if len(p.match.Values) > 0 {
			out.Any = append(out.Any, p.match)
		}
	}
	if !h.can.Exists && hasExists(out.Where) {
		return nil, false
	}
	if len(out.Any) == 0 && !sel.All {
		return nil, true
	}
	return []Selection{out}, true
}

// byKey locates the front and names its rows by their own keys.
func (h hopper) byKey(ctx context.Context, now front, sel Selection) ([]Selection, error) {
	key := sel.Collection.Key
	if len(key) == 0 {
		return nil, notSupported("collection " + sel.Collection.Name + " has no key to name its rows by")
	}
	rows := map[string][]Tuple{} // by the row's key
	var order []string
	err := h.locate(ctx, now, sel.Where, key, func(person int, values []any) error {
		id := identity(values)
		if slices.ContainsFunc(values, Empty) {
			return notSupported("a row of collection " + sel.Collection.Name + " has an empty key")
		}
		if rows[id] == nil {
			order = append(order, id)
		}
		if !slices.ContainsFunc(rows[id], func(t Tuple) bool { return t.Person == person }) {
			rows[id] = append(rows[id], Tuple{Person: person, Values: values})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	plain, _ := h.split(sel.Where)
	var out []Selection
	for _, id := range order { // all persons of a row in one selection
		if n := len(out) - 1; n >= 0 && (h.can.MaxValues <= 0 || len(out[n].Any[0].Values)+len(rows[id]) <= h.can.MaxValues) {
			out[n].Any[0].Values = append(out[n].Any[0].Values, rows[id]...)
			continue
		}
		one := Selection{Collection: sel.Collection, Fields: sel.Fields, Where: plain}
		for _, part := range h.chunks(sel.Collection, part{match: Match{Fields: key, Values: rows[id]}}, nil) {
			one.Any = append(one.Any, part.Any...)
		}
		out = append(out, one)
	}
	return out, nil
}
