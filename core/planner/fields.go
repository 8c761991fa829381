package planner

import (
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
		told := append(e.toldBy(f, group), stay...)
		group = slices.DeleteFunc(slices.Clone(group), func(x *datamap.Field) bool { return slices.Contains(told, x.Name) || !e.asked(x) })
		if len(group) == 0 {
			continue
		}
		if open == nil || e.folded(f, group[0]) {
			continue
		}
		stays := anyOf(f.held, e.shellCond(f))
		if e.byCategory() {
			stays = connectors.AllOf()
		}
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
			return e.unreached(f.c, err)
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

// toldBy are the columns by which rules that hold something here tell it, other than those of group: without its date,
// what is kept would seem never to end.
func (e *erasure) toldBy(f *fate, group []*datamap.Field) []string {
	var out []string
	for _, h := range f.holds {
		if f.kept > 0 && !h.Never {
			out = append(out, h.Fields()...)
		}
	}
	return append(out, e.toldByFields(f, group)...)
}

// toldByFields are those of fields with a purpose of their own that still runs.
func (e *erasure) toldByFields(f *fate, but []*datamap.Field) []string {
	var out []string
	for _, other := range e.ownPurpose(f.c) {
		if len(but) > 0 && slices.Contains(other, but[0]) || !slices.ContainsFunc(other, func(x *datamap.Field) bool { return e.holding(f, x) > 0 }) {
			continue
		}
		for _, r := range other[0].Rules {
			if h := e.holdOf(f.c, r); !h.Never {
				out = append(out, h.Fields()...)
			}
		}
	}
	return out
}

// holding counts the person's own rows whose field is still kept by its own purpose.
func (e *erasure) holding(f *fate, field *datamap.Field) int64 {
	open := e.system(f.c)
	if isNever(f.fields[field]) || open == nil {
		return 0
	}
	if n, known := f.holding[field]; known {
		return n
	}
	n, err := open.Count(e.ctx, e.reach(f.c, append(but(f.shared), f.fields[field])...))
	if err != nil {
		return 1 // unknown: nothing it needs is cleared
	}
	if f.holding == nil {
		f.holding = map[*datamap.Field]int64{}
	}
	f.holding[field] = n[0]
	return n[0]
}

// folded says whether a field with a purpose of its own is cleared by the shell's treatment: no row of the
// collection is kept for itself, and no shell still holds the field.
func (e *erasure) folded(f *fate, field *datamap.Field) bool {
	return f.kept == 0 && f.shellRows > 0 && e.holding(f, field) == 0
}

// sameRules says whether two fields live and end alike.
func sameRules(a, b []*datamap.Rule) bool {
	date := func(x, y *datamap.DateRef) bool { return (x == nil) == (y == nil) && (x == nil || *x == *y) }
	period := func(x, y *datamap.Period) bool { return (x == nil) == (y == nil) && (x == nil || *x == *y) }
	return slices.EqualFunc(a, b, func(x, y *datamap.Rule) bool {
		return x.Purpose == y.Purpose && x.SkipMissing == y.SkipMissing && slices.Equal(x.Or, y.Or) && date(x.Since, y.Since) && date(x.Until, y.Until) && period(x.Keep, y.Keep) &&
			slices.EqualFunc(x.When, y.When, func(v, w datamap.When) bool { return v.Field == w.Field && slices.Equal(v.Values, w.Values) })
	})
}
