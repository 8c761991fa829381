package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

// checkStrays asks after the work also where nothing named the person when the plan was made: a trigger may have copied there what was deleted.
// What stands there then is in no class of the plan; a person decides.
func (e *erasure) checkStrays(sys *datamap.System) error {
	if len(e.work.Treatments) == 0 || e.in.Due != nil || e.byCategory() {
		return nil
	}
	var checks []Check
	var asks []connectors.Selection
	for _, c := range sys.Collections {
		if len(e.roots[c]) > 0 || c.Erase.Mode == "keep" {
			continue
		}
		for _, f := range graph.Identifying(c) {
			known := e.known[f.Identifier.Name]
			if !f.Identifier.Unique || known == nil {
				continue
			}
			m := connectors.Match{Fields: []string{f.Name}, Values: tuplesOf(known.texts())}
			if open := e.Systems[sys.Name]; f.Identifier.FoldsCase() && open != nil && open.Card.Folds {
				m.Values, m.Folded = tuplesOf(known.order), true
			}
			k := Check{ID: c.Name + "/stray", Collection: c.Name, By: "identifier " + f.Identifier.Name,
				Selection: connectors.Selection{Collection: place(c), Any: []connectors.Match{m}, Where: but(e.fates[c].held, e.fates[c].shared), Fields: slices.Clone(c.Key)}}
			if c.Erase.Mode == "anonymise" {
				k.Assigned = &connectors.Treatment{ID: k.ID, Verb: connectors.Set, On: k.Selection, Assign: e.anonymous(e.fates[c])}
				k.Selection.Fields = union(k.Selection.Fields, assigned(k.Assigned.Assign))
			}
			checks, asks = append(checks, k), append(asks, k.Selection)
		}
	}
	open := e.Systems[sys.Name]
	if len(checks) == 0 || open == nil {
		return nil
	}
	n, err := open.Count(e.ctx, asks...)
	if err != nil {
		return err
	}
	for i, k := range checks {
		if n[i] == 0 { // else it is known, and somebody has said whose it is
			e.work.Checks = append(e.work.Checks, k)
		}
	}
	return nil
}
