package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// standInFor notes that references to c are about to name its placeholder person, who has to stand there.
func (e *erasure) standInFor(c *datamap.Collection) {
	if !slices.Contains(e.standIns, c) {
		e.standIns = append(e.standIns, c)
	}
}

// placeholdersIn notes those that the anonymised rows of a collection will name.
func (e *erasure) placeholdersIn(f *fate) {
	for name, how := range f.c.Erase.Fields {
		if edge := edgeOn(f.c, name); how.How == "placeholder" && edge != nil && edge.To != nil && f.gone > 0 {
			e.standInFor(edge.To)
		}
	}
}

// addPlaceholders puts in front of each system's work that its placeholder persons stand.
func (e *erasure) addPlaceholders() {
	for i := range e.out.Work.Systems {
		w := &e.out.Work.Systems[i]
		for _, c := range e.Graph.Collections() {
			if c.System.Name != w.System || !slices.Contains(e.standIns, c) || c.Placeholder == nil {
				continue
			}
			t := connectors.Treatment{ID: c.Name + "/placeholder", Verb: connectors.Ensure, AtMost: 1,
				On: connectors.Selection{Collection: place(c)}, Assign: person(c)}
			w.Treatments = append([]connectors.Treatment{t}, w.Treatments...)
			w.Purposes = append([]Class{{Collection: c.Name, Action: Placeholder}}, w.Purposes...)
		}
	}
}

// person is the placeholder person of c, in field order.
func person(c *datamap.Collection) []connectors.Assign {
	var out []connectors.Assign
	for _, name := range union(slices.Clone(c.Key), dataFields(c)) {
		if text, ok := c.Placeholder[name]; ok {
			out = append(out, connectors.Assign{Field: name, To: text})
		}
	}
	return out
}
