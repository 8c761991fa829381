package engine

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// cut is what of a batch's work is one person's, to look by and to plan by: never to be carried out, for rows of several would be judged
// as if the others went too.
func cut(all *planner.Work, person int) *planner.Work {
	out := &planner.Work{AsOf: all.AsOf}
	for i := range all.Systems {
		out.Systems = append(out.Systems, planner.Cut(&all.Systems[i], person))
	}
	return out
}

// source is the batch a step's work was cut out of.
type source struct {
	batch  string
	key    keys.DataKey
	part   string
	person int // of its tuples
}

// apartWork adds to a member's own work what the batch did for it, where it stands alone to be looked at.
func (j *job) apartWork(ctx context.Context, own *planner.Work) (*planner.Work, error) {
	if own == nil || j.System == "" || j.Batch != "" {
		return own, nil
	}
	for _, w := range own.Systems {
		if w.System == j.System {
			return own, nil
		}
	}
	stored, err := read(ctx, j.Engine, func(tx *state.Tx) (state.Plan, error) { return tx.Plan(j.Step.Plan) })
	if err != nil || stored.Batch == "" {
		return own, err
	}
	b, _, err := j.batchBegun(ctx, stored.Batch)
	if err != nil {
		return nil, err
	}
	shared, m, err := j.sharedHere(ctx, stored)
	if err != nil {
		return nil, err
	}
	j.from = &source{batch: stored.Batch}
	if j.from.key, err = j.Ring.Unwrap(b.DEK); err != nil {
		return nil, fmt.Errorf("batch %s: %w", stored.Batch, err)
	}
	p, err := j.plan(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range shared {
		g, err := j.groupWork(ctx, &open{Request: state.Request{ID: stored.Batch}, Key: j.from.key}, groupEdge(j.System, s.Part))
		if err != nil {
			return nil, err
		}
		if g == nil {
			continue
		}
		for at, person := range g.Persons {
			if person == m.N {
				return j.withCut(own, g, p, s.Part, at), nil
			}
		}
	}
	return own, nil
}

// withCut is a member's own work with what is its own of its part's.
func (j *job) withCut(own *planner.Work, g *groupWork, p *plan.Plan, part string, at int) *planner.Work {
	j.from.part, j.from.person = part, at
	work := *own
	work.Systems = cut(&g.Work, at).Systems
	work.Bound(p)
	return &work
}

// sharedHere are the steps by which the step's system was verified for all, or for parts of them.
func (j *job) sharedHere(ctx context.Context, stored state.Plan) (out []state.Step, m state.BatchMember, err error) {
	return out, m, j.DB.Read(ctx, func(tx *state.Tx) error {
		if m, err = tx.MemberOfPlan(stored.ID); err != nil {
			return err
		}
		shared, err := tx.SharedSteps(stored.Batch)
		for _, s := range shared {
			if s.Phase == phaseVerify && s.System == j.System && !detailOf(s).Split && partHas(s.Part, m.N) {
				out = append(out, s)
			}
		}
		return err
	})
}
