package engine

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/planner"
)

// slicesOf cuts the work of a system that is larger than one transaction should be: first the collections that
// lead nowhere, by the captured keys of their owners, each slice a handshake of its own; then everything once more, in
// one last transaction with roots, link rows and what arrived meanwhile. Work of an ordinary size is that last call alone.
func slicesOf(work *planner.SystemWork, most int) []connectors.Treatment {
	var planned int64
	for _, c := range work.Purposes {
		planned += c.Planned
	}
	if most <= 0 || planned <= int64(most) {
		return nil
	}
	var out []connectors.Treatment
	for i, t := range work.Treatments {
		n := work.Purposes[i].Planned
		if !work.Purposes[i].Leaf || n <= int64(most)/10 {
			continue
		}
		for _, c := range work.Checks {
			if c.ID != t.ID || !c.Edge {
				continue
			}
			m := c.Selection.Any[0]
			also := len(work.Purposes[i].Each) > 1 && otherWays(work, t.ID) // rows of two persons may be reached on two ways
			if also && (m.Via != nil || m.Folded) {
				continue
			}
			groups := alike(m.Values)
			each := max(int(int64(len(groups))*int64(most)/n), 1)
			for some := range slices.Chunk(groups, each) {
				one := t
				one.ID = fmt.Sprintf("%s/slice/%d", t.ID, len(out))
				if also {
					var values [][]any
					for _, g := range some {
						values = append(values, g[0].Values)
					}
					one.On.Where = append(slices.Clip(one.On.Where), graph.Among(m.Fields, values))
				} else {
					one.On.Where = bothOf(t.On.Where, c.Selection.Where)
					one.On.Any = []connectors.Match{{Via: m.Via, Fields: m.Fields, Values: slices.Concat(some...), Folded: m.Folded}}
				}
				out = append(out, one)
			}
		}
	}
	return out
}

// inParts does the work of a system: what has to stand before, then its slices, and everything once more in the last part.
func inParts(ctx context.Context, sys *planner.System, work *planner.SystemWork, slices []connectors.Treatment, part func(last bool, treatments ...connectors.Treatment) error) error {
	if ahead := work.Ahead(len(slices) > 0); len(ahead) > 0 {
		if err := part(false, ahead...); err != nil {
			return err
		}
	}
	for _, slice := range slices {
		if err := cutByKeys(ctx, sys, slice, sys.Map.AtOnce(), func(x connectors.Treatment) error { return part(false, x) }); err != nil {
			return err
		}
	}
	return part(true, work.Treatments...)
}

// otherWays says whether more than one way leads to the rows of a treatment.
func otherWays(work *planner.SystemWork, id string) bool {
	ways := 0
	for _, c := range work.Checks {
		if c.ID == id && !c.Exact {
			ways++
		}
	}
	return ways > 1
}

// alike puts the tuples of one value side by side, whoever they are of: what hangs on it goes in one slice, and counts for all of them.
func alike(ts []connectors.Tuple) [][]connectors.Tuple {
	var out [][]connectors.Tuple
	at := map[string]int{}
	for _, t := range ts {
		id := connectors.Tuple{Values: t.Values}.ID()
		i, met := at[id]
		if !met {
			i = len(out)
			at[id], out = i, append(out, nil)
		}
		out[i] = append(out[i], t)
	}
	return out
}

// bothOf is the conditions of a treatment and, beside them, those of the way its rows are asked for by their owners' keys: when: of an edge.
func bothOf(of, way []connectors.Cond) []connectors.Cond {
	out := slices.Clip(of)
	for _, c := range way {
		if !slices.ContainsFunc(of, func(x connectors.Cond) bool { return reflect.DeepEqual(x, c) }) {
			out = append(out, c)
		}
	}
	return out
}

// cutByKeys does a slice of deletions in parts of so many rows at most: where one owner alone has more, by the keys of rows it finds, again
// and again, as what it deleted is not found any more. A row that belongs to somebody else by the time its turn comes stays.
func cutByKeys(ctx context.Context, sys *planner.System, slice connectors.Treatment, most int, do func(connectors.Treatment) error) error {
	m := slice.On.Any[0]
	plain := slice.Verb == connectors.Delete && len(slice.On.Any) == 1 && len(m.Via) == 0 && !m.Folded && len(slice.On.Collection.Key) > 0 &&
		!slices.ContainsFunc(m.Values, func(t connectors.Tuple) bool { return t.Within != nil })
	if !plain {
		return do(slice)
	}
	counted, err := sys.Count(ctx, slice.On)
	if err != nil {
		return err
	}
	if counted[0] <= int64(most) {
		return do(slice)
	}
	owners := alike(m.Values)
	if n := len(owners); n > 1 {
		for _, half := range [][][]connectors.Tuple{owners[:n/2], owners[n/2:]} {
			if err := cutByKeys(ctx, sys, onlyBy(slice, connectors.Match{Fields: m.Fields, Values: slices.Concat(half...)}), most, do); err != nil {
				return err
			}
		}
		return nil
	}
	owner := owners[0]
	for i, f := range m.Fields {
		slice.On.Where = append(slices.Clip(slice.On.Where), connectors.InValues(f, owner[0].Values[i]))
	}
	found := onlyBy(slice, connectors.Match{Fields: m.Fields, Values: owner[:1]}).On
	for range counted[0]/int64(most) + 1 { // what comes meanwhile is the last transaction's
		keys, err := someKeys(ctx, sys, found, most)
		if err != nil || len(keys) == 0 {
			return err
		}
		var values []connectors.Tuple
		for _, k := range keys {
			for _, t := range owner { // each of the persons it leads to
				values = append(values, connectors.Tuple{Person: t.Person, Values: k})
			}
		}
		if err := do(onlyBy(slice, connectors.Match{Fields: slice.On.Collection.Key, Values: values})); err != nil {
			return err
		}
	}
	return nil
}

// onlyBy is a treatment of the rows one match finds.
func onlyBy(t connectors.Treatment, m connectors.Match) connectors.Treatment {
	t.On.Any = []connectors.Match{m}
	return t
}

var errEnough = errors.New("enough rows were found")

// someKeys are the keys of so many rows of a selection at most, whichever come first.
func someKeys(ctx context.Context, sys *planner.System, sel connectors.Selection, most int) (out [][]any, err error) {
	sel.Fields = sel.Collection.Key
	err = sys.Each(ctx, sel, func(_ int, key []any) error {
		if len(out) == most {
			return errEnough
		}
		out = append(out, slices.Clone(key))
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}
