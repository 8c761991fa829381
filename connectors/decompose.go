package connectors

import (
	"context"
	"fmt"
	"slices"
)

// Decompose works a selection out in key hops, for a store that follows no paths (MaxPath, Recursive), or
// asks no Exists condition (Exists), or takes few tuples at a time (MaxValues): it locates the link
// fields of each hop and goes on with what it found. What comes back selects the same rows for the same
// persons by keys alone, at most can.MaxValues tuples a Match; every row is in one of the selections
// only, so that counts add up. A hop's During becomes Tuple.Within.
//
// Rows reached that way may change before they are treated: what can still be asked of the row itself (Where,
// without Exists) stays in the selections and is judged again under the lock. The collection needs a
// key where several selections would come of it or an Exists condition is worked out. All keys on the way are
// held in memory.
func Decompose(ctx context.Context, s Store, can Description, sel Selection) ([]Selection, error) {
	if err := sel.Validate(); err != nil {
		return nil, err
	}
	if len(sel.Any) == 0 {
		if sel.All && (can.Exists || !hasExists(sel.Where)) {
			return []Selection{sel}, nil
		}
		if !sel.All {
			return nil, nil
		}
	}
	h := hopper{store: s, can: can}
	now := front{c: sel.Collection}
	for _, m := range sel.Any {
		parts, err := h.walk(ctx, m, sel.Collection)
		if err != nil {
			return nil, err
		}
		now.parts = append(now.parts, parts...)
	}
	if sel.All {
		now.parts = []part{{all: true}}
	}
	now.merge()
	if direct, ok := h.direct(now, sel); ok {
		return direct, nil
	}
	return h.byKey(ctx, now, sel)
}

// hopper walks one selection.
type hopper struct {
	store Store
	can   Description
}

// front is where a walk stands: rows of one collection, named by what leads to them.
type front struct {
	c     Collection
	parts []part
}

// part is one way to rows of the front: tuples of some fields, and what must hold of the row besides.
type part struct {
	all   bool
	match Match
	where []Cond
}

// merge puts the tuples of parts together that differ in nothing else.
func (f *front) merge() {
	var out []part
next:
	for _, p := range f.parts {
		for i := range out {
			if !p.all && p.match.Folded == out[i].match.Folded && slices.Equal(out[i].match.Fields, p.match.Fields) && sameConds(out[i].where, p.where) {
				out[i].match.Values = distinct(append(slices.Clip(out[i].match.Values), p.match.Values...))
				continue next
			}
		}
		p.match.Values = distinct(p.match.Values)
		out = append(out, p)
	}
	f.parts = out
}

// walk follows the hops of m and gives the parts of the front it ends on.
func (h hopper) walk(ctx context.Context, m Match, last Collection) ([]part, error) {
	now := front{c: last, parts: []part{{match: Match{Fields: m.Fields, Values: m.Values, Folded: m.Folded}}}}
	for i, hop := range m.Via {
		now.c = hop.Collection
		parts, err := h.follow(ctx, now, hop)
		if err != nil {
			return nil, fmt.Errorf("hop %d, from %s: %w", i, hop.Collection.Name, err)
		}
		now.parts = parts
		now.merge()
	}
	return now.parts, nil
}

// follow gives the parts hop leads to; with Repeat, those it starts from too, until no tuple is new.
func (h hopper) follow(ctx context.Context, now front, hop Hop) ([]part, error) {
	if !hop.Repeat {
		tuples, err := h.links(ctx, now, hop)
		return []part{{match: Match{Fields: hop.To, Values: tuples}, where: hop.Then}}, err
	}
	all, seen := slices.Clone(now.parts), map[string]bool{}
	for {
		tuples, err := h.links(ctx, now, hop)
		if err != nil {
			return nil, err
		}
		tuples = slices.DeleteFunc(tuples, func(t Tuple) bool { return seen[t.id()] })
		if len(tuples) == 0 {
			return all, nil
		}
		for _, t := range tuples {
			seen[t.id()] = true
		}
		fresh := part{match: Match{Fields: hop.To, Values: tuples}, where: hop.Then}
		all = append(all, fresh)
		now.parts = []part{fresh}
	}
}

// links locates the rows of the front and gives what hop joins them by.
func (h hopper) links(ctx context.Context, now front, hop Hop) ([]Tuple, error) {
	fields := slices.Clone(hop.From)
	if hop.During != nil {
		fields = append(fields, hop.During.From)
		if hop.During.To != "" {
			fields = append(fields, hop.During.To)
		}
	}
	var out []Tuple
	err := h.locate(ctx, now, hop.If, fields, func(person int, values []any) error {
		t := Tuple{Person: person, Values: values[:len(hop.From):len(hop.From)]}
		if hop.During != nil {
			r, ok := hop.During.Range(zip(fields, values), hop.Collection.Location())
			if !ok {
				return nil
			}
			t.Within = &r
		}
		if !slices.ContainsFunc(t.Values, Empty) {
			out = append(out, t)
		}
		return nil
	})
	return distinct(out), err
}

// locate reads fields of every row of the front of which conds hold, in as many calls as the store
// needs; a row may come several times.
func (h hopper) locate(ctx context.Context, now front, conds []Cond, fields []string, f func(person int, values []any) error) error {
	for _, p := range now.parts {
		plain, hard := h.split(slices.Concat(p.where, conds))
		for _, sel := range h.chunks(now.c, p, plain) {
			keep, err := h.judge(ctx, sel, hard)
			if err != nil {
				return err
			}
			sel.Fields = slices.Concat(fields, keep.fields)
			err = Each(ctx, h.store, sel, func(person int, values []any) error {
				if !keep.has(values[len(fields):]) {
					return nil
				}
				return f(person, values[:len(fields):len(fields)])
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// chunks writes a part as selections the store takes.
func (h hopper) chunks(c Collection, p part, where []Cond) []Selection {
	if p.all {
		return []Selection{{Collection: c, All: true, Where: where}}
	}
	n := h.can.MaxValues
	if n <= 0 {
		n = max(len(p.match.Values), 1)
	}
	var out []Selection
	for values := range slices.Chunk(p.match.Values, n) {
		out = append(out, Selection{Collection: c, Any: []Match{{Fields: p.match.Fields, Values: values, Folded: p.match.Folded}}, Where: where})
	}
	return out
}

func zip(fields []string, values []any) Row {
	row := Row{}
	for i, f := range fields {
		row[f] = values[i]
	}
	return row
}

func distinct(tuples []Tuple) []Tuple {
	seen := map[string]bool{}
	var out []Tuple
	for _, t := range tuples {
		if id := t.id(); !seen[id] {
			seen[id] = true
			out = append(out, t)
		}
	}
	return out
}

// sameConds compares conditions by what they ask, time zones of instants aside.
func sameConds(a, b []Cond) bool { return slices.EqualFunc(a, b, Cond.same) }

func (c Cond) same(d Cond) bool {
	return c.Op == d.Op && c.Field == d.Field && identity(c.Values) == identity(d.Values) && c.Time.Equal(d.Time) &&
		(c.Over == nil) == (d.Over == nil) && (c.Over == nil || c.Over.same(*d.Over)) && sameConds(c.Kids, d.Kids)
}

func (s Step) same(t Step) bool {
	return s.Collection.At == t.Collection.At && slices.Equal(s.From, t.From) && slices.Equal(s.To, t.To)
}
