package planner

import (
	"math"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// planArrivals has the counters recounted of rows to which counted rows are moved: of placeholder persons, who are nobody, so that it is of no
// class of the plan. It comes when all that moves rows is in the work.
func (e *erasure) planArrivals() error {
	for i := range e.out.Work.Systems {
		w := &e.out.Work.Systems[i]
		e.atPlace(i)
		for k, c := range e.Graph.Map.System(w.System).Collections {
			e.atPart(k)
			for _, field := range c.Fields {
				if field.Counts == nil {
					continue
				}
				if err := e.recountArrivals(w, c, field); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// recountArrivals does so for one counter of c.
func (e *erasure) recountArrivals(w *SystemWork, c *datamap.Collection, field *datamap.Field) error {
	counted, from, to := countedBy(c, field)
	var at tuples
	for i, t := range w.Treatments {
		if t.On.Collection.Name != counted.Name || w.Purposes[i].Planned == 0 {
			continue
		}
		if err := e.arrivals(counted, t, from, &at); err != nil {
			return err
		}
	}
	if at.empty() {
		return nil
	}
	step := connectors.Step{Collection: place(counted), From: to, To: from}
	t := connectors.Treatment{ID: c.Name + "/" + field.Name + "/placeholder", Verb: connectors.Recount, AtMost: math.MaxInt64,
		On:     connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: to, Values: at.list}}},
		Assign: []connectors.Assign{{Field: field.Name, How: connectors.Count, Over: &step}}}
	if sameSet(to, c.Key) {
		t.AtMost = int64(len(at.list))
	}
	w.Treatments, w.Purposes = append(w.Treatments, t), append(w.Purposes, Class{Collection: c.Name, Action: Placeholder})
	return nil
}

// arrivals adds the values of some fields that rows have when t is done and did not have before.
func (e *erasure) arrivals(c *datamap.Collection, t connectors.Treatment, fields []string, into *tuples) error {
	values, given := make([]any, len(fields)), 0
	for _, a := range t.Assign {
		i := slices.Index(fields, a.Field)
		if i < 0 || t.Verb != connectors.Set {
			continue
		}
		if a.How != connectors.Value || connectors.Empty(a.To) {
			return nil // it leads nowhere
		}
		values[i], given = a.To, given+1
	}
	open := e.system(c)
	if given == len(fields) {
		into.add(connectors.Tuple{Values: values})
	}
	if given == 0 || given == len(fields) || open == nil {
		return nil
	}
	sel := t.On // part of what joins them stays
	sel.Fields = fields
	return e.unreached(c, open.Each(e.ctx, sel, func(_ int, row []any) error {
		now := slices.Clone(values)
		for i, v := range now {
			if v == nil {
				now[i] = row[i]
			}
		}
		into.add(connectors.Tuple{Values: now})
		return nil
	}))
}

// Ahead are the treatments of a system's work that go in a call of their own before the others: that placeholder persons stand, where rows of theirs are
// recounted, which a call finds before it changes anything, or where the work goes in several calls. By itself such a person is nobody's, so that
// nothing is amiss where it ends there.
func (w *SystemWork) Ahead(several bool) []connectors.Treatment {
	for i, t := range w.Treatments {
		several = several || t.Verb == connectors.Recount && w.Purposes[i].Action == Placeholder
	}
	if !several {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(w.Treatments), func(t connectors.Treatment) bool { return t.Verb != connectors.Ensure })
}
