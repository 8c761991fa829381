package planner

import (
	"slices"
	"sort"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Due is what is kept with an end: planned again on the day after Date.
type Due struct {
	N                                      int // 1, 2 … in the plan
	System, Collection, Purpose, Law, Date string
	Rows                                   int64
}

// Root names one row that names the person; a due item and a tombstone find it again by it.
type Root struct {
	System, Collection string
	Fields             []string
	Values             []string
}

// keepPromises notes what must be done later and what a tombstone is made of.
func (s *survey) keepPromises(out *Result, fates map[*datamap.Collection]*fate) {
	for _, c := range s.Graph.Collections() {
		for _, r := range fates[c].reasons {
			if end := r.end(); end != nil && end.Date != "" {
				out.Work.Dues = append(out.Work.Dues, Due{N: len(out.Work.Dues) + 1, System: c.System.Name, Collection: c.Name, Purpose: r.reason.Purpose, Law: r.reason.Law, Date: end.Date, Rows: r.rows})
			}
		}
		if f := fates[c]; f.kept+f.sharedRows+f.shellRows > 0 {
			out.Work.Stay = append(out.Work.Stay, Stay{c.System.Name, c.Name, f.kept + f.sharedRows + f.shellRows})
		}
		for _, r := range s.roots[c] {
			root := Root{System: c.System.Name, Collection: c.Name, Fields: c.Key}
			for _, v := range r.key {
				root.Values = append(root.Values, textOf(v))
			}
			out.Work.Roots = append(out.Work.Roots, root)
		}
	}
	for kind, v := range s.known {
		for _, n := range v.order {
			out.Work.Marks = append(out.Work.Marks, Mark{Kind: kind, Value: n, Unique: true})
		}
	}
	for kind, v := range s.given {
		for _, n := range v.order {
			if v.verified[n] {
				out.Work.Marks = append(out.Work.Marks, Mark{Kind: kind, Value: n})
			}
		}
	}
	sort.Slice(out.Work.Marks, func(i, j int) bool {
		a, b := out.Work.Marks[i], out.Work.Marks[j]
		return a.Kind+"\x00"+a.Value < b.Kind+"\x00"+b.Value
	})
}

// tellRecipients makes the art. 19 list before anything goes: who received rows of what is erased, by the
// map and by the disclosure logs, whose rows are read while they are there (C-154/21: the actual ones).
func (s *survey) tellRecipients(p *plan.Plan, fates map[*datamap.Collection]*fate) error {
	rows := map[string]int64{}
	logged := map[string]bool{}
	for _, c := range s.Graph.Collections() {
		f := fates[c]
		for _, r := range c.Recipients {
			if f.gone > 0 {
				rows[r.Name] += f.gone
			}
		}
		if err := s.readLog(c, rows, logged); err != nil {
			return err
		}
	}
	p.Recipients = s.recipients(rows, logged)
	return nil
}

func (s *survey) readLog(c *datamap.Collection, rows map[string]int64, logged map[string]bool) error {
	open := s.system(c)
	if c.Discloses == nil || open == nil || len(s.matches(c, false)) == 0 {
		return nil
	}
	sel := s.reach(c)
	sel.Fields = []string{c.Discloses.To}
	err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
		name := textOf(vs[0])
		for id, r := range s.Graph.Map.Recipients {
			if name == id || name == r.Title {
				rows[id]++
				logged[id] = true
			}
		}
		return nil
	})
	return s.unreached(c, err)
}

func (s *survey) recipients(rows map[string]int64, logged map[string]bool) []plan.Recipient {
	var out []plan.Recipient
	for _, id := range sortedNames(rows) {
		r := s.Graph.Map.Recipients[id]
		if r == nil || r.NotOne != "" {
			continue
		}
		x := plan.Recipient{Name: id, Title: r.Title, Processor: r.Role == "processor", KnownFrom: "map", Rows: rows[id]}
		if logged[id] {
			x.KnownFrom = "disclosure_log"
		}
		switch {
		case r.Exempt != nil:
			x.How, x.Detail = "exempt", "exemption ("+r.Exempt.Letter+"): "+r.Exempt.Evidence
		case r.Notify.Email != "":
			x.How = "email"
		case r.Notify.Webhook != "":
			x.How = "webhook"
		default:
			x.How, x.Detail = "task", r.Notify.Task
		}
		out = append(out, x)
	}
	order := []string{"email", "webhook", "task", "exempt"}
	slices.SortStableFunc(out, func(a, b plan.Recipient) int { return slices.Index(order, a.How) - slices.Index(order, b.How) })
	return out
}

func sortedNames[V any](m map[string]V) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
