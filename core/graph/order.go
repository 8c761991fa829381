package graph

import (
	"slices"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// TopDown lists all collections with owners before what they own and sources before their copies. Within a circle
// whose purposes another one has comes before it.
func (g *Graph) TopDown() []*datamap.Collection { return slices.Concat(g.Rings()...) }

// Rings are the collections in the order of TopDown, those that own each other in a circle together. Most stand alone.
func (g *Graph) Rings() [][]*datamap.Collection {
	number := circles(g.all, func(c *datamap.Collection) []*datamap.Collection {
		var next []*datamap.Collection
		for _, e := range g.children[c] {
			child, _ := e.Child()
			next = append(next, child)
		}
		return append(next, g.copies[c]...)
	})
	all := slices.Clone(g.all)
	slices.SortStableFunc(all, func(a, b *datamap.Collection) int { return number[b] - number[a] })
	var out [][]*datamap.Collection
	for i, c := range all {
		if i == 0 || number[c] != number[all[i-1]] {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], c)
	}
	for i := range out {
		out[i] = heldFirst(out[i])
	}
	return out
}

// heldFirst puts each collection of a ring behind those whose rules hold its rows too.
func heldFirst(ring []*datamap.Collection) []*datamap.Collection {
	var out []*datamap.Collection
	seen := map[*datamap.Collection]bool{}
	var put func(c *datamap.Collection)
	put = func(c *datamap.Collection) {
		if seen[c] || !slices.Contains(ring, c) {
			return
		}
		seen[c] = true
		if c.DerivedFrom != nil {
			put(c.DerivedFrom)
		}
		if c.Inherits != nil {
			owner, _ := c.Inherits.Parent()
			put(owner)
		}
		out = append(out, c)
	}
	for _, c := range ring {
		put(c)
	}
	return out
}

// ReferrersFirst lists the collections of s so that rows go before the rows they refer to: a store with
// foreign keys lets them. Circles stand in map order; there the store has to defer its check.
func (g *Graph) ReferrersFirst(s *datamap.System) []*datamap.Collection {
	number := circles(s.Collections, func(c *datamap.Collection) []*datamap.Collection {
		var next []*datamap.Collection
		for _, e := range c.Edges {
			if e.To != nil && e.To.System == s {
				next = append(next, e.To)
			}
		}
		return next
	})
	out := slices.Clone(s.Collections)
	slices.SortStableFunc(out, func(a, b *datamap.Collection) int { return number[b] - number[a] })
	return out
}

// Systems lists the systems so that one whose rows carry keys another needs comes after it: were such a row treated first, what it
// leads to would not be found again. needs[s] names the systems that use keys of s.
func (g *Graph) Systems() (order []*datamap.System, needs map[*datamap.System][]*datamap.System) {
	needs = map[*datamap.System][]*datamap.System{}
	add := func(from, to *datamap.System) {
		if from != to && !slices.Contains(needs[from], to) {
			needs[from] = append(needs[from], to)
		}
	}
	for _, c := range g.all {
		for _, e := range g.children[c] {
			child, _ := e.Child()
			add(c.System, child.System)
		}
	}
	number := circles(g.Map.Systems, func(s *datamap.System) []*datamap.System { return needs[s] })
	order = slices.Clone(g.Map.Systems)
	slices.SortStableFunc(order, func(a, b *datamap.System) int { return number[a] - number[b] })
	for s, users := range needs { // within a circle nobody can wait for the other: the sealed keys serve them
		needs[s] = slices.DeleteFunc(users, func(u *datamap.System) bool { return number[u] == number[s] })
	}
	return order, needs
}
