package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// close ends a request: every system is verified, lawfully kept or answered for by a person, and every recipient told.
func (j *job) close(ctx context.Context) error {
	c, err := j.closing(ctx)
	if err != nil {
		return err
	}
	if err := j.printLast(ctx, c); err != nil {
		return err
	}
	defer j.failpoint("closed")
	if err := j.DB.Write(ctx, func(tx *state.Tx) error { return j.end(tx, c, j.Now()) }); err != nil {
		return err
	}
	return j.removeSpools(j.Step.Request) // also after a worker that died before it could
}

// closing is what the end of a request is made of.
type closing struct {
	plan *plan.Plan
	keep *lasting // what the due items hold from now on; nil where nothing was kept
	look bool     // how the kept rows stand is still to be seen
}

// closing gathers it, once everybody has answered.
func (j *job) closing(ctx context.Context) (*closing, error) {
	p, err := j.plan(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := j.awaitTasks(ctx); err != nil {
		return nil, err
	}
	keep, look, err := j.lastLook(ctx)
	return &closing{p, keep, look}, err
}

// printLast looks how the rows that were kept stand now, of several requests at once.
func (e *Engine) printLast(ctx context.Context, cs ...*closing) error {
	var of []*lasting
	for _, c := range cs {
		if c != nil && c.look {
			of = append(of, c.keep)
		}
	}
	return e.printAnchors(ctx, of...)
}

// end writes the end of a request.
func (j *job) end(tx *state.Tx, c *closing, now time.Time) error {
	id, p := j.Step.Request, c.plan
	if err := tx.HoldStep(j.Step); err != nil {
		return err
	}
	if x, err := tx.Request(id); err != nil || request.State(x.State).Closed() {
		return err // closed by a worker that died before it could say so: it ended then, not now
	}
	if err := awaitLeftOut(tx, id, p); err != nil {
		return err
	}
	if err := j.verifyTombstone(tx, id, now); err != nil {
		return err
	}
	covered, err := supplemented(tx, id)
	if err != nil {
		return err
	}
	outcome, err := outcomeWith(tx, id, p, covered)
	if err != nil {
		return err
	}
	if err := j.keepOn(tx, p, c.keep, now); err != nil {
		return err
	}
	if err := j.endAs(tx, id, request.Done, outcome, now); err != nil {
		return err
	}
	if j.open.Content.Right == request.Restriction {
		if err := note(tx, "restriction.applied", id, nil, now); err != nil {
			return err
		}
	}
	if err := j.issue(tx, id, p, outcome, now); err != nil {
		return err
	}
	if err := dropSpools(tx, id); err != nil {
		return err
	}
	return tx.DeleteFrames(id) // settled: nothing needs the captured keys any more
}

// outcomeWith is how a request ended, by its plan and by what people answered.
func outcomeWith(tx *state.Tx, id string, p *plan.Plan, covered []string) (request.Outcome, error) {
	out := outcomeOf(p, covered)
	tasks, err := tx.Tasks(state.TaskFilter{Request: id})
	for _, t := range tasks {
		switch {
		case t.OfPlanning(): // what was answered is in the plan
		case t.State == state.TaskRefused && t.Kind != string(TaskNotify): // a recipient that is exempt stands in its list
			return request.Partly, err
		case t.Kind == string(TaskManual) && t.State == state.TaskDone && out == request.NothingHeld:
			out = request.Fulfilled
		}
	}
	return out, err
}

// lastLook is what the due items hold from now on; nil where nothing was kept. look says that it is still to be seen how the kept rows
// stand now that all is done.
func (j *job) lastLook(ctx context.Context) (keep *lasting, look bool, err error) {
	if j.work == nil || !j.open.Content.Right.Destroys() {
		return nil, false, nil
	}
	if j.open.due, err = read(ctx, j.Engine, func(tx *state.Tx) (*dueWork, error) { return dueOf(tx, j.Engine, j.Step.Request, j.work.AsOf) }); err != nil {
		return nil, false, err
	}
	works, err := j.supplementWorks(ctx, j.open, j.Step.Plan)
	if err != nil {
		return nil, false, err
	}
	whole, err := j.restay(ctx, j.work, j.Step.Plan)
	if err != nil {
		return nil, false, err
	}
	more, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Plan, error) { return tx.Supplements(j.Step.Plan) })
	if err != nil {
		return nil, false, err
	}
	for i, own := range works {
		w, err := j.restay(ctx, own, more[i].ID)
		if err != nil {
			return nil, false, err
		}
		whole.Roots, whole.Shells, whole.Stay, whole.Dues = append(whole.Roots, w.Roots...), append(whole.Shells, w.Shells...), append(whole.Stay, w.Stay...), append(whole.Dues, w.Dues...)
	}
	j.work = &whole
	k := lastingOf(j.open.Content, j.work)
	if look = len(j.work.Dues) > 0 || j.open.due != nil; look {
		err = j.leaveDead(ctx, &k)
	}
	return &k, look, err
}

