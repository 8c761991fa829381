package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// claimPool takes over all steps of a pool that are due, in the order they were laid out, so that of several nodes one has all of them.
func (e *Engine) claimPool(tx *state.Tx, like state.Step, now time.Time) (claimed []state.Step, err error) {
	steps, err := tx.SystemSteps(phaseApply, like.System)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		if s.Shared() || detailOf(s).Pool == nil {
			continue
		}
		s, ok, err := tx.ClaimStep(s.ID, e.owner, leaseFor, now)
		if err != nil {
			return nil, err
		}
		if ok {
			claimed = append(claimed, s)
		}
	}
	return claimed, nil
}

// pool is one working of a system for all who waited there, each a job of its own.
type pool struct {
	*Engine
	name  string
	sys   *planner.System
	units bool // the store has no transactions
}

// swimmer is one of a pool: its step, the plan that was approved, and, once it was looked at, what is to be done.
type swimmer struct {
	*job
	plan   *plan.Plan
	person int // of the work in hand
	result *planner.Result
	part   planner.SystemWork // what is its own of the work
	tally  *tally
	lost   error // it is not in this call any more: somebody else has its step, or it was cancelled
}

// workPool works claimed steps of a pool together. Whoever cannot be worked with the others is worked by itself after them.
func (e *Engine) workPool(ctx context.Context, steps []state.Step) error {
	sys := e.Planner.Systems[steps[0].System]
	p := &pool{Engine: e, name: steps[0].System, sys: sys}
	ctx, stop := e.keepLeases(ctx, steps)
	defer stop()
	var all []*swimmer
	for _, s := range steps {
		j := &swimmer{job: &job{Engine: e, Step: s}}
		defer j.wipe()
		all = append(all, j)
	}
	all[0].failpoint("claimed")
	defer func() {
		for _, j := range all {
			if err := e.summarise(context.WithoutCancel(ctx), j.Step.Request); err != nil {
				e.Log.Warn("request", "request", j.Step.Request, "error", err)
			}
		}
	}()
	if sys == nil || sys.Store == nil {
		return p.end(ctx, fmt.Errorf("%s is not open: %w", p.name, connectors.ErrTryLater), all...)
	}
	p.units = !sys.Card.Transactional
	var ready []*swimmer
	for _, j := range all {
		if err := j.dive(ctx); err != nil {
			if err := p.end(ctx, err, j); err != nil {
				return err
			}
			continue
		}
		ready = append(ready, j)
	}
	if len(ready) == 0 {
		return nil
	}
	if err := ready[0].inHours(); err != nil {
		return p.end(ctx, err, ready...)
	}
	rest, err := p.together(ctx, ready)
	slices.SortFunc(rest, func(a, b *swimmer) int { return cmp.Compare(a.ID, b.ID) })
	for _, j := range rest {
		if err == nil {
			err = p.alone(ctx, j)
		}
	}
	return err
}

// verifyPool looks at once at what a pool has done for each of its requests.
func (e *Engine) verifyPool(ctx context.Context, steps []state.Step) error {
	for _, s := range steps {
		check, err := read(ctx, e, func(tx *state.Tx) (state.Step, error) {
			if now, err := tx.Step(s.ID); err != nil || now.State != state.StepDone {
				return state.Step{}, err
			}
			return stepOf(tx, s, phaseVerify)
		})
		if err != nil {
			return err
		}
		if check.ID == 0 {
			continue
		}
		if _, err := e.Step(ctx, check.ID); err != nil {
			return err
		}
	}
	return nil
}

// dive opens what a step works on.
func (j *swimmer) dive(ctx context.Context) (err error) {
	if j.open, err = j.openRequest(ctx, j.Step.Request); err != nil {
		return err
	}
	if j.work, err = j.ownWork(ctx); err != nil {
		return err
	}
	j.plan, err = j.job.plan(ctx)
	return err
}

