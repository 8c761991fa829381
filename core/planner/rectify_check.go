package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// planCorrectionChecks writes the questions of the verification: no row of the person's holds an old value, whatever now leads to it; nobody
// else's does where the value names one person; what was computed stands as it was computed.
func (r *rectification) planCorrectionChecks(sys *datamap.System) {
	for i, t := range r.work.Treatments {
		c := sys.Collection(t.On.Collection.Name)
		name := t.Assign[0].Field
		check := Check{ID: t.ID, Collection: c.Name, By: "the old value", Assigned: &r.work.Treatments[i], Selection: t.On}
		if len(t.Assign[0].From) == 0 {
			check.By = "what it is a copy of"
		}
		check.Selection.Fields = union(slices.Clone(c.Key), []string{name})
		r.work.Checks = append(r.work.Checks, check)
		f := c.Field(name)
		if f == nil || f.Identifier == nil || !f.Identifier.Unique || len(t.Assign[0].From) == 0 || slices.Contains(t.Assign[0].From, nil) {
			continue
		}
		check.By = "identifier " + f.Identifier.Name
		match := connectors.Match{Fields: []string{name}}
		for _, v := range t.Assign[0].From {
			match.Values = append(match.Values, connectors.Tuple{Values: []any{v}})
		}
		check.Selection.Any = []connectors.Match{match}
		r.work.Checks = append(r.work.Checks, check)
	}
}