// keepOn leaves the due items as they are to stand.
func (j *job) keepOn(tx *state.Tx, p *plan.Plan, keep *lasting, now time.Time) error {
	switch {
	case keep == nil:
		return nil
	case j.open.due != nil:
		return j.finishDues(tx, j.open, p, j.work, *keep, now)
	}
	if j.restayed {
		if err := j.writeDues(tx, j.Step.Request, p, j.work, *keep, now); err != nil {
			return err
		}
	}
	return j.anchorDues(tx, j.Step.Request, *keep, now)
}

// outcomeOf is how a request that ran ended.
func outcomeOf(p *plan.Plan, covered []string) request.Outcome {
	out := slices.DeleteFunc(leftOut(p), func(s string) bool { return slices.Contains(covered, s) })
	rows := map[plan.Act]int64{}
	for _, t := range p.Totals {
		rows[t.Action] += t.Rows
	}
	var all int64
	for _, n := range rows {
		all += n
	}
	switch {
	case p.Leaves() || len(out) > 0:
		return request.Partly
	case all == 0:
		return request.NothingHeld
	case rows[plan.Refer] == all:
		return request.Referred
	case rows[plan.Refer] > 0: // what is ours was done
		return request.Partly
	}
	return request.Fulfilled
}

// summarise brings the request's row in line with its steps: what it waits for, what a person must look at. Of a batch it does so for
// every member: they share steps.
func (e *Engine) summarise(ctx context.Context, id string) error {
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		if x.Batch != "" {
			return summariseBatch(tx, x.Batch, e.Now())
		}
		if request.State(x.State).Closed() {
			return nil
		}
		p, err := tx.CurrentPlan(id)
		if errors.Is(err, state.ErrNotFound) || err == nil && p.State != state.PlanApplied {
			return nil
		}
		if err != nil {
			return err
		}
		steps, err := tx.Steps(p.Request)
		if err != nil {
			return err
		}
		return saveSummary(tx, x, steps, e.Now())
	})
}

func saveSummary(tx *state.Tx, x state.Request, steps []state.Step, now time.Time) error {
	was, _ := json.Marshal(x)
	summarise(&x, steps)
	if is, _ := json.Marshal(x); string(is) == string(was) {
		return nil
	}
	return tx.SaveRequest(x, now)
}

// summarise chooses what the request as a whole waits for: a person before a store, a store before mere time.
func summarise(x *state.Request, steps []state.Step) {
	rank := map[string]int{"person": 4, "space": 3, "store": 3, "pool": 2, "window": 2, "settle": 1}
	x.WaitingFor, x.WaitingWhy, x.Attention = "", "", nil
	best := 0
	for _, s := range steps {
		if s.State != state.StepWaiting && s.State != state.StepAttention && !asleep(s) {
			continue
		}
		d := detailOf(s)
		if s.State == state.StepAttention {
			x.Attention = append(x.Attention, d.Codes...)
		}
		if r := rank[s.WaitsFor]; r > best {
			best, x.WaitingFor, x.WaitingWhy = r, s.WaitsFor, d.Why
			if s.System != "" && (s.WaitsFor == string(request.ForStore) || s.WaitsFor == string(request.ForSpace)) && !strings.Contains(d.Why, s.System) {
				x.WaitingWhy = s.System + ": " + d.Why // which of them
			}
		}
	}
	x.State = string(request.Running)
}
