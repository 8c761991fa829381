package planner

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

// planChecks writes the questions of the verification. It never walks down from the person, who is gone by
// then: each edge asks the child by the captured values of its owners, each root by identifier and by key.
func (e *erasure) planChecks(sys *datamap.System) error {
	for _, t := range e.work.Treatments {
		c := sys.Collection(t.On.Collection.Name)
		if c == nil || t.Verb == connectors.Ensure || t.Verb == connectors.Recount || strings.HasSuffix(t.ID, "/reference") {
			continue
		}
		var want *connectors.Treatment
		fields := slices.Clone(c.Key)
		if t.Verb == connectors.Set {
			want = &t
			for _, a := range t.Assign {
				fields = union(fields, []string{a.Field})
			}
		}
		where, err := e.whereThen(e.fates[c], t)
		if err != nil {
			return err
		}
		add := func(by string, m connectors.Match, parent *connectors.Selection, when ...connectors.Cond) {
			if len(m.Values) == 0 {
				return
			}
			e.work.Checks = append(e.work.Checks, Check{ID: t.ID, Collection: c.Name, By: by, Assigned: want, Parent: parent,
				Selection: connectors.Selection{Collection: place(c), Any: []connectors.Match{m}, Where: slices.Concat(where, when), Fields: fields}})
		}
		for _, edge := range e.Graph.Parents(c) {
			links := e.links[edge]
			if links.empty() {
				continue
			}
			owner, up := edge.Parent()
			_, child := edge.Child()
			parent := &connectors.Selection{Collection: place(owner), Any: []connectors.Match{{Fields: up, Values: links.list}}, Fields: slices.Clone(owner.Key)}
			var when []connectors.Cond
			if edge.Kind == datamap.OwnedBy {
				when = graph.Conditions(edge.When)
			}
			add(edge.ID, connectors.Match{Fields: child, Values: links.list}, parent, when...)
			if n := len(e.work.Checks); n > 0 {
				e.work.Checks[n-1].Edge, e.work.Checks[n-1].Owner = true, owner.System.Name
			}
		}
		if len(e.roots[c]) == 0 {
			continue
		}
		for _, m := range e.rootMatches(c, 0, nil) {
			if want != nil { // the identifier is among what was cleared: only the key finds the row
				m = keysOnly(c, m)
			}
			add("key", m, nil)
			// Of what was found by its key alone, a row that stands there afterwards may be another's: nothing is done by that key again.
			byKey := len(m.Fields) == len(c.Key) && slices.ContainsFunc(e.roots[c], func(r root) bool { return r.anchored })
			e.work.Checks[len(e.work.Checks)-1].Exact = want != nil || byKey
		}
		if e.in.Due != nil && c.Rows == nil {
			continue
		}
		for _, f := range graph.Identifying(c) {
			if known := e.known[f.Identifier.Name]; f.Identifier.Unique && known != nil {
				m := connectors.Match{Fields: []string{f.Name}, Values: tuplesOf(known.texts())}
				if sys := e.Systems[c.System.Name]; f.Identifier.FoldsCase() && sys != nil && sys.Card.Folds {
					m.Values, m.Folded = tuplesOf(known.order), true
				}
				add("identifier "+f.Identifier.Name, m, nil)
			}
		}
	}
	return e.checkStrays(sys)
}

// keysOnly is a match of root rows without the identifier they were found by.
func keysOnly(c *datamap.Collection, m connectors.Match) connectors.Match {
	out := connectors.Match{Fields: c.Key}
	for _, t := range m.Values {
		out.Values = append(out.Values, connectors.Tuple{Person: t.Person, Values: t.Values[:len(c.Key)]})
	}
	return out
}

// capture asks for what has to be known of rows as they were locked: of rows that stay and change, their keys, by which
// the change can be checked when nothing leads to them any more; of rows that go, the values that lead on from them over the host.
func (e *erasure) capture(c *datamap.Collection, t *connectors.Treatment, class *Class) {
	if t.Verb == connectors.Set {
		if c.Rows == nil { // rows of files have no key that outlives a rewrite
			t.Capture = slices.Clone(c.Key)
		}
		return
	}
	for _, edge := range e.Graph.Children(c) {
		if _, from := edge.Parent(); e.Graph.Host(edge) {
			t.Capture = union(t.Capture, from)
			l := Link{Fields: from}
			if known := e.links[edge]; known != nil {
				l.Values = known.list
			}
			if c.System.Pool != nil { // by then what others own too may be this person's alone, and what hangs on it is not in the work
				l.Values = lessThose(l.Values, e.fates[c].sharedParents[edge])
			}
			class.Links = append(class.Links, l)
		}
	}
}

// lessThose are the values that are not among others.
func lessThose(values, others []connectors.Tuple) []connectors.Tuple {
	their := map[string]bool{}
	for _, t := range others {
		their[connectors.Tuple{Values: t.Values}.ID()] = true
	}
	return slices.DeleteFunc(slices.Clone(values), func(t connectors.Tuple) bool { return their[connectors.Tuple{Values: t.Values}.ID()] })
}
