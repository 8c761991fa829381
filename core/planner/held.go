package planner

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/policy"
)

// heldCond holds of a row that a purpose keeps: by a rule of its own, by its owner's, or, of a copy, by
// those of what it was made from.
func (s *survey) heldCond(f *fate, fates map[*datamap.Collection]*fate) (connectors.Cond, error) {
	c := f.c
	switch {
	case !s.terms.SystemInScope(c.System):
		return connectors.AllOf(), nil
	case c.Erase.Mode == "keep":
		return connectors.AllOf(), nil
	case len(f.holds) == 0 && s.heldBack(c, ""): // what it inherits
		return connectors.AllOf(), nil
	case c.DerivedFrom != nil && len(c.Rules) == 0:
		return s.heldCopy(f, fates)
	case len(f.holds) > 0:
		var cs []connectors.Cond
		for _, h := range f.holds {
			k, err := s.keeps(c, h)
			if err != nil {
				return never, err
			}
			cs = append(cs, k)
		}
		return anyOf(cs...), nil
	}
	return s.inherited(c, fates), nil
}

// inherited holds of rows one of whose owners is held, over any edge that hands purposes down.
func (s *survey) inherited(c *datamap.Collection, fates map[*datamap.Collection]*fate) connectors.Cond {
	var cs []connectors.Cond
	for _, e := range s.Graph.Parents(c) {
		p, _ := e.Parent()
		owner := fates[p]
		switch {
		case !handsDown(e) || isNever(owner.held):
		case s.Graph.Host(e):
			cs = append(cs, overEdge(e, owner.heldParents[e]))
		default:
			cs = append(cs, up(e, owner.held))
		}
	}
	return anyOf(cs...)
}

// keeps is a hold as a condition on rows of c.
func (s *survey) keeps(c *datamap.Collection, h policy.Hold) (connectors.Cond, error) {
	if h.Never {
		return never, nil
	}
	if !h.Elsewhere || h.Always {
		return h.Keeps(), nil
	}
	cond, err := s.keepsElsewhere(c, h)
	if err != nil || isNever(cond) {
		return never, err
	}
	return connectors.AllOf(append(slices.Clone(h.When), cond)...), nil
}

// notLapsed holds of the row that carries the date while its period runs.
func notLapsed(h policy.Hold) []connectors.Cond {
	field := h.Date().Field
	cs := []connectors.Cond{connectors.NotThat(connectors.BeforeTime(field, h.Cutoff))}
	if h.Rule.SkipMissing {
		cs = append(cs, connectors.NotThat(connectors.NullField(field)))
	}
	return cs
}

// keepsElsewhere says it of a row whose date lies in other rows: one of them has not lapsed or cannot be read, or,
// unless the map says that the rule then does not apply, there is none.
func (s *survey) keepsElsewhere(c *datamap.Collection, h policy.Hold) (connectors.Cond, error) {
	ref := h.Date()
	if e := ref.Over; e != nil && e.Local() && e.During == nil {
		return s.datedOver(c, h, e), nil
	}
	// No edge a store could follow: the person's rows there decide for all.
	open := s.system(ref.Of)
	if open == nil {
		return connectors.AllOf(), nil // unknown: kept
	}
	n, err := open.Count(s.ctx, s.reach(ref.Of, notLapsed(h)...), s.reach(ref.Of))
	if err != nil {
		return never, s.unreached(ref.Of, err)
	}
	if n[0] > 0 || (n[1] == 0 && !h.Rule.SkipMissing && !s.spent(c, h.Rule.Purpose.Name)) {
		return connectors.AllOf(), nil
	}
	return never, nil
}

// datedOver says it where one store sees both: some row over the edge keeps the hold running.
func (s *survey) datedOver(c *datamap.Collection, h policy.Hold, e *datamap.Edge) connectors.Cond {
	step := connectors.Step{Collection: graph.Place(e.To), From: e.Fields, To: e.ToFields}
	when := graph.Conditions(e.When)
	var here, there []connectors.Cond // what must hold of the row itself; of the one that carries the date
	if h.Date().Of == e.To {
		here = append(when, namesSomebody(e.From, e.Fields)...)
	} else {
		step = connectors.Step{Collection: graph.Place(e.From), From: e.ToFields, To: e.Fields}
		here, there = namesSomebody(e.To, e.ToFields), when
	}
	some := connectors.AllOf(append(here, connectors.SomeOver(step, append(notLapsed(h), there...)...))...)
	if h.Rule.SkipMissing || s.spent(c, h.Rule.Purpose.Name) {
		return some
	}
	none := connectors.NotThat(connectors.AllOf(append(slices.Clone(here), connectors.SomeOver(step, there...))...))
	return anyOf(some, none)
}

// namesSomebody holds of rows whose identifiers among fields are no values that name nobody.
func namesSomebody(c *datamap.Collection, fields []string) []connectors.Cond {
	var out []connectors.Cond
	for _, name := range fields {
		f := c.Field(name)
		if f == nil || f.Identifier == nil {
			continue
		}
		var vs []any
		for _, text := range f.Identifier.NotAValue {
			vs = append(vs, text)
		}
		if len(vs) > 0 {
			out = append(out, connectors.NotThat(connectors.InValues(name, vs...)))
		}
	}
	return out
}

// heldCopy: a copy goes with what it was made from. Where it carries the dates of its source's rules, each
// row is judged by them; where its owner is the source, with its owner; else it goes as soon as anything
// of the source goes, for it is made anew from what stays.
func (s *survey) heldCopy(f *fate, fates map[*datamap.Collection]*fate) (connectors.Cond, error) {
	c, source := f.c, fates[f.c.DerivedFrom]
	if source == nil {
		return never, fmt.Errorf("%s is a copy of %s, which is judged after it", c.Address(), c.DerivedFrom.Address())
	}
	if slices.ContainsFunc(s.Graph.Parents(c), handsDown) {
		return s.inherited(c, fates), nil
	}
	if source.c.Erase.Mode != "keep" && s.terms.SystemInScope(source.c.System) && len(source.holds) > 0 && carries(c, source.holds) {
		f.holds = source.holds
		var cs []connectors.Cond
		for _, h := range source.holds {
			cs = append(cs, h.Keeps())
		}
		return anyOf(cs...), nil
	}
	open := s.system(source.c)
	if open == nil {
		return connectors.AllOf(), nil
	}
	n, err := open.Count(s.ctx, s.reach(source.c, but(source.held, source.shared)...))
	if err != nil {
		return never, s.unreached(source.c, err)
	}
	if n[0] == 0 {
		return connectors.AllOf(), nil
	}
	return never, nil
}

// carries says whether c has the fields the holds speak of.
func carries(c *datamap.Collection, holds []policy.Hold) bool {
	for _, h := range holds {
		if h.Elsewhere {
			return false
		}
		for _, f := range h.Fields() {
			if c.Field(f) == nil && !slices.Contains(c.Key, f) {
				return false
			}
		}
	}
	return true
}
