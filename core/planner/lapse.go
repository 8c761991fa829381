package planner

import (
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
)

// readLimit is up to how many rows that go the plan reads the dates of, only to say since when their period is over.
const readLimit = 20_000

// readLapsed says since when the period of the rows that go is over, and for which purpose it ran longest; where no date of their own says, which
// purpose's rule is about them.
func (s *survey) readLapsed(f *fate) error {
	n := f.gone - f.shellRows
	open := s.system(f.c)
	if n <= 0 || n > readLimit || open == nil || len(f.holds) == 0 {
		return nil
	}
	sel := s.reach(f.c, but(f.held, f.shared, s.shellCond(f))...)
	for _, h := range f.holds {
		if !h.Never && !h.Always {
			sel.Fields = union(sel.Fields, h.Fields())
		}
	}
	if len(sel.Fields) == 0 {
		return nil
	}
	var latest time.Time
	row := connectors.Row{}
	zone := sel.Collection.Location()
	err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
		for i, name := range sel.Fields {
			row[name] = vs[i]
		}
		if f.goneWhy.Code == "" {
			f.goneWhy = plan.Reason{Code: plan.NoRule, Explain: "no purpose keeps it"}
		}
		for _, h := range f.holds {
			if h.Never || h.Always || !fitsAll(h.When, row, zone) {
				continue
			}
			if f.goneWhy.Code == plan.NoRule {
				f.goneWhy = h.Reason
				f.goneWhy.Code = plan.PeriodOver
			}
			if h.Elsewhere {
				continue
			}
			if last, ok := s.terms.LastOf(h, row, zone); ok && last.After(latest) {
				latest, f.goneWhy = last, h.Reason
			}
		}
		return nil
	})
	if !latest.IsZero() {
		f.goneWhy.Code, f.goneWhy.Since = plan.PeriodOver, latest.Format(time.DateOnly)
	}
	return s.unreached(f.c, err)
}
