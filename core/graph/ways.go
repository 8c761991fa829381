package graph

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// Entry is where a store is entered: at rows that name the person (Edge nil), or over an edge the host follows.
type Entry struct {
	Collection *datamap.Collection
	Edge       *datamap.Edge
}

// Way leads from an entry to a collection over edges its store can follow alone.
type Way struct {
	Entry Entry
	Path  []*datamap.Edge // in order, each from parent to child; self-references are not written out
}

// Ways are all ways to c within its system. None means that no person leads there.
func (g *Graph) Ways(c *datamap.Collection) []Way { return g.ways[c] }

// Entries are the places where the system of c is entered on the ways to c, each once.
func (g *Graph) Entries(c *datamap.Collection) []Entry {
	var out []Entry
	for _, w := range g.ways[c] {
		if !slices.Contains(out, w.Entry) {
			out = append(out, w.Entry)
		}
	}
	return out
}

// Exclusive says whether a row of c has one owner by the shape of the map, all the way up to the row that names the
// person: what such a row says of whose it is, it says of that person.
func (g *Graph) Exclusive(c *datamap.Collection) bool {
	for seen := []*datamap.Collection{}; len(g.parents[c]) > 0; {
		e := g.parents[c][0]
		owner, fields := e.Parent()
		if len(g.parents[c]) > 1 || e.Kind != datamap.OwnedBy || e.During != nil || !slices.Equal(fields, owner.Key) || slices.Contains(seen, owner) {
			return false
		}
		seen, c = append(seen, c), owner
	}
	return true
}

// mostWays is over how many ways one question follows to a collection. Where they part and meet again and again they would double
// each time: past so many the host follows, and they begin anew.
const mostWays = 32

// boundWays makes edges the host's where too many ways meet. What is left to the stores has no circles, so that every collection is
// counted once.
func (g *Graph) boundWays() {
	counted := map[*datamap.Collection]int{}
	var count func(c *datamap.Collection) int
	count = func(c *datamap.Collection) int {
		if n, ok := counted[c]; ok {
			return n
		}
		n, entries := 0, 0
		if len(Identifying(c)) > 0 {
			n, entries = 1, 1
		}
		for _, e := range g.parents[c] {
			switch p, _ := e.Parent(); {
			case g.host[e]:
				n, entries = n+1, entries+1
			case !e.Self():
				n, entries = n+count(p), entries+1
			}
		}
		if n > mostWays {
			n = entries
			for _, e := range g.parents[c] {
				g.host[e] = g.host[e] || !e.Self()
			}
		}
		counted[c] = n
		return n
	}
	for _, c := range g.all {
		count(c)
	}
}

func (g *Graph) findWays(c *datamap.Collection) []Way {
	var out []Way
	var back func(at *datamap.Collection, path []*datamap.Edge, seen []*datamap.Collection)
	back = func(at *datamap.Collection, path []*datamap.Edge, seen []*datamap.Collection) {
		reversed := slices.Clone(path)
		slices.Reverse(reversed)
		if len(Identifying(at)) > 0 {
			out = append(out, Way{Entry{Collection: at}, reversed})
		}
		for _, e := range g.parents[at] {
			if g.host[e] {
				out = append(out, Way{Entry{at, e}, reversed})
				continue
			}
			p, _ := e.Parent()
			if e.Self() || slices.Contains(seen, p) {
				continue
			}
			back(p, append(slices.Clip(path), e), append(slices.Clip(seen), p))
		}
	}
	back(c, nil, []*datamap.Collection{c})
	return out
}

// Hops is the path of w as the contract says it, self-references repeated.
func (g *Graph) Hops(w Way) []connectors.Hop {
	var hops []connectors.Hop
	at := w.Entry.Collection
	repeat := func() {
		if e := g.Self(at); e != nil {
			h := hop(e)
			h.Repeat = true
			hops = append(hops, h)
		}
	}
	if w.Entry.Edge != nil && len(w.Entry.Edge.When) > 0 && w.Entry.Edge.Kind == datamap.OwnedBy {
		// The condition is on the rows entered at: a hop from each row to itself says it.
		col := Place(at)
		hops = append(hops, connectors.Hop{Collection: col, From: at.Key, To: at.Key, If: Conditions(w.Entry.Edge.When)})
	}
	repeat()
	for _, e := range w.Path {
		hops = append(hops, hop(e))
		at, _ = e.Child()
		repeat()
	}
	return hops
}

func hop(e *datamap.Edge) connectors.Hop {
	p, from := e.Parent()
	_, to := e.Child()
	h := connectors.Hop{Collection: Place(p), From: from, To: to}
	if e.Kind == datamap.OwnedBy {
		h.Then = Conditions(e.When)
	} else {
		h.If = Conditions(e.When)
	}
	if e.During != nil {
		h.During = &connectors.Between{Date: e.During.Date, From: e.During.From, To: e.During.To}
	}
	return h
}

// Place is c in the contract's words.
func Place(c *datamap.Collection) connectors.Collection {
	out := connectors.Collection{Name: c.Name, At: c.At, Key: c.Key, Document: c.Document != nil}
	if c.System.Zone != nil {
		out.Zone = c.System.Zone.String()
	}
	if r := c.Rows; r != nil {
		out.Rows = &connectors.RowFormat{Format: r.Format, Delimiter: r.Delimiter, Encoding: r.Encoding, NoHeader: r.NoHeader, Each: r.Each}
	}
	return out
}

// Conditions are when: entries in the contract's words: all hold.
func Conditions(ws []datamap.When) []connectors.Cond {
	var out []connectors.Cond
	for _, w := range ws {
		vs := make([]any, len(w.Values))
		for i, v := range w.Values {
			vs[i] = v
		}
		out = append(out, connectors.InValues(w.Field, vs...))
	}
	return out
}

// Up is the step from a child row to its parents over e; Down from a parent row to its children.
func Up(e *datamap.Edge) connectors.Step {
	p, to := e.Parent()
	_, from := e.Child()
	return connectors.Step{Collection: Place(p), From: from, To: to}
}

// Down is the step from a parent row to its children over e.
func Down(e *datamap.Edge) connectors.Step {
	_, from := e.Parent()
	c, to := e.Child()
	return connectors.Step{Collection: Place(c), From: from, To: to}
}

// Among holds where the fields of a row equal one of the tuples. Many tuples of several fields nest in a
// balanced way: stores limit the depth of an expression.
func Among(fields []string, tuples [][]any) connectors.Cond {
	if len(fields) == 1 {
		vs := make([]any, 0, len(tuples))
		for _, t := range tuples {
			vs = append(vs, t[0])
		}
		return connectors.InValues(fields[0], vs...)
	}
	level := make([]connectors.Cond, 0, len(tuples))
	for _, t := range tuples {
		one := make([]connectors.Cond, len(fields))
		for i, f := range fields {
			one[i] = connectors.InValues(f, t[i])
		}
		level = append(level, connectors.AllOf(one...))
	}
	for len(level) > 32 {
		var up []connectors.Cond
		for part := range slices.Chunk(level, 32) {
			up = append(up, connectors.AnyOf(part...))
		}
		level = up
	}
	return connectors.AnyOf(level...)
}
