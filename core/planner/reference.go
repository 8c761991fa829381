package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

func place(c *datamap.Collection) connectors.Collection { return graph.Place(c) }

// planReferences treats the references to rows that are deleted, in rows that stay: other persons', those others own
// too, those kept for this person. Only the reference changes, as leave: says.
func (e *erasure) planReferences(f *fate) error {
	if f.c.Erase.Mode != "delete" || f.gone == f.shellRows || e.system(f.c) == nil {
		return nil
	}
	n := 0
	for _, c := range e.Graph.Collections() {
		for _, edge := range c.Edges {
			n++
			e.atPart(n)
			if edge.To != f.c || edge.Leave == "keep" || e.system(c) == nil || !e.terms.SystemInScope(c.System) || !e.worked(c.System) {
				continue
			}
			if err := e.planReference(f, edge); err != nil {
				return err
			}
		}
	}
	return nil
}

// planReference treats one edge. What it names may be gone and still stand elsewhere: then the reference stays.
func (e *erasure) planReference(f *fate, edge *datamap.Edge) error {
	gone, err := e.targets(edge, e.reach(f.c, e.goes(f)...))
	if err != nil || len(gone) == 0 {
		return err
	}
	named := connectors.AllOf(append(graph.Conditions(edge.When), among(edge.Fields, gone))...)
	left := never
	if !sameSet(edge.ToFields, f.c.Key) {
		still, err := e.targets(edge, connectors.Selection{Collection: place(f.c), Any: []connectors.Match{{Fields: edge.ToFields, Values: plain(gone)}},
			Where: []connectors.Cond{connectors.NotThat(connectors.AllOf(append(e.goes(f), e.ours(f.c))...))}})
		if err != nil {
			return err
		}
		left = among(edge.Fields, still)
	}
	from := e.fates[edge.From]
	ours := e.ours(edge.From)
	// Other persons' rows, and those others own too: everything that is not this person's alone.
	others := connectors.Selection{Collection: place(edge.From), Any: []connectors.Match{{Fields: edge.Fields, Values: gone}},
		Where: append(but(left), append(graph.Conditions(edge.When), notOnly(ours, from.shared)...)...)}
	if !isNever(from.shared) || !e.owned(edge, gone) {
		if err := e.leave(edge, others, edge.Leave); err != nil {
			return err
		}
	}
	shells := e.shellsNaming(edge)
	how := edge.Leave
	if how == "delete" {
		how = "null" // the row is kept for a reason of its own
	}
	if e.joint == nil {
		kept := anyOf(from.held, shells)
		if isNever(kept) || len(e.matches(edge.From, false)) == 0 {
			return nil
		}
		return e.leave(edge, e.reach(edge.From, append(but(from.shared, left), kept, named)...), how)
	}
	// A row that is kept of one of those judged together may name another's. What is held is so for all of them; shells are asked for apart, so that
	// the one treatment is alike for all.
	for _, kept := range [][]connectors.Cond{{from.held}, append(but(from.held), shells)} {
		if isNever(kept[len(kept)-1]) || isNever(ours) {
			continue
		}
		sel := connectors.Selection{Collection: place(edge.From), Any: []connectors.Match{{Fields: edge.Fields, Values: gone}},
			Where: slices.Concat(graph.Conditions(edge.When), []connectors.Cond{ours}, but(from.shared, left), kept)}
		if err := e.leave(edge, sel, how); err != nil {
			return err
		}
	}
	return nil
}

// shellsNaming holds of the shells that still name over edge what is deleted. Those of which nothing else is needed over it let go of it as they
// become shells; of persons judged together, each knows that of the own shells, which alone name what is owned over it.
func (e *erasure) shellsNaming(edge *datamap.Edge) connectors.Cond {
	from, as := e.fates[edge.From], e
	if e.joint != nil && !edge.Rights() {
		as = &erasure{survey: e.survey, fates: e.joint.fates}
	}
	if as.fates[edge.From].shellRows == 0 || !slices.Contains(as.needed(from), edge.Fields[0]) {
		return never
	}
	return e.shellCond(from)
}

// owned says that whatever names one of these values over edge is the person's own for it, so that whatever the store holds nobody else's row
// does, and there is no need to ask: the edge leads to the row's owner.
func (e *erasure) owned(edge *datamap.Edge, gone []connectors.Tuple) bool {
	if edge.Kind != datamap.OwnedBy || len(edge.When) > 0 || e.links[edge].empty() || !slices.Contains(e.Graph.Parents(edge.From), edge) {
		return false
	}
	return allAmong(gone, e.links[edge].list)
}

// allAmong says whether the values of all tuples are among those of others, whoever they are of.
func allAmong(these, others []connectors.Tuple) bool {
	there := map[string]bool{}
	for _, t := range others {
		there[connectors.Tuple{Values: t.Values}.ID()] = true
	}
	return !slices.ContainsFunc(these, func(t connectors.Tuple) bool { return !there[connectors.Tuple{Values: t.Values}.ID()] })
}

