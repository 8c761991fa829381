package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// call does the work of several in the pool's system: one handshake, or, where it is larger than one transaction should be, one for each
// slice. What the store says of each person is counted for that person's request.
func (p *pool) call(ctx context.Context, in []*swimmer, work *planner.SystemWork) error {
	if len(work.Treatments) == 0 {
		return nil
	}
	writer, ok := connectors.As[connectors.Writer](p.sys.Store)
	if !ok {
		return fmt.Errorf("%s cannot be written to by its connector: %w", p.name, connectors.ErrNotSupported)
	}
	var slices []connectors.Treatment
	if p.sys.Card.Transactional {
		slices = slicesOf(work, p.sys.Map.AtOnce())
	}
	c := &poolCall{pool: p, in: in, work: work, writer: writer, sum: newTally(work, nil, nil, false)}
	for i, j := range in {
		if err := c.prepare(ctx, j, i == 0, p.units || len(slices) > 0); err != nil {
			return err
		}
	}
	in[0].failpoint("witnessed")
	pace, parts := pace{p.sys.Map.MaxRate, time.Now()}, 0
	part := func(last bool, treatments ...connectors.Treatment) error {
		if parts++; parts > 1 { // it may have taken long
			if err := errors.Join(pace.after(ctx, c.worked()), in[0].inHours()); err != nil {
				return err
			}
		}
		return c.handshake(ctx, treatments, last)
	}
	if err := inParts(ctx, p.sys, work, slices, part); err != nil {
		return err
	}
	c.bystanders(ctx)
	return nil
}

// poolCall is one call, and what it counts.
type poolCall struct {
	*pool
	in     []*swimmer
	work   *planner.SystemWork
	writer connectors.Writer
	sum    *tally // what earlier tries have changed of each treatment, of all: what its ceiling leaves
}

// prepare says what is one's own of the work, and takes up what earlier tries counted. Other persons' rows close by are looked after by the
// first.
func (c *poolCall) prepare(ctx context.Context, j *swimmer, first, units bool) error {
	mine := planner.Portion(c.work, j.person)
	own := planner.Work{Systems: []planner.SystemWork{mine}}
	own.Bound(j.plan)
	mine = own.Systems[0]
	if first {
		mine.Witnesses = c.work.Witnesses
	}
	j.part = mine.Over(workIn(j.work, c.name))
	if err := c.watch(ctx, j); err != nil {
		return err
	}
	was, err := read(ctx, c.Engine, func(tx *state.Tx) ([]state.Count, error) { return tx.Counts(j.ID) })
	if err != nil {
		return err
	}
	j.tally = newTally(&j.part, nil, was, units)
	for _, n := range was {
		if now := j.tally.now[counted{n.Treatment, state.Total}]; now != nil {
			now.Planned = max(now.Planned, n.Planned) // of what an earlier try was to do
		}
	}
	for i, t := range c.work.Treatments {
		if _, is := c.work.Purposes[i].Each[j.person]; is {
			k := counted{planner.Unnamed(t.ID), state.Total}
			c.sum.now[counted{t.ID, state.Total}].Committed += j.tally.before[k]
		}
	}
	return nil
}

// watch notes how other persons' rows close by look before the call. Where one was prepared already, how they looked before that one stands, and
// which they were: what it did there is not taken for how it was.
func (c *poolCall) watch(ctx context.Context, j *swimmer) (err error) {
	d := detailOf(j.Step)
	var earlier *planner.Work
	if j.State == state.StepPrepared {
		if earlier, err = j.pooled(ctx, j.Step); err != nil {
			return err
		}
	}
	if earlier != nil && len(earlier.Systems) > 0 && d.Witness != nil {
		j.part.Witnesses = earlier.Systems[0].Witnesses
	} else if d.Witness, err = j.witness(ctx, &j.part, c.sys); err != nil {
		return err
	}
	d.After = nil
	j.Detail = d.raw()
	return nil
}

