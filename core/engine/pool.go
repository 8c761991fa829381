package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// A system that pools (pool: in the map) is worked for several requests at once. The step of an erasure, an objection or a withdrawal waits
// there until the first of those that wait has to be worked; then all of them are, in one call. Each keeps its own plan, ceilings, counts and
// proof: what they share is the call.

// pooling is what a step remembers of the pool it waits in.
type pooling struct {
	Until   time.Time `json:"until"` // by itself it may wait so long
	Hurried bool      `json:"hurried,omitempty"`
}

// forPool is what a step of a pool waits for.
const forPool = string(request.ForPool)

// poolsHere says whether a step that has just come to its turn waits for others first.
func (j *job) poolsHere() bool {
	sys := j.Planner.Graph.Map.System(j.System)
	if sys == nil || sys.Pool == nil || !j.open.Content.Right.Destroys() || j.Part != "" || j.State == state.StepPrepared || j.State == state.StepCommitted || j.work == nil || j.from != nil || detailOf(j.Step).Pool != nil {
		return false
	}
	var rows int64
	for _, w := range j.work.Systems {
		for _, c := range w.Purposes {
			if w.System == j.System {
				rows += c.Planned
			}
		}
	}
	return rows > 0 // else there is nothing to rewrite
}

// joinPool lets the step wait. When the time of one has come, it is the time of all: what waits there is brought in line as the step is put
// down.
func (j *job) joinPool(ctx context.Context) error {
	d := detailOf(j.Step)
	until, err := read(ctx, j.Engine, func(tx *state.Tx) (time.Time, error) { return j.poolUntil(tx, j.Step) })
	if err != nil {
		return err
	}
	d.Pool = &pooling{Until: until}
	j.Detail = d.raw()
	return later{code: forPool, at: until, why: j.System + " is worked for several requests at once; nothing of it has been done yet"}
}

// poolUntil is until when a step may wait for others: as long as the map says from when its work began, and not so long that an answer
// would be late; of a batch, none of its members'.
func (e *Engine) poolUntil(tx *state.Tx, s state.Step) (until time.Time, err error) {
	stored, err := tx.Plan(s.Plan)
	if err != nil {
		return until, err
	}
	of, err := whose(tx, s)
	if err != nil {
		return until, err
	}
	m := e.Planner.Graph.Map
	sys := m.System(s.System)
	if sys == nil || sys.Pool == nil { // no longer: it waits for nobody
		return e.Now(), nil
	}
	for _, id := range of {
		x, err := tx.Request(id)
		if err != nil {
			return until, err
		}
		if at := sys.PoolEnds(stored.AppliedAt, x.DueStrict, m.Zone); until.IsZero() || at.Before(until) {
			until = at
		}
	}
	return until, nil
}

// whose are the requests a step is worked for: a batch's members, or its own.
func whose(tx *state.Tx, s state.Step) (requests []string, err error) {
	if !s.Shared() {
		return []string{s.Request}, nil
	}
	members, err := tx.BatchMembers(s.Batch)
	for _, m := range members {
		requests = append(requests, m.Request)
	}
	return requests, err
}

// inPool are the steps that wait in a system's pool, each with what it remembers of it.
func inPool(tx *state.Tx, system string) ([]state.Step, error) {
	steps, err := tx.SystemSteps(phaseApply, system)
	return slices.DeleteFunc(steps, func(s state.Step) bool {
		return s.State != state.StepWaiting || s.WaitsFor != forPool || detailOf(s).Pool == nil
	}), err
}

// regather lets all who wait in a system's pool wake when the first of them has to.
func regather(tx *state.Tx, system string, now time.Time) error {
	steps, err := inPool(tx, system)
	if err != nil || len(steps) == 0 {
		return err
	}
	first := detailOf(steps[0]).Pool.Until
	for _, s := range steps {
		if until := detailOf(s).Pool.Until; until.Before(first) {
			first = until
		}
	}
	return tx.WaitUntil(phaseApply, system, forPool, first, now)
}

