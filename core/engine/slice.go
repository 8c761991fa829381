package engine

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/planner"
)

// slicesOf cuts the work of a system that is larger than one transaction should be: first the collections that
// lead nowhere, by the captured keys of their owners, each slice a handshake of its own; then everything once more, in
// one last transaction with roots, link rows and what arrived meanwhile. Work of an ordinary size is that last call alone.
func slicesOf(work *planner.SystemWork, most int) [][]connectors.Treatment {
	var planned int64
	for _, c := range work.Purposes {
		planned += c.Planned
	}
	if most <= 0 || planned <= int64(most) {
		return nil
	}
	var out [][]connectors.Treatment
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
					one.On.Any = []connectors.Match{{Via: m.Via, Fields: m.Fields, Values: slices.Concat(some...), Folded: m.Folded}}
				}
				out = append(out, []connectors.Treatment{one})
			}
		}
	}
	return out
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