// handshake is one call of the store: prepared, recorded for every one of them, confirmed, acknowledged.
func (c *poolCall) handshake(ctx context.Context, treatments []connectors.Treatment, last bool) error {
	do, err := flatten(ctx, c.sys, c.sum, treatments)
	if err != nil {
		return err
	}
	for _, x := range do {
		for _, j := range c.in {
			j.tally.send(x.ID, classOf{treatment: planner.Unnamed(c.sum.class[x.ID].treatment)})
		}
	}
	outcomes, err := c.writer.Apply(c.sys.Telling(ctx), do, connectors.ApplyOptions{Lock: "pool/" + c.name, Confirm: func(ctx context.Context, outcomes []connectors.Outcome) error {
		return c.prepared(ctx, outcomes)
	}})
	if err == nil {
		c.in[0].failpoint("stored")
	}
	if err != nil && (c.sys.Card.Transactional || len(outcomes) == 0) {
		return describe(err, outcomes)
	}
	c.sum.acknowledge(outcomes)
	for _, j := range c.in {
		j.tally.acknowledge(j.of(c.work, c.sum, outcomes))
		switch {
		case err != nil || !last: // of a transaction nothing is known before the retry; a store without says how far it got
			if j.lost == nil {
				if werr := j.record(ctx, j.tally); werr != nil && !errors.Is(werr, state.ErrFenced) {
					return errors.Join(err, werr)
				}
			}
		default:
			j.tally.infer()
			j.committed(j.tally, j.of(c.work, c.sum, outcomes))
		}
	}
	return describe(err, outcomes)
}

// of are the outcomes of one person, under the names they have in that person's own work.
func (j *swimmer) of(work *planner.SystemWork, sum *tally, outcomes []connectors.Outcome) []connectors.Outcome {
	var out []connectors.Outcome
	for _, o := range outcomes {
		i := slices.IndexFunc(work.Treatments, func(t connectors.Treatment) bool { return t.ID == sum.class[o.ID].treatment })
		if i < 0 {
			continue
		}
		if _, is := work.Purposes[i].Each[j.person]; !is {
			continue
		}
		mine := o
		mine.ByPerson = nil
		mine.Changed = o.ByPerson[j.person]
		if work.Treatments[i].Verb == connectors.Ensure { // it stands for all of them: counted for the first
			first := j.person
			for p := range work.Purposes[i].Each {
				first = min(first, p)
			}
			if mine.Changed = 0; first == j.person {
				mine.Changed = o.Changed
			}
		}
		if o.LinkKeys != nil {
			mine.LinkKeys = &connectors.Keys{Fields: o.LinkKeys.Fields}
			for _, t := range o.LinkKeys.Tuples {
				if t.Person == j.person {
					t.Person = 0
					mine.LinkKeys.Tuples = append(mine.LinkKeys.Tuples, t)
				}
			}
		}
		out = append(out, mine)
	}
	return out
}

