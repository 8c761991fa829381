package planner

import (
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
)

// readLimit is up to how many rows that go the plan reads the dates of, only to say since when their period is over.
const readLimit = 20_000

// readLapsed says since when the period of the rows that go is over, and for which purpose it ran longest.
func (s *survey) readLapsed(f *fate) error {
	n := f.gone - f.shellRows
	open := s.system(f.c)
	if n <= 0 || n > readLimit || open == nil || len(f.holds) == 0 {
		return nil
	}
	sel := s.reach(f.c, but(f.held, f.shared, s.shellCond(f))...)
	for _, h := range f.holds {
		if h.Never || h.Always || h.Elsewhere {
			continue
		}
		sel.Fields = union(sel.Fields, h.Fields())
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
		for _, h := range f.holds {
			if h.Never || h.Always || h.Elsewhere || !fitsAll(h.When, row, zone) {
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
