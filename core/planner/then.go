package planner

import (
	"reflect"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// whereThen is where a treatment works, as it was when the plan was made: what holds a row from outside, its owner's dates or the
// last entry below it, is itself changed by the work, and what should have gone would look kept.
func (e *erasure) whereThen(f *fate, t connectors.Treatment) ([]connectors.Cond, error) {
	stays := f.stays
	if !f.judged {
		stays = among(f.c.Key, f.stay.list)
	}
	where := append(slices.Clone(t.On.Where), but(stays)...)
	i := slices.IndexFunc(where, func(c connectors.Cond) bool { return reflect.DeepEqual(c, connectors.NotThat(f.held)) })
	if i < 0 || !f.held.HasExists() {
		return where, nil
	}
	then, err := e.heldThen(f)
	where[i] = connectors.NotThat(then)
	return where, err
}

// heldThen is what held rows of a collection when the plan was made: of what inherits, by the owners that were held; of others,
// all but the rows that were to go.
func (e *erasure) heldThen(f *fate) (connectors.Cond, error) {
	if e.joint != nil {
		return e.joint.then[f.c], nil
	}
	if len(f.holds) > 0 {
		gone, err := e.keysOf(f.c, but(f.held, f.shared)...)
		return connectors.AllOf(append(but(among(f.c.Key, gone)), f.held)...), err
	}
	var cs []connectors.Cond
	for _, edge := range e.Graph.Parents(f.c) {
		p, _ := edge.Parent()
		if !handsDown(edge) || isNever(e.fates[p].held) {
			continue
		}
		owners, err := e.ownerTuples(edge, e.reach(p, e.fates[p].held))
		if err != nil {
			return never, err
		}
		cs = append(cs, overEdge(edge, owners))
	}
	return anyOf(cs...), nil
}

// keysOf are the keys of this person's rows of c where conds hold.
func (s *survey) keysOf(c *datamap.Collection, conds ...connectors.Cond) ([]connectors.Tuple, error) {
	open := s.system(c)
	if open == nil {
		return nil, nil
	}
	sel := s.reach(c, conds...)
	sel.Fields = c.Key
	var out tuples
	err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
		out.add(connectors.Tuple{Values: slices.Clone(vs)})
		return nil
	})
	return out.list, s.unreached(c, err)
}
