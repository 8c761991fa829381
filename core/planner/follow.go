package planner

import (
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// follow captures the values of every edge that leads on from the rows found since the last round, and the unique
// identifiers those rows hold. It says whether anything new was found.
func (s *survey) follow() (grew bool, err error) {
	type batch struct {
		c   *datamap.Collection
		any []connectors.Match
	}
	var todo []batch
	for _, c := range s.Graph.TopDown() {
		if s.leads(c) {
			if m := s.matches(c, true); len(m) > 0 {
				todo = append(todo, batch{c, m})
			}
		}
	}
	for c, rs := range s.roots {
		s.rootsSent[c] = len(rs)
	}
	for _, t := range s.links {
		t.sent = len(t.list)
	}
	for _, b := range todo {
		got, err := s.capture(b.c, b.any)
		if err != nil {
			return grew, err
		}
		grew = grew || got
	}
	return grew, nil
}

// leads says whether the rows of c have to be read by the host: an edge goes on from them that a store cannot
// follow alone or, where data is to be taken away, any edge; or it depends on who comes over which edge what is shown; or they hold
// unique identifiers.
func (s *survey) leads(c *datamap.Collection) bool {
	for _, e := range s.Graph.Children(c) {
		if s.Graph.Host(e) || s.in.Request.Right != request.Access && s.in.Request.Right != request.Portability {
			return true
		}
		if child, _ := e.Child(); slices.ContainsFunc(s.Graph.Parents(child), func(e *datamap.Edge) bool { return len(e.Hides) > 0 }) {
			return true
		}
	}
	for _, f := range graph.Identifying(c) {
		if f.Identifier.Unique && len(s.Graph.Parents(c)) > 0 {
			return true
		}
	}
	return false
}

// capture reads the link fields of the rows matched.
func (s *survey) capture(c *datamap.Collection, ways []connectors.Match) (grew bool, err error) {
	open := s.system(c)
	if open == nil {
		return false, nil
	}
	ids := graph.Identifying(c)
	fields := rowFields(c, ids)
	edges := s.Graph.Children(c)
	for _, e := range edges {
		_, from := e.Parent()
		fields = union(fields, from)
		if e.During != nil && e.Kind == datamap.OwnedBy {
			fields = union(fields, []string{e.During.From, e.During.To})
		}
		if e.Kind == datamap.Owns {
			for _, w := range e.When {
				fields = union(fields, []string{w.Field})
			}
		}
	}
	place := graph.Place(c)
	sel := connectors.Selection{Collection: place, Any: ways, Fields: fields}
	row := connectors.Row{}
	err = open.Each(s.ctx, sel, func(person int, vs []any) error {
		for i, f := range fields {
			row[f] = vs[i]
		}
		for _, e := range edges {
			if s.link(e, person, row, place.Location()) {
				grew = true
			}
		}
		if s.learn(c, ids, person, vs[:len(c.Key)], row) {
			grew = true
		}
		return nil
	})
	return grew, s.unreached(c, err)
}

// link adds one parent row's values to edge e.
func (s *survey) link(e *datamap.Edge, person int, row connectors.Row, zone *time.Location) bool {
	if e.Kind == datamap.Owns {
		for _, w := range graph.Conditions(e.When) {
			if !w.Fits(row, zone) {
				return false
			}
		}
	}
	t, ok := spanned(e, person, row, zone)
	if !ok {
		return false
	}
	if s.links[e] == nil {
		_, from := e.Parent()
		s.links[e] = &tuples{fields: from}
	}
	return s.links[e].add(t)
}

// learn looks at the identifiers of a row an edge led to: new unique ones are searched everywhere, another
// person's stop the plan.
func (s *survey) learn(c *datamap.Collection, ids []*datamap.Field, person int, key []any, row connectors.Row) (grew bool) {
	if s.isRoot[c][connectors.Tuple{Values: key}.ID()] {
		return false
	}
	for _, f := range ids {
		text := textOf(row[f.Name])
		if !f.Identifier.Unique || text == "" || f.Identifier.NamesNobody(text) {
			continue
		}
		n, err := f.Identifier.Normalise(text)
		if err != nil {
			n = text
		}
		known := s.valuesOf(s.known, f.Identifier)
		if known.raw[n] != nil || s.awaited(f.Identifier, n) {
			continue
		}
		if len(known.order) == 0 && s.Graph.Exclusive(c) {
			known.add(text, true)
			grew = true
			continue
		}
		s.witness(c, slices.Clone(key))
		what := "names another one"
		if len(known.order) == 0 {
			what = "names somebody, and others may own it too"
		}
		s.attend(plan.Attention{Code: "guard", System: c.System.Name, Collection: c.Name, Rows: 1, Blocks: true,
			Text: fmt.Sprintf("the edges of the map lead from this person to a row that %s (%s); look at the edges that own %s", what, f.Identifier.Name, c.Name)})
	}
	return grew
}

func union(a, b []string) []string {
	for _, x := range b {
		if !slices.Contains(a, x) {
			a = append(a, x)
		}
	}
	return a
}
