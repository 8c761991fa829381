package planner

import (
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

// shareRing finds which rows of a ring somebody else owns too: one of their owners is not this person's, or is itself
// shared. What comes down from owners outside the ring is said once; within it, it goes round to a fixed point.
func (s *survey) shareRing(ring []*datamap.Collection, fates map[*datamap.Collection]*fate) error {
	for _, c := range ring {
		var err error
		if fates[c].shared, err = s.sharedCond(fates[c], ring, fates); err != nil {
			return err
		}
		if t := s.stayed[c]; !t.empty() {
			fates[c].shared = anyOf(fates[c].shared, among(c.Key, t.list))
		}
	}
	for round := 0; round < MaxRounds; round++ {
		grew, err := s.passShared(ring, fates)
		if err != nil {
			return err
		}
		if !grew {
			return s.sharedBelow(ring, fates)
		}
	}
	return tooManyRounds("owners of shared rows")
}

// inside says whether both ends of e stand in the ring.
func inside(e *datamap.Edge, ring []*datamap.Collection) bool {
	return slices.Contains(ring, e.From) && slices.Contains(ring, e.To)
}

// passShared hands sharing from owner to child over the edges inside a ring, once.
func (s *survey) passShared(ring []*datamap.Collection, fates map[*datamap.Collection]*fate) (grew bool, err error) {
	for _, p := range ring {
		f := fates[p]
		for _, e := range s.Graph.Children(p) {
			if !inside(e, ring) || isNever(f.shared) {
				continue
			}
			found, err := s.ownerTuples(e, s.reach(p, f.shared))
			if err != nil {
				return grew, err
			}
			if len(found) == len(f.sharedParents[e]) {
				continue
			}
			f.sharedParents[e], grew = found, true
			c, _ := e.Child()
			fates[c].shared = anyOf(fates[c].shared, overEdge(e, found))
		}
	}
	return grew, nil
}

// sharedBelow reads, for the host edges that lead out of the ring, which owners are shared: their children ask by these values.
func (s *survey) sharedBelow(ring []*datamap.Collection, fates map[*datamap.Collection]*fate) error {
	for _, c := range ring {
		f := fates[c]
		for _, e := range s.Graph.Children(c) {
			if inside(e, ring) || !s.Graph.Host(e) || isNever(f.shared) {
				continue
			}
			var err error
			if f.sharedParents[e], err = s.ownerTuples(e, s.reach(c, f.shared)); err != nil {
				return err
			}
		}
	}
	return nil
}

// sharedCond holds of a row that somebody else owns too, as far as that does not come from inside the ring. An owner
// that can be only one, and led us here, is the person's.
func (s *survey) sharedCond(f *fate, ring []*datamap.Collection, fates map[*datamap.Collection]*fate) (connectors.Cond, error) {
	var cs []connectors.Cond
	alone := s.soleWay(f.c)
	for _, e := range s.Graph.Parents(f.c) {
		p, _ := e.Parent()
		if inside(e, ring) || s.Graph.Host(e) {
			others, err := s.otherOwners(e, alone)
			if err != nil {
				return never, err
			}
			cs = append(cs, overEdge(e, others), overEdge(e, fates[p].sharedParents[e]))
			continue
		}
		notOurs := []connectors.Cond{fates[p].shared}
		if !alone || !onlyOne(e) {
			notOurs = append(notOurs, connectors.NotThat(s.ours(p)))
		}
		if any := anyOf(notOurs...); !isNever(any) {
			cs = append(cs, up(e, any))
		}
	}
	return anyOf(cs...), nil
}

// soleWay says whether one edge alone leads to c, so that each of our rows of it was found over that edge.
func (s *survey) soleWay(c *datamap.Collection) bool {
	return len(s.Graph.Parents(c)) == 1 && len(graph.Identifying(c)) == 0
}

// onlyOne says whether a child has at most one owner over e: the edge stands on the child and names the owner's key.
func onlyOne(e *datamap.Edge) bool {
	p, fields := e.Parent()
	return e.Kind == datamap.OwnedBy && e.During == nil && sameSet(fields, p.Key)
}

func sameSet(a, b []string) bool {
	return len(a) == len(b) && len(union(append([]string(nil), a...), b)) == len(a)
}

// ours holds of the rows of c that are this person's, or one's of those judged together, said without a path: by the keys and
// values captured.
func (s *survey) ours(c *datamap.Collection) connectors.Cond {
	if s.joint != nil {
		return s.joint.ours[c]
	}
	var cs []connectors.Cond
	var keys []connectors.Tuple
	for _, r := range s.roots[c] {
		keys = append(keys, connectors.Tuple{Values: r.key})
	}
	cs = append(cs, among(c.Key, keys))
	for _, e := range s.Graph.Parents(c) {
		if t := s.links[e]; !t.empty() {
			cs = append(cs, overEdge(e, t.list))
		}
	}
	return anyOf(cs...)
}

// anybodys holds of rows that this plan, or one made together with it, may change as somebody's own.
func (s *survey) anybodys(c *datamap.Collection) connectors.Cond {
	if s.joint != nil {
		return s.joint.everyone[c]
	}
	return s.ours(c)
}

// overEdge holds of children whose owner over e has one of these values.
func overEdge(e *datamap.Edge, owners []connectors.Tuple) connectors.Cond {
	_, child := e.Child()
	c := among(child, owners)
	if e.Kind == datamap.OwnedBy && len(e.When) > 0 && !isNever(c) {
		return connectors.AllOf(append(graph.Conditions(e.When), c)...)
	}
	return c
}

// up holds of a row that has an owner over e, on which kids hold.
func up(e *datamap.Edge, kids ...connectors.Cond) connectors.Cond {
	when := graph.Conditions(e.When)
	if e.Kind == datamap.Owns {
		return connectors.SomeOver(graph.Up(e), append(kids, when...)...)
	}
	some := connectors.SomeOver(graph.Up(e), kids...)
	if len(when) == 0 {
		return some
	}
	return connectors.AllOf(append(when, some)...)
}

// otherOwners are the owners over e of our rows that are not ours. alone: our rows were all found over e.
func (s *survey) otherOwners(e *datamap.Edge, alone bool) ([]connectors.Tuple, error) {
	p, fields := e.Parent()
	var values []connectors.Tuple
	switch ours := s.links[e]; {
	case alone && sameSet(fields, p.Key):
		return nil, nil // the owner that led to a row is the only one it has
	case alone && !ours.empty():
		for _, t := range ours.list {
			values = append(values, connectors.Tuple{Person: t.Person, Values: t.Values})
		}
	default:
		var err error
		if values, err = s.childValues(e); err != nil {
			return nil, err
		}
	}
	if len(values) == 0 {
		return nil, nil
	}
	return s.ownerTuples(e, connectors.Selection{
		Collection: graph.Place(p),
		Any:        []connectors.Match{{Fields: fields, Values: values}},
		Where:      but(s.ours(p)),
	})
}

// childValues are the values over e of all our rows on its child's side.
func (s *survey) childValues(e *datamap.Edge) ([]connectors.Tuple, error) {
	c, fields := e.Child()
	open := s.system(c)
	sel := s.reach(c)
	if open == nil || len(sel.Any) == 0 {
		return nil, nil
	}
	sel.Fields = fields
	var out tuples
	err := open.Each(s.ctx, sel, func(person int, vs []any) error {
		if graph.Joins(e, vs) {
			out.add(connectors.Tuple{Person: person, Values: slices.Clone(vs)})
		}
		return nil
	})
	return out.list, s.unreached(c, err)
}

// ownerTuples reads the values of edge e, with their spans, from the owners sel names.
func (s *survey) ownerTuples(e *datamap.Edge, sel connectors.Selection) ([]connectors.Tuple, error) {
	p, fields := e.Parent()
	open := s.system(p)
	if open == nil || len(sel.Any) == 0 {
		return nil, nil
	}
	if e.Kind == datamap.Owns {
		sel.Where = append(slices.Clone(sel.Where), graph.Conditions(e.When)...)
	}
	sel.Fields = append([]string(nil), fields...)
	if e.During != nil {
		sel.Fields = union(sel.Fields, []string{e.During.From, e.During.To})
	}
	var out tuples
	row := connectors.Row{}
	zone := sel.Collection.Location()
	err := open.Each(s.ctx, sel, func(person int, vs []any) error {
		for i, f := range sel.Fields {
			row[f] = vs[i]
		}
		if t, ok := spanned(e, person, row, zone); ok {
			out.add(t)
		}
		return nil
	})
	return out.list, s.unreached(p, err)
}

// spanned are the values by which an owner's row leads on over e, within its time where e has one.
func spanned(e *datamap.Edge, person int, row connectors.Row, zone *time.Location) (connectors.Tuple, bool) {
	_, fields := e.Parent()
	t := connectors.Tuple{Person: person, Values: row.Pick(fields)}
	if !graph.Joins(e, t.Values) {
		return t, false
	}
	if e.During == nil {
		return t, true
	}
	r, ok := connectors.Between{Date: e.During.Date, From: e.During.From, To: e.During.To}.Range(row, zone)
	t.Within = &r
	return t, ok
}