// prepared records for every one of them what the store is about to commit. It is the last word: where one is not in it any more, the store
// rolls back, and the others are worked without.
func (c *poolCall) prepared(ctx context.Context, outcomes []connectors.Outcome) error {
	c.in[0].failpoint("asked")
	defer c.in[0].failpoint("prepared")
	frames := make([][]state.Frame, len(c.in))
	mine := make([][]connectors.Outcome, len(c.in))
	for i, j := range c.in {
		mine[i] = j.of(c.work, c.sum, outcomes)
		if err := j.tally.foreign(&j.part, mine[i]); err != nil {
			return err
		}
		j.tally.report(mine[i])
		if id := j.tally.over(); id != "" {
			return fmt.Errorf("%s: %w", id, connectors.ErrMoreRows)
		}
		var err error
		if j.State == state.StepPrepared {
			continue // of a call that goes on
		}
		did := j.result.Work.Staying(c.name)
		did.AsOf, did.Systems = j.work.AsOf, []planner.SystemWork{j.part}
		if frames[i], err = packWork(j.open.Key, j.Owner(), poolEdge(j.Step), &did); err != nil {
			return err
		}
	}
	unstored := c.DB.Write(ctx, func(tx *state.Tx) error {
		gone := false
		for _, j := range c.in {
			j.lost = errors.Join(tx.HoldStep(j.Step), j.cancelled(tx))
			gone = gone || j.lost != nil
		}
		if gone {
			return errLeft
		}
		now := c.Now()
		for i, j := range c.in {
			if err := c.store(tx, j, mine[i], frames[i], now); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(unstored, errLeft) {
		return unstored
	}
	c.in[0].unstored = unstored
	if unstored == nil {
		for _, j := range c.in {
			j.State = state.StepPrepared
			j.tally.keep(j.ID)
		}
	}
	return unstored
}

// errLeft stops a call in which somebody is no longer.
var errLeft = errors.New("a request left the pool while it was worked")

// store writes what is prepared for one.
func (c *poolCall) store(tx *state.Tx, j *swimmer, mine []connectors.Outcome, part []state.Frame, now time.Time) error {
	place := j.Step
	place.System = "" // where the request's other works lie
	if len(part) > 0 {
		if err := tx.DeleteFramesOf(place, poolEdge(j.Step)); err != nil {
			return err
		}
	}
	for _, f := range part {
		if err := tx.PutFrame(place, j.Owner(), f); err != nil {
			return err
		}
	}
	have, err := j.frames(tx)
	if err != nil {
		return err
	}
	captured, err := j.sealCaptured(j.tally, &j.part, mine, have)
	if err != nil {
		return err
	}
	for _, f := range captured {
		if err := tx.PutFrame(j.Step, j.Owner(), f); err != nil {
			return err
		}
	}
	if err := tx.PutCount(j.Step, j.tally.counts(j.ID)...); err != nil {
		return err
	}
	s := j.Step
	s.State = state.StepPrepared
	return tx.SaveStep(s, now)
}

// bystanders notes how other persons' rows close by look right after the call: what is worked after it may change them rightly. Where they
// cannot be read now, the check that follows does.
func (c *poolCall) bystanders(ctx context.Context) {
	for _, j := range c.in {
		if len(j.part.Witnesses) == 0 {
			continue
		}
		if after, err := j.witness(ctx, &j.part, c.sys); err == nil {
			d := detailOf(j.Step)
			d.After = after
			j.Detail = d.raw()
		}
	}
}

// worked is how many rows this call has changed.
func (c *poolCall) worked() (n int64) {
	for _, j := range c.in {
		n += j.tally.worked()
	}
	return n
}

// poolEdge is the name under which the frames of what a pool did for a request in a system stand.
func poolEdge(s state.Step) string { return fmt.Sprintf("%s/pool/%s/%d", workEdge, s.System, s.Plan) }

// withPool is the work of a step's plan, with what its system's pool did for the request in place of what was found when the work began.
func (j *job) withPool(ctx context.Context, own *planner.Work) (*planner.Work, error) {
	sys := j.Planner.Graph.Map.System(j.System)
	if own == nil || sys == nil || sys.Pool == nil || j.Shared() || j.Phase != phaseVerify && j.Phase != phaseSettle {
		return own, nil
	}
	done, err := j.pooled(ctx, j.Step)
	if err != nil || done == nil || len(done.Systems) == 0 {
		return own, err
	}
	work := *own
	work.Systems = slices.Clone(own.Systems)
	for i := range work.Systems {
		if work.Systems[i].System == j.System {
			work.Systems[i] = done.Systems[0]
		}
	}
	return &work, nil
}

// pooled is what the pool of a step's system did for its request, and what it left standing there; nil where none has.
func (j *job) pooled(ctx context.Context, s state.Step) (*planner.Work, error) {
	frames, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Frame, error) { return tx.Frames(s.Request, "", poolEdge(s)) })
	if err != nil || len(frames) == 0 {
		return nil, err
	}
	return unpackWork[planner.Work](j.open.Key, s.Request, frames)
}

// restay puts what the pools left standing for a plan, and of a member of a batch the parts whose work was made anew, in place of what was to
// stay when its work began: a row that a period keeps since then comes due too.
func (j *job) restay(ctx context.Context, work *planner.Work, plan int64) (out planner.Work, err error) {
	out = *work
	for _, sys := range j.Planner.Graph.Map.Systems {
		if sys.Pool == nil && j.Batch == "" {
			continue
		}
		now, err := j.pooled(ctx, state.Step{Request: j.Step.Request, System: sys.Name, Plan: plan})
		if err != nil {
			return out, err
		}
		if now != nil {
			out, j.restayed = out.Restay(sys.Name, now), true
		}
	}
	return out, nil
}
