package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// phaseHold is one more look for what came since under a restriction in force: when somebody asks, and whenever another request of
// the same person is carried out.
const phaseHold = "hold"

// lookAnew finds the person of a restriction again, as anybody would now, and gives the work of one system: rows written since, also
// those that hang on rows of other systems. places say what is done in each collection.
func (j *job) lookAnew(ctx context.Context, system string) (work *planner.SystemWork, places []planner.Restricted, err error) {
	p, err := j.plan(ctx)
	if err != nil {
		return nil, nil, err
	}
	made, err := j.make(ctx, j.open, p.AsOf, leftOut(p))
	if err != nil {
		return nil, nil, err
	}
	if !made.Plan.Complete {
		return nil, nil, later{code: "store", why: "a system does not answer that says whose rows are whose", at: j.Now().Add(firstRetry)}
	}
	if !made.Plan.Applicable {
		return nil, nil, later{code: "attention", codes: []string{"late_rows"}, why: "who this is, and what is theirs, is not as clear any more as when the restriction was planned: " + firstOf(made.Plan.Blockers)}
	}
	for i := range made.Work.Systems {
		if made.Work.Systems[i].System == system {
			return &made.Work.Systems[i], made.Work.Restricts, nil
		}
	}
	return &planner.SystemWork{System: system}, nil, nil
}

// holdAgain is the step of a later look.
func (j *job) holdAgain(ctx context.Context) error {
	over, err := read(ctx, j.Engine, j.overHere)
	if err != nil || over {
		return err
	}
	sys := j.Planner.Systems[j.System]
	if sys == nil || sys.Store == nil {
		return later{code: "store", why: j.System + " is not open", at: j.Now().Add(firstRetry)}
	}
	work, places, err := j.lookAnew(ctx, j.System)
	if err != nil {
		return err
	}
	late, err := j.proveHeld(ctx, work, sys, places)
	if err != nil {
		return err
	}
	return j.proven(ctx, late, nil)
}

// watch lays out one more look at each system of a restriction in force, once for each occasion: also where it held nothing when it was
// made. A restriction that is still being carried out looks by itself.
func (e *Engine) watch(ctx context.Context, id, occasion string) (laid bool, err error) {
	now := e.Now()
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		laid, err = watchIn(tx, id, occasion, now)
		return err
	})
	return laid, err
}

func watchIn(tx *state.Tx, id, occasion string, now time.Time) (laid bool, err error) {
	x, err := tx.Request(id)
	if err != nil || x.Right != string(request.Restriction) || x.State != string(request.Done) {
		return false, err
	}
	stored, err := tx.CurrentPlan(id)
	if err != nil {
		return false, err
	}
	var p plan.Plan
	if err := json.Unmarshal(stored.Document, &p); err != nil {
		return false, fmt.Errorf("plan of %s: %w", id, err)
	}
	for _, s := range p.Systems {
		if s.Manual || s.LeftOut {
			continue
		}
		over, err := overIn(tx, id, s.Name)
		if err != nil {
			return false, err
		}
		if over {
			continue
		}
		laid = true
		if _, err := tx.AddStep(state.Step{Request: id, Plan: stored.ID, Phase: phaseHold, System: s.Name, Part: occasion, Ord: phaseOrder[phaseHold]}, now); err != nil {
			return false, err
		}
	}
	return laid, nil
}

// watchAll looks again under every restriction that stands on a person's data, because a request of the same person is carried out; the
// looks were laid out as that began. What cannot be looked at now is looked at later; the request itself goes on.
func (e *Engine) watchAll(ctx context.Context, occasion string, under []string) error {
	for _, id := range under {
		laid, err := e.watch(ctx, id, occasion)
		if err != nil {
			return fmt.Errorf("restriction %s: %w", id, err)
		}
		if laid {
			if err := e.Drain(ctx, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// endLooks ends, of a restriction that is over in a system, what people are asked there about rows that came, and lets the looks that wait
// for them end.
func endLooks(tx *state.Tx, id, system string, now time.Time) error {
	tasks, err := tx.Tasks(state.TaskFilter{Request: id, System: system, Kind: string(TaskLateRows), State: state.TaskOpen})
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if err := closeTask(tx, t, "the restriction is over here", now); err != nil {
			return err
		}
		if _, err := tx.WakeStep(t.Step, now); err != nil {
			return err
		}
	}
	return nil
}

// again is an occasion nobody had before: the next number of looks that were asked for.
func (e *Engine) again(ctx context.Context, id string) (string, error) {
	steps, err := read(ctx, e, func(tx *state.Tx) ([]state.Step, error) { return tx.Steps(id) })
	n := 0
	for _, s := range steps {
		if s.Phase == phaseHold {
			n++
		}
	}
	return "asked-" + strconv.Itoa(n+1), err
}
