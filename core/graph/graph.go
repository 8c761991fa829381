// Package graph knows how rows hang together: which collections own which over which edges, the ways
// that lead from a person to a collection, what one store can follow alone and what goes through the host, and in which
// order systems are worked. It is pure: values in, values out. What it says to a store it says in the
// contract's own values (paths of hops), so that nothing has to be translated twice.
package graph

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// Graph is a map seen as collections and edges.
type Graph struct {
	Map      *datamap.Map
	all      []*datamap.Collection
	parents  map[*datamap.Collection][]*datamap.Edge       // edges on which the collection is the child
	children map[*datamap.Collection][]*datamap.Edge       // … the parent
	refers   map[*datamap.Collection][]*datamap.Edge       // edges without ownership that point at it
	copies   map[*datamap.Collection][]*datamap.Collection // what is derived from it
	host     map[*datamap.Edge]bool
	ways     map[*datamap.Collection][]Way
}

// New reads the edges of m.
func New(m *datamap.Map) *Graph {
	g := &Graph{
		Map:      m,
		parents:  map[*datamap.Collection][]*datamap.Edge{},
		children: map[*datamap.Collection][]*datamap.Edge{},
		refers:   map[*datamap.Collection][]*datamap.Edge{},
		copies:   map[*datamap.Collection][]*datamap.Collection{},
		host:     map[*datamap.Edge]bool{},
		ways:     map[*datamap.Collection][]Way{},
	}
	for _, s := range m.Systems {
		for _, c := range s.Collections {
			g.all = append(g.all, c)
			if c.DerivedFrom != nil {
				g.copies[c.DerivedFrom] = append(g.copies[c.DerivedFrom], c)
			}
			for _, e := range c.Edges {
				g.add(e)
			}
		}
	}
	g.findHostEdges()
	g.boundWays()
	for _, c := range g.all {
		g.ways[c] = g.findWays(c)
	}
	return g
}

func (g *Graph) add(e *datamap.Edge) {
	switch {
	case e.Rights():
		p, _ := e.Parent()
		c, _ := e.Child()
		g.parents[c] = append(g.parents[c], e)
		g.children[p] = append(g.children[p], e)
	case e.To != nil:
		g.refers[e.To] = append(g.refers[e.To], e)
	}
}

// Collections are all collections, in map order.
func (g *Graph) Collections() []*datamap.Collection { return g.all }

// Parents are the ownership edges on which c is the child.
func (g *Graph) Parents(c *datamap.Collection) []*datamap.Edge { return g.parents[c] }

// Children are the ownership edges on which c is the parent.
func (g *Graph) Children(c *datamap.Collection) []*datamap.Edge { return g.children[c] }

// Referring are the edges that point at c and give no rights: accessed_by, refers_to.
func (g *Graph) Referring(c *datamap.Collection) []*datamap.Edge { return g.refers[c] }

// Host says whether e is followed by the host, key by key, and not by a store: it leads from one system to
// another, it closes a circle of several collections, it is a second self-reference, it holds only
// during a time (whose rows those are has to be judged span by span), its fields may hold what names nobody, or its
// child is reached over more ways than one question names.
func (g *Graph) Host(e *datamap.Edge) bool { return g.host[e] }

// Self is the self-reference of c that its store follows, or nil.
func (g *Graph) Self(c *datamap.Collection) *datamap.Edge {
	for _, e := range g.children[c] {
		if e.Self() && !g.host[e] {
			return e
		}
	}
	return nil
}

// Joins says whether values of e's fields lead anywhere: neither end calls one of them empty or a value that
// names nobody.
func Joins(e *datamap.Edge, values []any) bool {
	for i, v := range values {
		if connectors.Empty(v) {
			return false
		}
		text := fmt.Sprint(v)
		if b, ok := v.([]byte); ok {
			text = string(b)
		}
		for _, f := range []*datamap.Field{e.From.Field(e.Fields[i]), e.To.Field(e.ToFields[i])} {
			if f != nil && f.Identifier != nil && f.Identifier.NamesNobody(text) {
				return false
			}
		}
	}
	return true
}

// sentinels says whether a field of e is an identifier with values that name nobody: stores would join them.
func sentinels(e *datamap.Edge) bool {
	for i := range e.Fields {
		for _, f := range []*datamap.Field{e.From.Field(e.Fields[i]), e.To.Field(e.ToFields[i])} {
			if f != nil && f.Identifier != nil && len(f.Identifier.NotAValue) > 0 {
				return true
			}
		}
	}
	return false
}

// Identifying are the fields of c that name the person whose row it is, in map order.
func Identifying(c *datamap.Collection) []*datamap.Field {
	var out []*datamap.Field
	for _, f := range c.Fields {
		if f.Identifier != nil && f.ThirdPerson == "" {
			out = append(out, f)
		}
	}
	return out
}

func (g *Graph) findHostEdges() {
	for _, es := range g.children {
		self := 0
		for _, e := range es {
			if e.Self() {
				self++
			}
			g.host[e] = !e.Local() || e.During != nil || (e.Self() && self > 1) || sentinels(e)
		}
	}
	circle := circles(g.all, func(c *datamap.Collection) []*datamap.Collection {
		var next []*datamap.Collection
		for _, e := range g.children[c] {
			if child, _ := e.Child(); e.Local() {
				next = append(next, child)
			}
		}
		return next
	})
	for _, es := range g.children {
		for _, e := range es {
			p, _ := e.Parent()
			c, _ := e.Child()
			if !e.Self() && circle[p] == circle[c] {
				g.host[e] = true
			}
		}
	}
}
