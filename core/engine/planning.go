package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// PlanOptions of one planning.
type PlanOptions struct {
	Without  []string
	Rehearse bool
	// RehearseFor is how long the rehearsal of one system may take, and keep rows locked; 0: 30 seconds.
	RehearseFor time.Duration
	// Supplement: of a request that runs, plan the systems that were left out or not done; else such a request is refused.
	Supplement bool
}

// Plan makes the plan of a registered request and stores it; it replaces an earlier one that was not
// approved. Nothing changes in any system. A request that still waits for identity or scope is not searched for.
func (e *Engine) Plan(ctx context.Context, id string, opt PlanOptions) (*plan.Plan, error) {
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return nil, err
	}
	defer o.Key.Wipe()
	if o.due, err = read(ctx, e, func(tx *state.Tx) (*dueWork, error) { return dueOf(tx, e, id, e.Now()) }); err != nil {
		return nil, err
	}
	if opt.Supplement && request.State(o.State) == request.Running {
		return e.planSupplement(ctx, o, opt)
	}
	if err := plannable(o); err != nil {
		return nil, err
	}
	made, stored, err := e.draft(ctx, o, opt.Without, opt.rehearsal())
	if err != nil {
		return nil, err
	}
	if stored.Sealed, err = e.sealSearch(o, made); err != nil {
		return nil, err
	}
	now := stored.CreatedAt
	return made.Plan, e.DB.Write(ctx, func(tx *state.Tx) error {
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		if p, err := tx.CurrentPlan(id); err == nil && p.State == state.PlanApplied {
			return hint(fmt.Errorf("request %s: %w", id, ErrState), "its plan is being carried out: dossier request show %s", id)
		}
		if _, err := tx.AddPlan(stored); err != nil {
			return err
		}
		if err := tx.ForgetSearches(now.Add(-searchHolds)); err != nil {
			return err
		}
		open, err := e.ask(tx, o, made, now)
		if err != nil {
			return err
		}
		return enterPlan(tx, x, made.Plan, "", open, now)
	})
}

// enterPlan brings the register in line with a plan that was stored: its own, or, with a batch, the one it has there. Open are the tasks by
// which it asks people.
func enterPlan(tx *state.Tx, x state.Request, p *plan.Plan, batch string, open []state.Task, now time.Time) error {
	x.State, x.WaitingFor, x.WaitingWhy, x.AsOf, x.Batch = string(request.Planned), "", "", p.AsOf, batch
	x.Attention = nil
	for _, a := range p.Attention {
		x.Attention = append(x.Attention, a.Code)
	}
	if len(p.Candidates) > 0 {
		x.Attention = append(x.Attention, request.AttentionCandidate)
	}
	if awaitAnswers(&x, open); !p.Complete { // what it says may answer them
		x.State, x.WaitingFor, x.WaitingWhy = string(request.Waiting), string(request.ForStore), "a system was not reached"
	}
	if err := tx.SaveRequest(x, now); err != nil {
		return err
	}
	return note(tx, "request.planned", x.ID, map[string]string{"digest": p.Digest}, now)
}

// draft makes a plan and what the state would keep of it; nothing is stored.
// It is rehearsed, each system for so long at most, where that is not 0.
func (e *Engine) draft(ctx context.Context, o *open, without []string, rehearsal time.Duration) (*planner.Result, state.Plan, error) {
	now := e.Now()
	made, err := e.reading().make(ctx, o, now, without)
	if err != nil {
		return nil, state.Plan{}, err
	}
	if rehearsal > 0 {
		if err := e.rehearse(ctx, made, rehearsal); err != nil {
			return nil, state.Plan{}, err
		}
	}
	stored, err := e.stored(made.Plan, "", now)
	return made, stored, err
}

// stored is what the state keeps of a request's plan: its own, or the one it has in a batch.
func (e *Engine) stored(p *plan.Plan, batch string, now time.Time) (state.Plan, error) {
	doc, err := json.Marshal(p)
	return state.Plan{Request: p.Request, Batch: batch, Digest: p.Digest, Document: doc, Complete: p.Complete, Applicable: p.Applicable, AsOf: p.AsOf, ExpiresAt: p.ExpiresAt,
		CreatedAt: now, CreatedBy: e.Operator}, err
}

// reading is e as it plans, which may read copies of the systems. What is to be carried out is looked at once more in the systems themselves.
func (e *Engine) reading() *Engine {
	out, p := *e, *e.Planner
	p.Systems = planner.Reading(p.Systems)
	out.Planner = &p
	return &out
}

func plannable(o *open) error {
	if code, why := request.WaitsFor(o.Content, o.Events...); code != "" && o.due == nil { // of what came due it was established when it was kept
		return hint(Waiting{o.ID, string(code), why}, "nothing is searched before that; send the request again with it, or note what came: dossier request note %s EVENT", o.ID)
	}
	if st := request.State(o.State); st == request.Running || st.Closed() {
		return hint(fmt.Errorf("request %s is %s: %w", o.ID, o.State, ErrState), "dossier request show %s", o.ID)
	}
	return nil
}

