package engine

import (
	"context"
	"errors"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// alikeAtOnce is how many members' steps of one kind are worked in one go.
const alikeAtOnce = 250

// workAlike works a step that a member of a batch has for itself, claimed already, and with it those of the same kind that other members
// have and that are due: what each needs of the stores is asked for all at once, and their ends are one transaction.
func (e *Engine) workAlike(ctx context.Context, first state.Step) error {
	jobs := []*job{{Engine: e, Step: first}}
	steps := []state.Step{first}
	err := e.DB.WriteSoon(ctx, func(tx *state.Tx) error {
		now := e.Now()
		more, err := tx.DueAlike(first, alikeAtOnce-1, now)
		if err != nil {
			return err
		}
		for _, s := range more {
			s, ok, err := tx.ClaimStep(s.ID, e.owner, leaseFor, now)
			if err != nil {
				return err
			}
			if ok {
				jobs, steps = append(jobs, &job{Engine: e, Step: s}), append(steps, s)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	ctx, stop := e.keepLease(ctx, steps...)
	defer stop()
	jobs[0].failpoint("claimed")
	defer func() {
		for _, j := range jobs {
			j.wipe()
		}
	}()
	ends, errs := e.endsOf(ctx, jobs)
	if ctx.Err() != nil {
		for i, j := range jobs {
			errs[i] = j.finish(ctx, ctx.Err())
		}
		return errors.Join(errs...)
	}
	states := make([]state.StepState, len(jobs))
	for i, j := range jobs {
		states[i] = j.State
	}
	jobs[0].failpoint("ended")
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		now := e.Now()
		for i, j := range jobs {
			if errs[i] == nil {
				wait, err := ends[i](tx, now)
				if err != nil {
					return err
				}
				errs[i] = wait
			}
			if err := j.putDown(tx, j.turn(errs[i], now), now); err != nil {
				return err
			}
		}
		return nil
	})
	jobs[0].failpoint("yielded")
	if err == nil {
		return nil
	}
	for i, j := range jobs { // one of them cannot end, or is another's by now: each for itself
		j.State = states[i]
		if err := j.finish(ctx, j.run(ctx)); err != nil {
			return err
		}
	}
	return nil
}

// conclusion is what is stored with the end of a step. wait: the step has not ended, and waits for that.
type conclusion func(tx *state.Tx, now time.Time) (wait, err error)

// endsOf does what comes before the end of each step, and gives what is stored with it.
func (e *Engine) endsOf(ctx context.Context, jobs []*job) (ends []conclusion, errs []error) {
	ends, errs = make([]conclusion, len(jobs)), make([]error, len(jobs))
	cs := make([]*closing, len(jobs))
	for i, j := range jobs {
		if j.open, errs[i] = j.openRequest(ctx, j.Step.Request); errs[i] != nil {
			continue
		}
		if j.Phase == phaseTell {
			var t *telling
			t, errs[i] = j.telling(ctx)
			ends[i] = func(tx *state.Tx, _ time.Time) (wait, err error) { return j.askToTell(tx, t) }
			continue
		}
		if j.work, errs[i] = j.ownWork(ctx); errs[i] == nil {
			cs[i], errs[i] = j.closing(ctx)
			c := cs[i]
			ends[i] = func(tx *state.Tx, now time.Time) (wait, err error) { return nil, j.end(tx, c, now) }
		}
	}
	if err := e.printLast(ctx, cs...); err != nil {
		for i, c := range cs {
			if c != nil && c.look && errs[i] == nil {
				errs[i] = err
			}
		}
	}
	return ends, errs
}

// summariseBatch brings the rows of all members of a batch in line with their steps.
func (e *Engine) summariseBatch(ctx context.Context, name string) error {
	return e.DB.Write(ctx, func(tx *state.Tx) error { return summariseBatch(tx, name, e.Now()) })
}

func summariseBatch(tx *state.Tx, name string, now time.Time) error {
	list, err := tx.Requests(state.RequestFilter{Batch: name})
	if err != nil {
		return err
	}
	steps, err := tx.BatchSteps(name)
	if err != nil {
		return err
	}
	var shared []state.Step
	own := map[string][]state.Step{}
	for _, s := range steps {
		if s.Shared() {
			shared = append(shared, s)
		} else {
			own[s.Request] = append(own[s.Request], s)
		}
	}
	for _, x := range list {
		if len(own[x.ID]) == 0 || request.State(x.State).Closed() { // not begun, or ended
			continue
		}
		if err := saveSummary(tx, x, append(own[x.ID], shared...), now); err != nil {
			return err
		}
	}
	return nil
}
