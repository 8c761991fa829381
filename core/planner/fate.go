package planner

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// fate is what becomes of the rows of one collection in an erasure, as conditions on a row.
type fate struct {
	c      *datamap.Collection
	holds  []policy.Hold   // of the row's own rules
	held   connectors.Cond // a purpose holds the row, its owner's where it has none of its own
	shared connectors.Cond // somebody else owns it too
	shells tuples2         // values that lead from kept rows up to rows of this collection

	heldParents, sharedParents map[*datamap.Edge][]connectors.Tuple // over host edges: owners that are held; shared

	gone, kept, sharedRows, shellRows int64
	reasons                           []keptReason // of the kept rows
	goneWhy                           plan.Reason
	lastKept                          keptReason // the longest, for shells and for what inherits
	below                             keptReason // the longest of the kept rows this one leads to
}

// tuples2 is a set of values per list of fields.
type tuples2 struct {
	by map[string]*tuples
}

func (t *tuples2) add(fields []string, v connectors.Tuple) bool {
	k := ""
	for _, f := range fields {
		k += f + "\x00"
	}
	if t.by == nil {
		t.by = map[string]*tuples{}
	}
	if t.by[k] == nil {
		t.by[k] = &tuples{fields: fields}
	}
	return t.by[k].add(v)
}

func (t tuples2) cond() connectors.Cond {
	var cs []connectors.Cond
	for _, x := range t.by {
		cs = append(cs, among(x.fields, x.list))
	}
	return anyOf(cs...)
}

// judgeAll works out the fates of all collections, owners first, so that what inherits can say so.
func (s *survey) judgeAll() (map[*datamap.Collection]*fate, error) {
	fates := map[*datamap.Collection]*fate{}
	for _, c := range s.Graph.TopDown() {
		f := &fate{c: c, heldParents: map[*datamap.Edge][]connectors.Tuple{}, sharedParents: map[*datamap.Edge][]connectors.Tuple{}}
		fates[c] = f
		for _, r := range c.Rules {
			f.holds = append(f.holds, s.terms.HoldOf(c, r))
		}
		var err error
		if f.shared, err = s.sharedCond(f, fates); err != nil {
			return nil, err
		}
		if f.held, err = s.heldCond(f, fates); err != nil {
			return nil, err
		}
		if err := s.classifyOwners(f); err != nil {
			return nil, err
		}
	}
	return fates, nil
}

// sharedCond holds of a row that somebody else owns too: one of its owners is not this person's, or is
// itself shared. An owner that can be only one, and led us here, is the person's.
func (s *survey) sharedCond(f *fate, fates map[*datamap.Collection]*fate) (connectors.Cond, error) {
	var cs []connectors.Cond
	edges := s.Graph.Parents(f.c)
	for _, e := range edges {
		if e.Self() {
			continue
		}
		p, _ := e.Parent()
		_, child := e.Child()
		owner := fates[p]
		if owner == nil { // a circle of ownership: the owner is judged later; be careful and call it shared by what is not ours
			owner = &fate{shared: never}
		}
		if s.Graph.Host(e) {
			cs = append(cs, among(child, owner.sharedParents[e]))
			others, err := s.otherOwners(e)
			if err != nil {
				return never, err
			}
			cs = append(cs, among(child, others))
			continue
		}
		notOurs := []connectors.Cond{owner.shared}
		if len(edges) > 1 || !onlyOne(e) || len(graph.Identifying(f.c)) > 0 {
			notOurs = append(notOurs, connectors.NotThat(s.ours(p)))
		}
		if any := anyOf(notOurs...); !isNever(any) {
			cs = append(cs, up(e, any))
		}
	}
	return anyOf(cs...), nil
}

// onlyOne says whether a child has at most one owner over e: the edge stands on the child and names the owner's key.
func onlyOne(e *datamap.Edge) bool {
	p, fields := e.Parent()
	return e.Kind == datamap.OwnedBy && sameSet(fields, p.Key)
}

func sameSet(a, b []string) bool {
	return len(a) == len(b) && len(union(append([]string(nil), a...), b)) == len(a)
}

// ours holds of the rows of c that are this person's, said without a path: by the keys and values captured.
func (s *survey) ours(c *datamap.Collection) connectors.Cond {
	var cs []connectors.Cond
	var keys []connectors.Tuple
	for _, r := range s.roots[c] {
		keys = append(keys, connectors.Tuple{Values: r.key})
	}
	cs = append(cs, among(c.Key, keys))
	for _, e := range s.Graph.Parents(c) {
		if t := s.links[e]; !t.empty() {
			_, fields := e.Child()
			cs = append(cs, among(fields, t.list))
		}
	}
	return anyOf(cs...)
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

// otherOwners are the owners over host edge e that have the same values as ours and are not ours. Where the edge
// names the owner's key there can be none.
func (s *survey) otherOwners(e *datamap.Edge) ([]connectors.Tuple, error) {
	p, fields := e.Parent()
	ours := s.links[e]
	if ours.empty() || sameSet(fields, p.Key) {
		return nil, nil
	}
	plain := make([]connectors.Tuple, len(ours.list))
	for i, t := range ours.list {
		plain[i] = connectors.Tuple{Person: t.Person, Values: t.Values}
	}
	return s.ownerTuples(e, connectors.Selection{
		Collection: graph.Place(p),
		Any:        []connectors.Match{{Fields: fields, Values: plain}},
		Where:      but(s.ours(p)),
	})
}

// ownerTuples reads the values of edge e, with their spans, from the owners sel names.
func (s *survey) ownerTuples(e *datamap.Edge, sel connectors.Selection) ([]connectors.Tuple, error) {
	p, fields := e.Parent()
	open := s.system(p)
	if open == nil || len(sel.Any) == 0 {
		return nil, nil
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
		t := connectors.Tuple{Person: person, Values: append([]any(nil), vs[:len(fields)]...)}
		if e.During != nil {
			r, ok := connectors.Between{Date: e.During.Date, From: e.During.From, To: e.During.To}.Range(row, zone)
			if !ok {
				return nil
			}
			t.Within = &r
		}
		out.add(t)
		return nil
	})
	return out.list, s.unreached(p, err)
}

// classifyOwners finds, for the host edges that lead on from c, which of the person's rows are held and which
// are shared: their children ask by these values.
func (s *survey) classifyOwners(f *fate) error {
	for _, e := range s.Graph.Children(f.c) {
		if !s.Graph.Host(e) {
			continue
		}
		var err error
		if !isNever(f.shared) {
			if f.sharedParents[e], err = s.ownerTuples(e, s.reach(f.c, f.shared)); err != nil {
				return err
			}
		}
		child, _ := e.Child()
		if child.Inherits == e && !isNever(f.held) {
			if f.heldParents[e], err = s.ownerTuples(e, s.reach(f.c, f.held)); err != nil {
				return err
			}
		}
	}
	return nil
}
