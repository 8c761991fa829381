package connectors

import (
	"context"
	"maps"
	"slices"
)

// split parts conditions into those the store can be asked and those to be worked out here.
func (h hopper) split(conds []Cond) (plain, hard []Cond) {
	for _, c := range conds {
		if !h.can.Exists && c.HasExists() {
			hard = append(hard, c)
		} else {
			plain = append(plain, c)
		}
	}
	return plain, hard
}

func hasExists(conds []Cond) bool { return slices.ContainsFunc(conds, Cond.HasExists) }

// keySet is the rows that pass, by the key of their collection. Without fields, every row passes.
type keySet struct {
	fields []string
	keys   map[string]bool
}

func (k keySet) has(values []any) bool { return len(k.fields) == 0 || k.keys[identity(values)] }

// judge gives the rows of sel of which all of hard hold.
func (h hopper) judge(ctx context.Context, sel Selection, hard []Cond) (keySet, error) {
	if len(hard) == 0 {
		return keySet{}, nil
	}
	if len(sel.Collection.Key) == 0 {
		return keySet{}, notSupported("collection " + sel.Collection.Name + " has no key to ask over its edges by")
	}
	keys, err := h.holding(ctx, sel, AllOf(hard...))
	return keySet{fields: sel.Collection.Key, keys: keys}, err
}

// holding gives the keys of the rows of sel of which c holds. What asks for no other row the store judges itself.
func (h hopper) holding(ctx context.Context, sel Selection, c Cond) (map[string]bool, error) {
	if !c.HasExists() {
		sel.Where = append(slices.Clip(sel.Where), c)
		return h.keys(ctx, sel)
	}
	if c.Op == Exists {
		return h.overEdge(ctx, sel, c)
	}
	var out map[string]bool
	if c.Op != Or { // And, Not: start from every row
		var err error
		if out, err = h.keys(ctx, sel); err != nil {
			return nil, err
		}
	} else {
		out = map[string]bool{}
	}
	for _, k := range c.Kids {
		of, err := h.holding(ctx, sel, k)
		if err != nil {
			return nil, err
		}
		switch c.Op {
		case Or:
			maps.Copy(out, of)
		default:
			maps.DeleteFunc(out, func(id string, _ bool) bool { return of[id] == (c.Op == Not) })
		}
	}
	return out, nil
}

// keys locates the keys of sel.
func (h hopper) keys(ctx context.Context, sel Selection) (map[string]bool, error) {
	out := map[string]bool{}
	sel.Fields = sel.Collection.Key
	err := Each(ctx, h.store, sel, func(_ int, values []any) error {
		out[identity(values)] = true
		return nil
	})
	return out, err
}

// overEdge gives the keys of the rows of sel that have a row over c's edge. Each run of link values is asked
// for under a number of its own in place of the person, so that the store says which of them it
// found, by its own equality.
func (h hopper) overEdge(ctx context.Context, sel Selection, c Cond) (map[string]bool, error) {
	key := sel.Collection.Key
	sel.Fields = slices.Concat(key, c.Over.From)
	number := map[string]int{}
	var links []Tuple
	owners := map[int][]string{}
	err := Each(ctx, h.store, sel, func(_ int, values []any) error {
		from := values[len(key):]
		if slices.ContainsFunc(from, Empty) {
			return nil
		}
		n, ok := number[identity(from)]
		if !ok {
			n = len(links)
			number[identity(from)] = n
			links = append(links, Tuple{Person: n, Values: from})
		}
		owners[n] = append(owners[n], identity(values[:len(key)]))
		return nil
	})
	if err != nil {
		return nil, err
	}
	there := front{c: c.Over.Collection, parts: []part{{match: Match{Fields: c.Over.To, Values: links}}}}
	out := map[string]bool{}
	err = h.locate(ctx, there, c.Kids, nil, func(n int, _ []any) error {
		for _, id := range owners[n] {
			out[id] = true
		}
		return nil
	})
	return out, err
}
