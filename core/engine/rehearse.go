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

// rehearsed is what rehearsing showed.
type rehearsed struct {
	runs               []plan.Rehearsal
	warnings, blockers []string
}

// rehearse runs the statements of a plan in a transaction that is rolled back, in every system whose store can.
func (e *Engine) rehearse(ctx context.Context, r *planner.Result) error {
	out, err := e.rehearseWork(ctx, r.Plan.Request, r.Work)
	if err != nil {
		return err
	}
	p := r.Plan
	p.Rehearsal, p.Warnings, p.Blockers = out.runs, append(p.Warnings, out.warnings...), append(p.Blockers, out.blockers...)
	p.Applicable = p.Applicable && len(out.blockers) == 0
	p.Seal()
	return nil
}

// rehearseBatch does so with those of a batch.
func (e *Engine) rehearseBatch(ctx context.Context, b *plan.Batch, work *planner.Work) error {
	out, err := e.rehearseWork(ctx, b.Batch, work)
	if err != nil {
		return err
	}
	b.Rehearsal, b.Warnings, b.Blockers = out.runs, append(b.Warnings, out.warnings...), append(b.Blockers, out.blockers...)
	b.Applicable = b.Applicable && len(out.blockers) == 0
	b.Seal()
	return nil
}

func (e *Engine) rehearseWork(ctx context.Context, name string, all *planner.Work) (out rehearsed, err error) {
	for i := range all.Systems {
		work := &all.Systems[i]
		sys := e.Planner.Systems[work.System]
		writer, ok := connectors.As[connectors.Writer](sys.Store)
		if !ok || !sys.Card.Rehearsal || len(work.Treatments) == 0 {
			out.warnings = append(out.warnings, work.System+" cannot rehearse: its store cannot take back what was done.")
			continue
		}
		e.progress("rehearsing in " + work.System)
		do, err := flatten(ctx, sys, newTally(work, nil, nil, false), work.Treatments)
		if err != nil {
			return out, err
		}
		begun := time.Now()
		outcomes, err := writer.Apply(ctx, do, connectors.ApplyOptions{Rehearse: true, Lock: name + "/" + work.System})
		x := plan.Rehearsal{System: work.System, Held: time.Since(begun).Round(100 * time.Millisecond).String()}
		for _, o := range outcomes {
			x.Locks += o.Changed + o.Already
			for _, n := range o.Notes {
				x.Notes = append(x.Notes, n.Summary)
			}
		}
		if err != nil {
			if errors.Is(err, connectors.ErrTryLater) {
				return out, err
			}
			x.Notes = append(x.Notes, err.Error())
			out.blockers = append(out.blockers, fmt.Sprintf("the rehearsal in %s failed: %v", work.System, err))
		}
		out.runs = append(out.runs, x)
	}
	return out, nil
}
