package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

func place(c *datamap.Collection) connectors.Collection { return graph.Place(c) }

// planReferences treats the references other rows hold to rows that are deleted: edges that give no rights
// (accessed_by, refers_to). Only the reference changes; the row is not this person's.
func (e *erasure) planReferences(f *fate, sets *stage) error {
	if f.c.Erase.Mode != "delete" || f.gone == f.shellRows {
		return nil
	}
	for _, edge := range e.Graph.Referring(f.c) {
		if edge.Leave == "keep" || e.reached(edge.From.System) == nil {
			continue
		}
		sel := e.reach(f.c, but(f.held, f.shared, e.shellCond(f))...)
		sel.Fields = edge.ToFields
		targets := &tuples{fields: edge.ToFields}
		err := e.system(f.c).Each(e.ctx, sel, func(person int, vs []any) error {
			targets.add(connectors.Tuple{Person: person, Values: slices.Clone(vs)})
			return nil
		})
		if err != nil {
			return err
		}
		if targets.empty() {
			continue
		}
		on := connectors.Selection{Collection: place(edge.From), Any: []connectors.Match{{Fields: edge.Fields, Values: targets.list}}, Where: but(e.ours(edge.From))}
		n, err := e.system(edge.From).Count(e.ctx, on)
		if err != nil {
			return err
		}
		t := connectors.Treatment{ID: edge.From.Name + "/" + edge.Fields[0] + "/reference", Verb: connectors.Set, On: on, AtMost: max(n[0]+10, n[0]*11/10)}
		for i, field := range edge.Fields {
			a := connectors.Assign{Field: field}
			if edge.Leave == "placeholder" {
				a.To = edge.To.Placeholder[edge.ToFields[i]]
			}
			t.Assign = append(t.Assign, a)
		}
		act := plan.Anonymise
		if edge.Leave == "delete" {
			t.Verb, t.Assign, act = connectors.Delete, nil, plan.Delete
		}
		class := Class{Collection: edge.From.Name, Action: string(act), Reason: plan.Reference, Planned: n[0]}
		if edge.From.System == f.c.System {
			sets.add(t, class)
		} else {
			e.elsewhere(edge.From.System, t, class)
		}
		if n[0] > 0 {
			e.actIn(edge.From, plan.Action{Action: act, Rows: n[0], Ceiling: t.AtMost, Fields: edge.Fields,
				Reason: plan.Reason{Code: plan.Reference, Explain: "another row's reference to " + f.c.Name}})
		}
	}
	return nil
}

// elsewhere keeps a treatment for another system until all are planned.
func (e *erasure) elsewhere(sys *datamap.System, t connectors.Treatment, c Class) {
	e.later = append(e.later, laterTreatment{sys.Name, t, c})
}

// addLater puts those treatments in front of their systems' own: references go before the rows.
func (e *erasure) addLater() {
	for _, l := range e.later {
		for i := range e.out.Work.Systems {
			if w := &e.out.Work.Systems[i]; w.System == l.sys {
				w.Treatments = append([]connectors.Treatment{l.treat}, w.Treatments...)
				w.Purposes = append([]Class{l.class}, w.Purposes...)
			}
		}
	}
}

type laterTreatment struct {
	sys   string
	treat connectors.Treatment
	class Class
}

// planCounters recounts counters of rows that stay, where rows that are counted go.
func (e *erasure) planCounters(f *fate, recounts *stage) error {
	for _, field := range f.c.Fields {
		if field.Counts == nil || isNever(f.shared) {
			continue
		}
		if g := e.fates[field.Counts.From]; g.gone == g.shellRows || f.sharedRows == 0 {
			continue
		}
		step := connectors.Step{Collection: place(field.Counts.From), From: field.Counts.ToFields, To: field.Counts.Fields}
		on := e.reach(f.c, f.shared)
		t := connectors.Treatment{ID: f.c.Name + "/" + field.Name + "/recount", Verb: connectors.Recount, On: on, AtMost: e.ceiling(f.c, f.sharedRows),
			Assign: []connectors.Assign{{Field: field.Name, How: connectors.Count, Over: &step}}}
		recounts.add(t, Class{Collection: f.c.Name, Action: string(plan.Recount), Reason: plan.Counter, Planned: f.sharedRows})
		e.act(f.c, plan.Action{Action: plan.Recount, Rows: f.sharedRows, Ceiling: t.AtMost, Fields: []string{field.Name},
			Reason: plan.Reason{Code: plan.Counter, Explain: field.Name + ", where another person holds it too"}})
	}
	return nil
}
