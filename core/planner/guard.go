package planner

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// A collection is guarded from Guarded rows on; a person with no more than few of them is not looked at closer.
const (
	guarded = 10_000
	few     = 100
)

// guardShare stops where n rows of c, the person's, are a larger part of a large collection than the map expects
// of one person: an edge that leads too far takes a table along.
func (s *survey) guardShare(c *datamap.Collection, n int64) error {
	open := s.system(c)
	if n <= few || c.Share <= 0 || c.Share >= 1 || open == nil { // all rows are no more than all
		return nil
	}
	all, err := open.Count(s.ctx, connectors.Selection{Collection: place(c), All: true})
	if err != nil {
		return s.unreached(c, err)
	}
	if all[0] > guarded && float64(n) > c.Share*float64(all[0]) {
		s.attend(plan.Attention{Code: "guard", System: c.System.Name, Collection: c.Name, Rows: n, Blocks: true,
			Text: fmt.Sprintf("%d of the %d rows of %s would be this person's, more than %s of them; look, then raise guards: in the map with a reason", n, all[0], c.Name, percent(c.Share))})
	}
	return nil
}

func percent(share float64) string { return fmt.Sprintf("%g %%", share*100) }
