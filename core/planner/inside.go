package planner

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

// othersInside are the keys of those of the person's documents, of which the conditions hold, in which an element names somebody else: what
// became of the whole would become of what is theirs too. Elements that name nobody, as a controller's own answers do, go with their document.
func (s *survey) othersInside(c *datamap.Collection, conds ...connectors.Cond) ([]connectors.Tuple, error) {
	var found tuples
	for _, d := range c.System.Collections {
		e := elementsOf(d, c)
		open := s.system(d)
		if e == nil || open == nil {
			continue
		}
		documents, err := s.keysOf(c, conds...)
		if err != nil || len(documents) == 0 {
			return nil, err
		}
		sel := connectors.Selection{Collection: graph.Place(d), Any: []connectors.Match{{Fields: e.Fields, Values: plain(documents)}}, Fields: e.Fields,
			Where: append(but(s.ours(d)), namedAtAll(d))}
		err = open.Each(s.ctx, sel, func(_ int, vs []any) error {
			found.add(connectors.Tuple{Values: slices.Clone(vs)})
			return nil
		})
		if err := s.unreached(d, err); err != nil {
			return nil, err
		}
	}
	return found.list, nil
}

// spareInside stops an erasure that would delete documents of which an element is somebody else's: the whole is never deleted for one of them.
func (e *erasure) spareInside(f *fate) error {
	if c := f.c; c.Erase.Mode == "delete" && f.gone > f.shellRows {
		theirs, err := e.othersInside(c, but(f.held, f.shared, e.shellCond(f))...)
		if err != nil {
			return err
		}
		if n := len(theirs); n > 0 {
			e.attend(plan.Attention{Code: "others_inside", System: c.System.Name, Collection: c.Name, Rows: int64(n), Blocks: true,
				Text: fmt.Sprintf("%s/%s is deleted whole, and in %d of the rows stands what others wrote; say in the map what stays of such a row, erase: { anonymise: … }", c.System.Name, c.Name, n)})
		}
	}
	return nil
}

// up are the edges a kept row leads up by: to its owners, and of an element to the document it stands in, which may have an owner of its own.
func (s *survey) up(c *datamap.Collection) []*datamap.Edge {
	out := s.Graph.Parents(c)
	for _, e := range c.Edges {
		if elementsOf(c, e.To) == e && !slices.Contains(out, e) {
			out = append(slices.Clip(out), e)
		}
	}
	return out
}

// below are the edges by which rows lead up to rows of c.
func (s *survey) below(c *datamap.Collection) []*datamap.Edge {
	out := s.Graph.Children(c)
	for _, e := range s.Graph.Referring(c) {
		if elementsOf(e.From, c) == e {
			out = append(slices.Clip(out), e)
		}
	}
	return out
}

// elementsOf is the edge from the elements d to the documents c they stand in; nil where they do not.
func elementsOf(d, c *datamap.Collection) *datamap.Edge {
	for _, e := range d.Edges {
		if e.Implicit && e.To == c {
			return e
		}
	}
	return nil
}

// namedAtAll holds of rows of c with an identifier of whose they are.
func namedAtAll(c *datamap.Collection) connectors.Cond {
	var cs []connectors.Cond
	for _, f := range graph.Identifying(c) {
		cs = append(cs, connectors.NotThat(connectors.NullField(f.Name)))
	}
	return anyOf(cs...)
}
