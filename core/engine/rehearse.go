package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
)

// rehearse runs the statements of a plan in a transaction that is rolled back, in every system whose store can.
func (e *Engine) rehearse(ctx context.Context, r *planner.Result) error {
	for i := range r.Work.Systems {
		work := &r.Work.Systems[i]
		sys := e.Planner.Systems[work.System]
		writer, ok := connectors.As[connectors.Writer](sys.Store)
		if !ok || !sys.Card.Rehearsal || len(work.Treatments) == 0 {
			r.Plan.Warnings = append(r.Plan.Warnings, work.System+" cannot rehearse: its store cannot take back what was done.")
			continue
		}
		e.progress("rehearsing in " + work.System)
		do, err := flatten(ctx, sys, newTally(work, nil, false), work.Treatments)
		if err != nil {
			return err
		}
		begun := time.Now()
		outcomes, err := writer.Apply(ctx, do, connectors.ApplyOptions{Rehearse: true, Lock: r.Plan.Request + "/" + work.System})
		x := plan.Rehearsal{System: work.System, Held: time.Since(begun).Round(100 * time.Millisecond).String()}
		for _, o := range outcomes {
			x.Locks += o.Changed + o.Already
			for _, n := range o.Notes {
				x.Notes = append(x.Notes, n.Summary)
			}
		}
		if err != nil {
			if errors.Is(err, connectors.ErrTryLater) {
				return err
			}
			x.Notes = append(x.Notes, err.Error())
			r.Plan.Applicable = false
			r.Plan.Blockers = append(r.Plan.Blockers, fmt.Sprintf("the rehearsal in %s failed: %v", work.System, err))
		}
		r.Plan.Rehearsal = append(r.Plan.Rehearsal, x)
	}
	r.Plan.Seal()
	return nil
}
