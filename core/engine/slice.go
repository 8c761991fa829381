package engine

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
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
			each := max(int(int64(len(m.Values))*int64(most)/n), 1)
			for values := range slices.Chunk(m.Values, each) {
				one := t
				one.ID = fmt.Sprintf("%s/slice/%d", t.ID, len(out))
				one.On.Any = []connectors.Match{{Via: m.Via, Fields: m.Fields, Values: values, Folded: m.Folded}}
				out = append(out, []connectors.Treatment{one})
			}
		}
	}
	return out
}
