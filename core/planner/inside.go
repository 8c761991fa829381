package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

// othersInside holds of those of the person's documents in which an element names somebody else: what became of the whole would
// become of what is theirs too. Elements that name nobody, as a controller's own answers do, go with their document.
func (s *survey) othersInside(c *datamap.Collection) (connectors.Cond, error) {
	var found tuples
	for _, d := range c.System.Collections {
		e := elementsOf(d, c)
		open := s.system(d)
		if e == nil || open == nil {
			continue
		}
		documents, err := s.keysOf(c)
		if err != nil || len(documents) == 0 {
			return never, err
		}
		sel := connectors.Selection{Collection: graph.Place(d), Any: []connectors.Match{{Fields: e.Fields, Values: plain(documents)}}, Fields: e.Fields,
			Where: append(but(s.ours(d)), namedAtAll(d))}
		err = open.Each(s.ctx, sel, func(_ int, vs []any) error {
			found.add(connectors.Tuple{Values: slices.Clone(vs)})
			return nil
		})
		if err := s.unreached(d, err); err != nil {
			return never, err
		}
	}
	return among(c.Key, found.list), nil
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
