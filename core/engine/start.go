package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// The phases of a request's steps.
const (
	phaseApply   = "apply"
	phaseVerify  = "verify"
	phaseSettle  = "settle"
	phaseCollect = "collect"
	phaseTell    = "tell"
	phaseClose   = "close"
)

// order of the phases in a listing.
var phaseOrder = map[string]int{phaseCollect: 0, phaseApply: 1, phaseVerify: 2, phaseTell: 3, phaseSettle: 4, phaseClose: 5, phaseHold: 6}

// Start begins to carry out the current plan of a request: it looks once more, with the plan's own as_of, and where the
// world has moved beyond the plan nothing runs ([Stale]); what changes nothing in any store goes by what its planning found a moment ago. Otherwise the captured keys are sealed, the tombstone says intended,
// the recipients are listed and the steps stand, in one transaction. Starting twice is starting once.
func (e *Engine) Start(ctx context.Context, id, digest string) error {
	stored, err := read(ctx, e, func(tx *state.Tx) (state.Plan, error) { return openPlan(tx, id, digest) })
	if errors.Is(err, state.ErrNotFound) {
		return hint(fmt.Errorf("request %s has no plan: %w", id, ErrNotApproved), "dossier plan %s", id)
	}
	if err != nil {
		return err
	}
	if err := alone(stored); err != nil {
		return err
	}
	if digest != "" && digest != stored.Digest {
		return hint(fmt.Errorf("%w: the plan given is not the current one of %s", Stale{[]string{"another plan was made since"}}, id), "dossier plan show %s", id)
	}
	if stored.State == state.PlanApplied {
		return nil
	}
	if err := e.DB.Read(ctx, func(tx *state.Tx) error { return unasked(tx, id) }); err != nil {
		return err
	}
	var p plan.Plan
	if err := json.Unmarshal(stored.Document, &p); err != nil {
		return fmt.Errorf("plan of %s: %w", id, err)
	}
	if err := e.mayStart(&p, stored); err != nil {
		return err
	}
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return err
	}
	defer o.Key.Wipe()
	if err := e.noticed(o); err != nil {
		return err
	}
	work, err := e.searchedWork(ctx, o, stored, &p)
	if err == nil && work == nil {
		work, err = e.lookOnceMore(ctx, o, stored, &p)
	}
	if err != nil {
		return err
	}
	if stored.Supplements != 0 {
		return e.beginSupplement(ctx, o, stored, &p, work)
	}
	if err := e.begin(ctx, o, stored, &p, work); err != nil {
		return err
	}
	return e.watchAll(ctx, o.ID, work.Under)
}

// lookOnceMore is the work of what is there now, by the plan's own as_of and within what it allows; [Stale] where that is more.
func (e *Engine) lookOnceMore(ctx context.Context, o *open, stored state.Plan, p *plan.Plan) (_ *planner.Work, err error) {
	e.progress("looking once more")
	without := leftOut(p)
	if stored.Supplements != 0 {
		if o.supplement, without, err = e.supplementOf(ctx, o, systemsOf(p)); err != nil {
			return nil, err
		}
	}
	now, err := e.make(ctx, o, p.AsOf, without)
	if err != nil {
		return nil, err
	}
	if diff := plan.Compare(p, now.Plan); len(diff) > 0 {
		return nil, hint(Stale{diff}, "dossier plan %s", o.ID)
	}
	now.Work.Bound(p)
	return now.Work, nil
}

// mayStart checks what can be checked without looking at any system.
func (e *Engine) mayStart(p *plan.Plan, stored state.Plan) error {
	return e.ready(p.Intact() && p.Digest == stored.Digest, p.Applicable, p.Blockers, e.Approval(p), stored)
}

// ready checks a stored plan, of a request or of a batch: intact, applicable, not expired, approved by whom the map needs.
func (e *Engine) ready(intact, applicable bool, blockers []string, need string, stored state.Plan) error {
	of := stored.Request + stored.Batch
	if !intact {
		return hint(fmt.Errorf("%w: the stored plan of %s does not fit its digest", ErrNotApplicable, of), "dossier plan %s", of)
	}
	if !applicable {
		return hint(fmt.Errorf("%w: %s", ErrNotApplicable, firstOf(blockers)), "dossier plan show %s", of)
	}
	if e.Now().After(stored.ExpiresAt) {
		return hint(fmt.Errorf("%w on %s", ErrExpired, stored.ExpiresAt.Format("Mon 2 Jan 2006")), "dossier plan %s", of)
	}
	if need != "nobody" && need != "" && len(stored.Approvals) == 0 {
		return hint(ErrNotApproved, "dossier apply %s --approve %s", of, stored.Digest)
	}
	return nil
}

