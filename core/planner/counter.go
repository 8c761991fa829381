package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// planCounters recounts the counters of rows that stay, where rows they counted go or no longer refer to them: other
// persons' rows too.
func (e *erasure) planCounters(c *datamap.Collection, recounts *stage) error {
	for _, field := range c.Fields {
		if field.Counts == nil || e.system(c) == nil {
			continue
		}
		counted, from, to := countedBy(c, field)
		values, err := e.uncounted(counted, from)
		if err != nil {
			return err
		}
		open := e.system(c)
		if len(values) == 0 || open == nil {
			continue
		}
		on := connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: to, Values: values}}, Where: e.staysWhole(e.fates[c], field)}
		n, err := open.Count(e.ctx, on)
		if err != nil {
			return e.unreached(c, err)
		}
		step := connectors.Step{Collection: place(counted), From: to, To: from}
		t := connectors.Treatment{ID: c.Name + "/" + field.Name + "/recount", Verb: connectors.Recount, On: on, AtMost: e.ceiling(c, n[0]),
			Assign: []connectors.Assign{{Field: field.Name, How: connectors.Count, Over: &step}}}
		where := "where another person holds it too"
		if f := e.fates[c]; f.shellRows > 0 && e.goesOnCounting(f, field) {
			where = "in rows that stay"
		}
		if n[0] > 0 {
			t.AtMost = max(t.AtMost, n[0]+10)
			e.act(c, plan.Action{Action: plan.Recount, Rows: n[0], Ceiling: t.AtMost, Fields: []string{field.Name},
				Reason: plan.Reason{Code: plan.Counter, Explain: field.Name + ", " + where}})
		}
		recounts.add(t, Class{Collection: c.Name, Action: string(plan.Recount), Reason: plan.Counter, Planned: n[0]})
	}
	return nil
}

// uncounted are the values of fields in this person's rows of c that go, or whose fields are cleared.
func (e *erasure) uncounted(c *datamap.Collection, fields []string) ([]connectors.Tuple, error) {
	f := e.fates[c]
	open := e.system(c)
	if open == nil || f.gone == 0 || !e.terms.SystemInScope(c.System) {
		return nil, nil
	}
	cleared := func(as []connectors.Assign) bool {
		return slices.ContainsFunc(as, func(a connectors.Assign) bool { return slices.Contains(fields, a.Field) })
	}
	leave := f.gone > f.shellRows && (c.Erase.Mode == "delete" || c.Erase.Mode == "anonymise" && cleared(e.anonymous(f)))
	shells := f.shellRows > 0 && cleared(e.shellAssign(f))
	sel := e.reach(c, but(f.held, f.shared)...)
	switch {
	case leave && shells:
	case leave:
		sel.Where = append(sel.Where, but(e.shellCond(f))...)
	case shells:
		sel.Where = append(sel.Where, e.shellCond(f))
	default:
		return nil, nil
	}
	sel.Fields = fields
	var out tuples
	err := open.Each(e.ctx, sel, func(person int, vs []any) error {
		out.add(connectors.Tuple{Person: person, Values: slices.Clone(vs)})
		return nil
	})
	return out.list, e.unreached(c, err)
}

// countedBy is over which columns a field of c counts the rows of a collection: from theirs, to those of c.
func countedBy(c *datamap.Collection, field *datamap.Field) (counted *datamap.Collection, from, to []string) {
	if edge := field.Counts; edge.From == c { // the edge starts at the counter's row
		return edge.To, edge.ToFields, edge.Fields
	}
	return field.Counts.From, field.Counts.Fields, field.Counts.ToFields
}

// goesOnCounting says whether a field of a shell is a counter of rows that are still joined to it: it is recounted, not cleared, unless the map
// says what it becomes.
func (e *erasure) goesOnCounting(f *fate, field *datamap.Field) bool {
	if field == nil || field.Counts == nil {
		return false
	}
	if _, named := f.c.Erase.Fields[field.Name]; named {
		return false
	}
	stay := e.needed(f)
	_, _, to := countedBy(f.c, field)
	return !slices.ContainsFunc(to, func(name string) bool { return !slices.Contains(stay, name) })
}

// staysWhole holds of rows in which a counter goes on counting: those that are not this person's to treat, other persons', shared and held ones, and shells.
func (e *erasure) staysWhole(f *fate, counter *datamap.Field) []connectors.Cond {
	ours := e.ours(f.c)
	if isNever(ours) {
		return nil
	}
	stays := []connectors.Cond{connectors.NotThat(ours), f.shared, f.held}
	if f.shellRows > 0 && e.goesOnCounting(f, counter) {
		stays = append(stays, e.shellCond(f))
	}
	return []connectors.Cond{anyOf(stays...)}
}