// together works those who can be worked in one call, and gives those who have to be by themselves.
func (p *pool) together(ctx context.Context, js []*swimmer) (rest []*swimmer, err error) {
	if len(js) < 2 {
		return js, nil
	}
	work, in, rest, err := p.look(ctx, js)
	if err != nil {
		return nil, p.end(ctx, err, js...)
	}
	if len(in) < 2 {
		return append(in, rest...), nil
	}
	p.progress(poolWords(p.name, len(in)))
	err = p.call(ctx, in, work)
	if lost := slices.ContainsFunc(in, func(j *swimmer) bool { return j.lost != nil }); lost && err != nil {
		var still []*swimmer
		for _, j := range in {
			if j.lost == nil {
				still = append(still, j)
			} else if err := p.end(ctx, j.lost, j); err != nil {
				return nil, err
			}
		}
		more, err := p.together(ctx, still)
		return append(rest, more...), err
	}
	if err == nil || !in[0].somebodys(ctx, err) {
		return rest, p.end(ctx, err, in...)
	}
	for _, half := range [][]*swimmer{in[:len(in)/2], in[len(in)/2:]} {
		more, err := p.together(ctx, half)
		if err != nil {
			return nil, err
		}
		rest = append(rest, more...)
	}
	return rest, nil
}

// alone works one by itself.
func (p *pool) alone(ctx context.Context, j *swimmer) error {
	work, err := p.lookAlone(ctx, j)
	if err == nil {
		p.progress(poolWords(p.name, 1))
		err = p.call(ctx, []*swimmer{j}, work)
	}
	if j.lost != nil && err != nil {
		err = j.lost
	}
	if err != nil && ctx.Err() == nil && j.unstored == nil && !errors.Is(err, state.ErrFenced) {
		err = j.askBefore(ctx, err)
	}
	return p.end(ctx, err, j)
}

// end notes how the steps ended, all of one pool in one transaction. A step that lost its fence writes nothing: somebody else has it.
func (p *pool) end(ctx context.Context, err error, js ...*swimmer) error {
	if len(js) == 0 || errors.Is(err, state.ErrFenced) || errors.Is(context.Cause(ctx), state.ErrFenced) {
		return nil
	}
	now := p.Now()
	if err == nil {
		ctx = context.WithoutCancel(ctx) // it is done, and that is written down
	}
	if ctx.Err() != nil { // interrupted: the steps are given back as they stand
		for _, j := range js {
			_ = p.DB.Write(context.WithoutCancel(ctx), func(tx *state.Tx) error { return tx.YieldStep(j.Step, now) })
		}
		return context.Cause(ctx)
	}
	tries := 0
	for _, j := range js {
		tries = max(tries, j.Attempts)
	}
	waits := make([]later, len(js))
	for i, j := range js {
		j.Attempts = tries // who waits for a store wakes with the others
		waits[i] = j.turn(err, now)
	}
	js[0].failpoint("ended")
	werr := p.DB.Write(ctx, func(tx *state.Tx) error {
		for i, j := range js {
			held := tx.HoldStep(j.Step)
			if errors.Is(held, state.ErrFenced) {
				continue
			}
			if held == nil && err == nil && j.ending != nil {
				held = j.ending(tx)
			}
			if held = errors.Join(held, j.putDown(tx, waits[i], now)); held != nil {
				return held
			}
		}
		return nil
	})
	js[0].failpoint("yielded")
	return werr
}

// keepLeases renews the leases of several steps until stop; ctx ends when all are lost. That one is lost shows when something is written.
func (e *Engine) keepLeases(ctx context.Context, steps []state.Step) (context.Context, func()) {
	return e.renewing(ctx, func(tx *state.Tx) error {
		lost := 0
		for _, s := range steps {
			switch err := tx.RenewLease(s, leaseFor, e.Now()); {
			case errors.Is(err, state.ErrFenced):
				lost++
			case err != nil:
				return err
			}
		}
		if lost == len(steps) {
			return state.ErrFenced
		}
		return nil
	})
}
