package planner

import (
	"reflect"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// planFields clears fields with a purpose of their own that has ended, inside rows that stay. Fields of the same
// purpose go together. Where only shells stay and none of them holds such a purpose still, the shell's own
// treatment has cleared them.
func (e *erasure) planFields(f *fate, sets *stage) error {
	open := e.system(f.c)
	stay := e.needed(f)
	for _, group := range e.ownPurpose(f.c) {
		group = slices.DeleteFunc(group, func(x *datamap.Field) bool { return slices.Contains(stay, x.Name) })
		if len(group) == 0 {
			continue
		}
		if open == nil || e.folded(f, group[0]) {
			continue
		}
		stays := anyOf(f.held, e.shellCond(f))
		if isNever(stays) {
			continue
		}
		t := connectors.Treatment{ID: f.c.Name + "/" + group[0].Name, Verb: connectors.Set}
		var filled, held []connectors.Cond
		for _, field := range group {
			filled = append(filled, connectors.NotThat(connectors.NullField(field.Name)))
			held = append(held, f.fields[field])
			t.Assign = append(t.Assign, e.clear(f.c, field.Name))
		}
		t.On = e.reach(f.c, append(but(append(held, f.shared)...), stays, anyOf(filled...))...)
		n, err := open.Count(e.ctx, t.On)
		if err != nil {
			return err
		}
		t.AtMost = e.ceiling(f.c, n[0])
		reason := e.fieldReason(f.c, group[0])
		sets.add(t, Class{Collection: f.c.Name, Action: string(plan.Anonymise), Reason: reason.Code, Planned: n[0]})
		if n[0] > 0 {
			e.act(f.c, plan.Action{Action: plan.Anonymise, Rows: n[0], Ceiling: t.AtMost, Fields: assigned(t.Assign), Reason: reason})
		}
	}
	return nil
}

// ownPurpose groups the fields of c that have rules of their own by those rules.
func (s *survey) ownPurpose(c *datamap.Collection) [][]*datamap.Field {
	var out [][]*datamap.Field
next:
	for _, f := range c.Fields {
		if len(f.Rules) == 0 {
			continue
		}
		for i, g := range out {
			if sameRules(g[0].Rules, f.Rules) {
				out[i] = append(g, f)
				continue next
			}
		}
		out = append(out, []*datamap.Field{f})
	}
	return out
}

// folded says whether a field with a purpose of its own is cleared by the shell's treatment: no row of the
// collection is kept for itself, and no shell still holds the field.
func (e *erasure) folded(f *fate, field *datamap.Field) bool {
	if f.kept > 0 || f.shellRows == 0 {
		return false
	}
	held := f.fields[field]
	if isNever(held) {
		return true
	}
	open := e.system(f.c)
	if open == nil {
		return false
	}
	n, err := open.Count(e.ctx, e.reach(f.c, append(but(f.held, f.shared), held)...))
	return err == nil && n[0] == 0
}

func sameRules(a, b []*datamap.Rule) bool {
	return slices.EqualFunc(a, b, func(x, y *datamap.Rule) bool {
		p, q := *x, *y
		p.Pos, q.Pos = datamap.Pos{}, datamap.Pos{}
		return reflect.DeepEqual(p, q)
	})
}