// repool brings the pools that some steps wait in in line, after an answer is due on another day or a step waits no more.
func (e *Engine) repool(tx *state.Tx, steps []state.Step, now time.Time) error {
	for _, s := range steps {
		d := detailOf(s)
		if s.Phase != phaseApply || d.Pool == nil {
			continue
		}
		s, err := tx.Step(s.ID) // as it stands: it may have been ended
		if err != nil {
			return err
		}
		if s.State == state.StepWaiting && s.WaitsFor == forPool && !d.Pool.Hurried {
			until, err := e.poolUntil(tx, s)
			if err != nil {
				return err
			}
			d.Pool.Until = until
			s.Detail = d.raw()
			if err := tx.SaveStep(s, now); err != nil {
				return err
			}
		}
		if err := regather(tx, s.System, now); err != nil {
			return err
		}
	}
	return nil
}

// WorkPools lets the pools in which a request or a batch waits be worked now, for all who wait there: somebody does not want to wait. Its
// steps are worked by [Engine.Drain] or [Engine.DrainBatch]. systems are those it waits in; none is no error.
func (e *Engine) WorkPools(ctx context.Context, name string) (systems []string, err error) {
	now := e.Now()
	batch, err := e.IsBatch(ctx, name)
	if err != nil {
		return nil, err
	}
	return systems, e.DB.Write(ctx, func(tx *state.Tx) error {
		systems = nil
		var steps []state.Step
		if batch {
			steps, err = tx.BatchSteps(name)
		} else if _, err = tx.Request(name); err == nil {
			steps, err = tx.Steps(name)
		}
		if err != nil {
			return err
		}
		for _, s := range steps {
			d := detailOf(s)
			if s.Phase != phaseApply || s.State != state.StepWaiting || s.WaitsFor != forPool || d.Pool == nil {
				continue
			}
			d.Pool = &pooling{Until: now, Hurried: true}
			s.Detail = d.raw()
			if err := tx.SaveStep(s, now); err != nil {
				return err
			}
			if err := regather(tx, s.System, now); err != nil {
				return err
			}
			systems = append(systems, s.System)
		}
		return nil
	})
}

// PoolStanding says of a system that is not worked yet with whom it will be.
type PoolStanding struct {
	Until  time.Time `json:"until"`  // at the latest
	Others int       `json:"others"` // other requests that wait there
	Rights string    `json:"rights"` // of the others, where all are of one right
}

// pooled says of every system in which the request or the batch (name) waits in a pool, with whom.
func pooled(tx *state.Tx, name string, systems []SystemStanding) error {
	for i := range systems {
		y := &systems[i]
		if y.WaitsFor != forPool || y.NotBefore == nil {
			continue
		}
		steps, err := inPool(tx, y.Name)
		if err != nil {
			return err
		}
		y.Pool = &PoolStanding{Until: *y.NotBefore}
		rights := map[string]bool{}
		for _, s := range steps {
			who, err := whose(tx, s)
			if err != nil {
				return err
			}
			for _, id := range who {
				if id == name || s.Batch == name {
					continue
				}
				x, err := tx.Request(id)
				if err != nil {
					return err
				}
				y.Pool.Others++
				rights[x.Right] = true
			}
		}
		for r := range rights {
			if y.Pool.Rights = r; len(rights) > 1 {
				y.Pool.Rights = ""
			}
		}
		y.Why = ""
	}
	return nil
}

// waitsInPools says whether nothing of a running request is left to do but what waits in pools, or was left by one for somebody to look at:
// it changes nothing until then, and is looked at anew before it does.
func waitsInPools(tx *state.Tx, id string) bool {
	steps, err := tx.Steps(id)
	if err != nil {
		return false
	}
	waits := false
	for _, s := range steps {
		if s.Phase != phaseApply || s.State == state.StepDone {
			continue
		}
		if detailOf(s).Pool == nil || s.State != state.StepWaiting && s.State != state.StepAttention {
			return false
		}
		waits = true
	}
	return waits
}

// poolWords says for how many a system is worked.
func poolWords(system string, n int) string {
	if n == 1 {
		return "working in " + system
	}
	return fmt.Sprintf("working in %s for %d requests", system, n)
}