// notOnly holds of rows that are not this person's, or not hers alone.
func notOnly(ours, shared connectors.Cond) []connectors.Cond {
	if isNever(ours) {
		return nil
	}
	return []connectors.Cond{anyOf(connectors.NotThat(ours), shared)}
}

// goes holds of rows of f's collection that are deleted, among the person's.
func (e *erasure) goes(f *fate) []connectors.Cond { return but(f.held, f.shared, e.shellCond(f)) }

func plain(ts []connectors.Tuple) []connectors.Tuple {
	out := make([]connectors.Tuple, len(ts))
	for i, t := range ts {
		out[i] = connectors.Tuple{Person: t.Person, Values: t.Values}
	}
	return out
}

// targets are the values by which rows over edge name the rows sel selects, within their time where it has one.
func (e *erasure) targets(edge *datamap.Edge, sel connectors.Selection) ([]connectors.Tuple, error) {
	open := e.system(edge.To)
	if len(sel.Any) == 0 || open == nil {
		return nil, nil
	}
	sel.Fields = slices.Clone(edge.ToFields)
	if edge.During != nil {
		sel.Fields = union(sel.Fields, []string{edge.During.From, edge.During.To})
	}
	var out tuples
	row := connectors.Row{}
	err := open.Each(e.ctx, sel, func(person int, vs []any) error {
		for i, f := range sel.Fields {
			row[f] = vs[i]
		}
		t := connectors.Tuple{Person: person, Values: row.Pick(edge.ToFields)}
		if edge.During != nil {
			r, ok := connectors.Between{Date: edge.During.Date, From: edge.During.From, To: edge.During.To}.Range(row, sel.Collection.Location())
			if !ok {
				return nil
			}
			t.Within = &r
		}
		if graph.Joins(edge, t.Values) {
			out.add(t)
		}
		return nil
	})
	return out.list, e.unreached(edge.To, err)
}

// leave makes the treatment of the references sel selects.
func (e *erasure) leave(edge *datamap.Edge, on connectors.Selection, how string) error {
	open := e.system(edge.From)
	if open == nil {
		return nil
	}
	n, err := open.Count(e.ctx, on)
	if err != nil {
		return e.unreached(edge.From, err)
	}
	name := edge.From.Name + "/" + strings.Join(edge.Fields, "+")
	t := connectors.Treatment{ID: e.onceID(edge.From.System, name+"/reference"), Verb: connectors.Set, On: on, AtMost: e.ceiling(edge.From, n[0])}
	if n[0] > 0 {
		t.AtMost = max(t.AtMost, n[0]+10)
	}
	act := plan.Anonymise
	switch how {
	case "delete":
		t.Verb, act = connectors.Delete, plan.Delete
	default:
		e.assignReference(edge, &t, how, n[0])
	}
	e.later = append(e.later, laterTreatment{edge.From.System.Name, t, Class{Collection: edge.From.Name, Action: string(act), Reason: plan.Reference, Planned: n[0]}})
	if n[0] > 0 {
		e.act(edge.From, plan.Action{Action: act, Rows: n[0], Ceiling: t.AtMost, Fields: edge.Fields,
			Reason: plan.Reason{Code: plan.Reference, Explain: "another row's reference to " + edge.To.Name}})
	}
	return nil
}

// assignReference empties a reference or lets it name the placeholder person; it stops the plan where the column takes
// no such thing.
func (e *erasure) assignReference(edge *datamap.Edge, t *connectors.Treatment, how string, n int64) {
	for i, field := range edge.Fields {
		a := connectors.Assign{Field: field}
		if how == "placeholder" {
			a.To = edge.To.Placeholder[edge.ToFields[i]]
			if n > 0 {
				e.standInFor(edge.To)
			}
		}
		t.Assign = append(t.Assign, a)
		key := slices.Contains(edge.From.Key, field)
		if n > 0 && (key || a.To == nil && e.notNull(edge.From, field)) {
			why := "takes no NULL"
			if key {
				why = "is part of the key"
			}
			e.attend(plan.Attention{Code: "reference", System: edge.From.System.Name, Collection: edge.From.Name + "." + field, Rows: n, Blocks: true,
				Text: fmt.Sprintf("%s/%s.%s %s, and names a row of %s that is to be deleted while this row stays; say leave: placeholder or delete in the map", edge.From.System.Name, edge.From.Name, field, why, edge.To.Name)})
		}
	}
}

// onceID is id, numbered where the system has such a treatment already.
func (e *erasure) onceID(sys *datamap.System, id string) string {
	n := 1
	for _, l := range e.later {
		if rest, ok := strings.CutPrefix(l.treat.ID, strings.TrimSuffix(id, "/reference")); ok && l.sys == sys.Name && strings.HasSuffix(rest, "/reference") {
			n++
		}
	}
	if n == 1 {
		return id
	}
	return fmt.Sprintf("%s#%d/reference", strings.TrimSuffix(id, "/reference"), n)
}

// addLater puts those treatments in front of their systems' own: references go before the rows.
func (e *erasure) addLater() {
	for _, l := range slices.Backward(e.later) {
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
