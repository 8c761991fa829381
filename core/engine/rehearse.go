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

// rehearsalFor is how long a rehearsal may keep the rows of one system locked, where nobody says otherwise.
const rehearsalFor = 30 * time.Second

// rehearsal is how long the rehearsal of one system may take; 0: nothing is rehearsed.
func (o PlanOptions) rehearsal() time.Duration {
	switch {
	case !o.Rehearse:
		return 0
	case o.RehearseFor <= 0:
		return rehearsalFor
	}
	return o.RehearseFor
}

// rehearse runs the statements of a plan in a transaction that is rolled back, in every system whose store can.
func (e *Engine) rehearse(ctx context.Context, r *planner.Result, limit time.Duration) error {
	runs, blockers, err := e.rehearseWork(ctx, r.Plan.Request, r.Work, limit)
	if err != nil {
		return err
	}
	p := r.Plan
	p.Rehearsal, p.Blockers = runs, append(p.Blockers, blockers...)
	p.Applicable = p.Applicable && len(blockers) == 0
	p.Seal()
	return nil
}

// rehearseBatch does so with those of a batch.
func (e *Engine) rehearseBatch(ctx context.Context, b *plan.Batch, work *planner.Work, limit time.Duration) error {
	runs, blockers, err := e.rehearseWork(ctx, b.Batch, work, limit)
	if err != nil {
		return err
	}
	b.Rehearsal, b.Blockers = runs, append(b.Blockers, blockers...)
	b.Applicable = b.Applicable && len(blockers) == 0
	b.Seal()
	return nil
}

// rehearseWork rehearses system by system; one that cannot be rehearsed keeps none of the others from it.
func (e *Engine) rehearseWork(ctx context.Context, name string, all *planner.Work, limit time.Duration) (runs []plan.Rehearsal, blockers []string, err error) {
	for i := range all.Systems {
		work := &all.Systems[i]
		if len(work.Treatments) == 0 {
			continue
		}
		x, err := e.rehearseIn(ctx, name, work, limit)
		if err != nil {
			return nil, nil, err
		}
		runs = append(runs, x)
		if x.Failed != "" {
			blockers = append(blockers, fmt.Sprintf("the rehearsal in %s failed: %s", x.System, x.Failed))
		}
	}
	return runs, blockers, nil
}

// rehearseIn rehearses one system's work. An error is that ctx ended; what the store says stands in the rehearsal.
func (e *Engine) rehearseIn(ctx context.Context, name string, work *planner.SystemWork, limit time.Duration) (plan.Rehearsal, error) {
	x := plan.Rehearsal{System: work.System}
	sys := e.Planner.Systems[work.System]
	writer, ok := connectors.As[connectors.Writer](sys.Store)
	if !ok || !sys.Card.Rehearsal {
		x.Skipped = "its store cannot take back what was done"
		return x, nil
	}
	e.progress("rehearsing in " + work.System)
	within, stop := context.WithTimeout(ctx, limit)
	defer stop()
	var outcomes []connectors.Outcome
	do, err := flatten(within, sys, newTally(work, nil, nil, false), work.Treatments)
	if err == nil {
		outcomes, err = writer.Apply(sys.Telling(within), do, connectors.ApplyOptions{Rehearse: true, Lock: name + "/" + work.System})
	}
	var held time.Duration
	for _, o := range outcomes {
		x.Locks += o.Changed + o.Already + int64(len(o.Conflicts))
		held = max(held, o.LocksHeld)
		for _, n := range o.Notes {
			if n.Severity == connectors.Warning {
				x.Notes = append(x.Notes, n.Summary)
			}
		}
	}
	x.Held = held.Round(time.Millisecond).String()
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return x, ctx.Err()
	case within.Err() != nil:
		x = plan.Rehearsal{System: work.System, Skipped: fmt.Sprintf("it was not through after %s and was rolled back; --rehearse-for gives it longer, and keeps the rows locked as long", limit)}
	case errors.Is(err, connectors.ErrTryLater), errors.Is(err, connectors.ErrNotSupported):
		x = plan.Rehearsal{System: work.System, Skipped: err.Error()}
	default:
		x.Locks, x.Held, x.Failed = 0, "", e.stoodInTheWay(ctx, sys, err, outcomes)
	}
	return x, nil
}

// stoodInTheWay says what forbade the work, in words of the schema and the map alone, and what of the map would let it through.
func (e *Engine) stoodInTheWay(ctx context.Context, sys *planner.System, err error, outcomes []connectors.Outcome) string {
	for _, o := range outcomes {
		for _, n := range o.Notes {
			if n.Severity != connectors.Error {
				continue
			}
			if edge := e.edgeFor(ctx, sys, n.Path); edge != "" {
				return n.Summary + "; " + edge
			}
			if n.Detail != "" {
				return n.Summary + "; " + n.Detail
			}
			return n.Summary
		}
	}
	return err.Error()
}