func firstOf(list []string) string {
	if len(list) == 0 {
		return "it has no reason to give"
	}
	return list[0]
}

// begin writes everything the steps need and lets them run.
func (e *Engine) begin(ctx context.Context, o *open, stored state.Plan, p *plan.Plan, work *planner.Work) error {
	frames, err := packWork(o.Key, o.ID, workEdge, work)
	if err != nil {
		return err
	}
	now := e.Now()
	defer failpoint("begun")
	failpoint("begin")
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		current, err := tx.Plan(stored.ID)
		if err != nil || current.State == state.PlanApplied {
			return err
		}
		if err := e.meets(tx, o, work); err != nil {
			return err
		}
		// The frames belong to a step so that a fence guards them; the close step is there from the first moment.
		last, err := tx.AddStep(state.Step{Request: o.ID, Plan: stored.ID, Phase: phaseClose, Ord: phaseOrder[phaseClose]}, now)
		if err != nil {
			return err
		}
		for _, f := range frames {
			if err := tx.PutFrame(last, o.ID, f); err != nil {
				return err
			}
		}
		if err := e.addSteps(tx, o, stored.ID, p, work, last, now); err != nil {
			return err
		}
		if o.Content.Right.Destroys() {
			if err := e.promise(tx, o, p, work, now); err != nil {
				return err
			}
		}
		if err := e.beginLimits(tx, o, p, work, last, now); err != nil {
			return err
		}
		if err := e.arrange(tx, o, p, work, last, now); err != nil {
			return err
		}
		for _, id := range work.Under {
			if _, err := watchIn(tx, id, o.ID, now); err != nil {
				return fmt.Errorf("restriction %s: %w", id, err)
			}
		}
		if err := tx.ApplyPlan(stored.ID, now); err != nil {
			return err
		}
		x, err := tx.Request(o.ID)
		if err != nil {
			return err
		}
		x.State, x.WaitingFor, x.WaitingWhy = string(request.Running), "", ""
		if err := tx.SaveRequest(x, now); err != nil {
			return err
		}
		err = note(tx, "request.running", o.ID, map[string]string{"digest": p.Digest}, now)
		return err
	})
}

// addSteps lays out the steps and what each waits for.
func (e *Engine) addSteps(tx *state.Tx, o *open, planID int64, p *plan.Plan, work *planner.Work, last state.Step, now time.Time) error {
	add := func(phase, system string) (state.Step, error) {
		return tx.AddStep(state.Step{Request: o.ID, Plan: planID, Phase: phase, System: system, Ord: phaseOrder[phase]}, now)
	}
	need := func(s state.Step, on ...state.Step) error {
		for _, x := range on {
			if err := tx.NeedStep(s.ID, x.ID); err != nil {
				return err
			}
		}
		return nil
	}
	if !o.Content.Right.Mutates() {
		collect, err := add(phaseCollect, "")
		if err != nil {
			return err
		}
		if err := e.openManual(tx, o, work, "", collect.ID, now); err != nil {
			return err
		}
		return need(last, collect)
	}
	apply, verify := map[string]state.Step{}, map[string]state.Step{}
	tell, err := add(phaseTell, "")
	if err != nil {
		return err
	}
	for _, w := range work.Systems {
		if apply[w.System], err = add(phaseApply, w.System); err != nil {
			return err
		}
		if verify[w.System], err = add(phaseVerify, w.System); err != nil {
			return err
		}
		settle, err := add(phaseSettle, w.System)
		if err != nil {
			return err
		}
		if err := need(verify[w.System], apply[w.System]); err != nil {
			return err
		}
		if err := need(settle, verify[w.System]); err != nil {
			return err
		}
		if err := need(tell, verify[w.System]); err != nil {
			return err
		}
		if err := need(last, settle); err != nil {
			return err
		}
	}
	for _, system := range manualSystems(work) {
		byHand, err := add(phaseApply, system)
		if err != nil {
			return err
		}
		if err := e.openManual(tx, o, work, system, byHand.ID, now); err != nil {
			return err
		}
		for _, s := range []state.Step{tell, last} {
			if err := need(s, byHand); err != nil {
				return err
			}
		}
	}
	for _, w := range work.Systems {
		for _, after := range w.After {
			if v, ok := verify[after]; ok {
				if err := need(apply[w.System], v); err != nil {
					return err
				}
			}
		}
	}
	return need(last, tell)
}
