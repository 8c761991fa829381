package planner

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// keptElsewhere is what a rule says whose date lies in other rows: of all of the person's rows the longest, and of those over one
// edge theirs, by the values of that edge in the row that is kept.
type keptElsewhere struct {
	all    keptReason
	fields []string
	by     map[string]keptReason
}

// of is why the rule keeps one row.
func (k keptElsewhere) of(row connectors.Row) keptReason {
	if r, ok := k.by[connectors.Tuple{Values: row.Pick(k.fields)}.ID()]; ok {
		return r
	}
	return k.all
}

// linkOf says over which fields rows that carry a date meet the rows it keeps: those of the first, and of the second; none where the
// date is the same for all of the person's.
func linkOf(ref *datamap.DateRef) (dated, kept []string) {
	e := ref.Over
	switch {
	case e == nil || !e.Local() || e.During != nil:
		return nil, nil
	case ref.Of == e.To:
		return e.ToFields, e.Fields
	}
	return e.Fields, e.ToFields
}

// readElsewhere finds the latest dates of each rule whose date lies in other rows, over the rows of this person that keep it
// running.
func (s *survey) readElsewhere(c *datamap.Collection, holds []policy.Hold) (map[*datamap.Rule]keptElsewhere, error) {
	out := map[*datamap.Rule]keptElsewhere{}
	for _, h := range holds {
		if !h.Elsewhere || h.Always || h.Never {
			continue
		}
		best := keptReason{reason: h.Reason}
		best.reason.Code = plan.NotBegun
		ref := h.Date()
		dated, kept := linkOf(ref)
		found := keptElsewhere{fields: kept, by: map[string]keptReason{}}
		if open := s.system(ref.Of); open != nil {
			sel := s.reach(ref.Of, notLapsed(h)...)
			sel.Fields = append([]string{ref.Field}, dated...)
			first := true
			zone := sel.Collection.Location()
			err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
				v := s.terms.JudgeDate(h, vs[0], zone)
				if !v.Keeps {
					return nil
				}
				r := keptReason{reason: h.Reason, last: v.Last}
				r.reason.Code = v.Code
				if first || r.outlasts(best) {
					best, first = r, false
				}
				if id := (connectors.Tuple{Values: vs[1:]}).ID(); len(dated) > 0 && r.outlasts(found.by[id]) {
					found.by[id] = r
				}
				return nil
			})
			if err := s.unreached(ref.Of, err); err != nil {
				return nil, fmt.Errorf("date of %s: %w", c.Address(), err)
			}
			if first && !h.Rule.SkipMissing {
				best.reason.Code = plan.DateUnknown // a missing last entry
			}
		}
		found.all = best
		out[h.Rule] = found
	}
	return out, nil
}