// make runs the planner over a request.
func (e *Engine) make(ctx context.Context, o *open, asOf time.Time, without []string) (*planner.Result, error) {
	in, err := e.input(ctx, o, asOf, without)
	if err != nil {
		return nil, err
	}
	p := *e.Planner
	if p.RootKey, err = o.Key.Derive("roots"); err != nil {
		return nil, err
	}
	if p.StandInKey, err = o.Key.Derive("stand-ins"); err != nil {
		return nil, err
	}
	if o.Content.Right == request.Lift {
		if in.Lift, in.Request, err = e.toLift(ctx, o); err != nil {
			return nil, err
		}
	}
	o.asked = &in
	made, err := p.Make(ctx, in)
	if err != nil || o.Content.Right != request.Rectification {
		return made, err
	}
	if in.Erasing, err = e.erasing(ctx, o, made.Work); err != nil || in.Erasing == nil {
		return made, err
	}
	return p.Make(ctx, in)
}

// input is what a request is planned by.
func (e *Engine) input(ctx context.Context, o *open, asOf time.Time, without []string) (planner.Input, error) {
	commitment, err := o.commitment()
	if err != nil {
		return planner.Input{}, err
	}
	var before former
	var due *planner.Due
	if o.due, err = read(ctx, e, func(tx *state.Tx) (*dueWork, error) { return dueOf(tx, e, o.ID, asOf) }); err != nil {
		return planner.Input{}, err
	}
	if o.due != nil {
		before, due = former{anchors: o.due.anchors, ends: o.due.ends}, &o.due.Due
	} else if before, err = e.formerly(ctx, o.Content.Subject.Identifiers); err != nil {
		return planner.Input{}, err
	}
	said, heard, err := e.verdicts(ctx, o)
	if err != nil {
		return planner.Input{}, err
	}
	o.heard = heard
	askKey, err := o.Key.Derive("asked")
	if err != nil {
		return planner.Input{}, err
	}
	return planner.Input{Request: o.Content, AsOf: asOf, Without: without, Commitment: commitment, Former: before.known, Anchors: before.anchors, Ends: before.ends, Due: due, Supplement: o.supplement,
		TaskBy:   taskDue(asOf.In(e.Planner.Graph.Map.Zone), o.DueStrict),
		DueOn:    o.DueStrict,
		PrintKey: e.Ring.DueMarkKey().Bytes(),
		AskKey:   askKey,
		Answers:  said,
		Progress: func(system string) { e.progress("looking in " + system) },
		Restrictions: func(person []planner.Mark) (found []planner.InForce, err error) {
			o.limits, err = e.inForce(ctx, o, person)
			return o.limits, err
		}}, nil
}

// Approval is who may approve a plan, by the map: nobody need, anybody, or another person than who made it. What has come due was approved
// with the plan that kept it, unless the map asks again; where the plan itself asks, somebody does at least.
func (e *Engine) Approval(p *plan.Plan) string {
	need := e.Planner.Graph.Map.Approval[p.Right]
	if p.Due != nil {
		need = e.Planner.Graph.Map.DueApproval
	}
	if p.Asks() && (need == "nobody" || need == "") {
		return "anybody"
	}
	return need
}

// Approve signs the current plan of a request. The digest must be that plan's; where the map wants another person,
// whoever made the plan cannot sign it. It answers the tasks about a minor or a dead person too; while others of planning's are open, it
// is refused. Of a plan that is being carried out it changes nothing.
func (e *Engine) Approve(ctx context.Context, id, digest string) error {
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		p, err := openPlan(tx, id, digest)
		if err != nil {
			return err
		}
		if err := alone(p); err != nil {
			return err
		}
		if digest != "" && p.Digest != digest {
			return hint(fmt.Errorf("%w: that digest is not of the current plan of %s", ErrNotApproved, id), "dossier plan show %s", id)
		}
		if p.State == state.PlanApplied {
			return nil // sent again: it was approved then, and is being carried out
		}
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		var made plan.Plan
		if err := json.Unmarshal(p.Document, &made); err != nil {
			return fmt.Errorf("plan of %s: %w", id, err)
		}
		if e.Approval(&made) == "another_person" && p.CreatedBy == e.Operator {
			return hint(fmt.Errorf("%w: %s made this plan, and the map wants another person to approve an %s", ErrNotApproved, e.Operator, x.Right),
				"dossier --as SOMEBODY-ELSE apply %s --approve %s", id, p.Digest)
		}
		if err := e.approves(tx, id, p.Digest, now); err != nil {
			return err
		}
		if err := tx.ApprovePlan(p.ID, e.Operator, now); err != nil {
			return err
		}
		if p.Supplements == 0 {
			x.State = string(request.Approved)
		}
		if err := tx.SaveRequest(x, now); err != nil {
			return err
		}
		err = note(tx, "request.approved", id, map[string]string{"digest": p.Digest}, now)
		return err
	})
}
