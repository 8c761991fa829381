package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// BatchPlanned is what [Engine.PlanBatch] made.
type BatchPlanned struct {
	Plan  *plan.Batch  // stored under its name, with the plan of every member; where nobody is left in it, not stored
	Alone []*plan.Plan // of those who were left, each its own, stored: they are carried out by themselves
}

// PlanBatch plans registered requests together and stores the plan under a name ("" one of the day); it replaces an earlier one of that
// name which was not started, and the plans its members had. Erasures, objections and withdrawals of equal terms may be planned
// together ([planner.ErrUnlike]). Who has to be looked at first is planned by itself. Nothing changes in any system.
func (e *Engine) PlanBatch(ctx context.Context, name string, ids []string, opt PlanOptions) (*BatchPlanned, error) {
	now := e.Now()
	if len(ids) == 0 {
		return nil, errors.New("a batch has at least one request")
	}
	name, err := e.batchName(ctx, name, now)
	if err != nil {
		return nil, err
	}
	ms, err := e.openMembers(ctx, ids)
	if err != nil {
		return nil, err
	}
	defer ms.wipe()
	for _, m := range ms {
		if m.due, err = read(ctx, e, func(tx *state.Tx) (*dueWork, error) { return dueOf(tx, e, m.ID, now) }); err != nil {
			return nil, err
		}
		if err := plannable(m.open); err != nil {
			return nil, err
		}
	}
	key, _, err := e.Ring.NewDataKey(keys.MonthOf(now)) // what is made under it is thrown away with the work
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	made, in, err := e.reading().makeBatch(ctx, ms, key, now, opt.Without)
	if err != nil {
		return nil, err
	}
	out := &BatchPlanned{Plan: made.Plan(name, in)}
	if opt.Rehearse {
		if err := e.rehearseBatch(ctx, out.Plan, made.Work, opt.rehearsal()); err != nil {
			return nil, err
		}
	}
	if len(out.Plan.Requests) > 0 {
		if err := e.storeBatch(ctx, ms, out.Plan, made, now); err != nil {
			return nil, err
		}
	}
	for _, l := range out.Plan.Left {
		p, err := e.Plan(ctx, l.Request, opt)
		if err != nil {
			return out, fmt.Errorf("%s, which is planned by itself: %w", l.Request, err)
		}
		out.Alone = append(out.Alone, p)
	}
	return out, nil
}

// storeBatch keeps the plan of a batch and, with it, that of every member.
func (e *Engine) storeBatch(ctx context.Context, ms members, b *plan.Batch, made *planner.Batch, now time.Time) error {
	doc, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		if p, err := tx.CurrentBatchPlan(b.Batch); err == nil && p.State == state.PlanApplied {
			return hint(fmt.Errorf("batch %s is carried out already: %w", b.Batch, ErrState), "give the new one another name")
		}
		if err := leaveBatch(tx, b, now); err != nil {
			return err
		}
		if _, err := tx.AddPlan(state.Plan{Batch: b.Batch, Digest: b.Digest, Document: doc, Complete: b.Complete, Applicable: b.Applicable, AsOf: b.AsOf, ExpiresAt: b.ExpiresAt,
			CreatedAt: now, CreatedBy: e.Operator}); err != nil {
			return err
		}
		for i, r := range made.Results {
			if r == nil {
				continue
			}
			x, err := tx.Request(r.Plan.Request)
			if err != nil {
				return err
			}
			if st := request.State(x.State); st == request.Running || st.Closed() {
				return hint(fmt.Errorf("request %s is %s: %w", x.ID, x.State, ErrState), "dossier request show %s", x.ID)
			}
			stored, err := e.stored(r.Plan, b.Batch, now)
			if err != nil {
				return err
			}
			if _, err := tx.AddPlan(stored); err != nil {
				return err
			}
			open, err := e.ask(tx, ms[i].open, r, now) // who is asked about is left; what was asked before applies no more
			if err != nil {
				return err
			}
			if err := enterPlan(tx, x, r.Plan, b.Batch, open, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// leaveBatch takes those who are no longer in a batch out of it: the plan they had there is none without it.
func leaveBatch(tx *state.Tx, b *plan.Batch, now time.Time) error {
	were, err := tx.Requests(state.RequestFilter{Batch: b.Batch})
	if err != nil {
		return err
	}
	for _, x := range were {
		if slices.ContainsFunc(b.Requests, func(m plan.Member) bool { return m.Request == x.ID }) {
			continue
		}
		x.Batch = ""
		if !request.State(x.State).Closed() {
			if err := tx.SupersedePlan(x.ID); err != nil {
				return err
			}
			x.State, x.WaitingFor, x.WaitingWhy, x.Attention = string(request.Received), "", "", nil
		}
		if err := tx.SaveRequest(x, now); err != nil {
			return err
		}
	}
	return nil
}

// ApproveBatch signs the current plan of a batch, and with it that of every member. The digest must be the batch's; where the map wants
// another person, whoever made the plan cannot sign it. Of one that is being carried out it changes nothing.
func (e *Engine) ApproveBatch(ctx context.Context, name, digest string) error {
	now := e.Now()
	stored, err := e.batchPlan(ctx, name)
	if err != nil {
		return err
	}
	if digest != "" && stored.Digest != digest {
		return hint(fmt.Errorf("%w: that digest is not of the current plan of batch %s", ErrNotApproved, name), "dossier plan show %s", name)
	}
	if stored.State == state.PlanApplied {
		return nil // sent again
	}
	b, err := batchDocument(stored)
	if err != nil {
		return err
	}
	need, err := e.BatchApproval(ctx, b)
	if err != nil {
		return err
	}
	if need == "another_person" && stored.CreatedBy == e.Operator {
		return hint(fmt.Errorf("%w: %s made this plan, and the map wants another person to approve an %s", ErrNotApproved, e.Operator, b.Right),
			"dossier --as SOMEBODY-ELSE apply %s --approve %s", name, stored.Digest)
	}
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		plans, err := memberPlans(tx, b)
		if err != nil {
			return err
		}
		if err := tx.ApprovePlan(stored.ID, e.Operator, now); err != nil {
			return err
		}
		for _, p := range plans {
			if err := tx.ApprovePlan(p.ID, e.Operator, now); err != nil {
				return err
			}
			x, err := tx.Request(p.Request)
			if err != nil {
				return err
			}
			x.State = string(request.Approved)
			if err := tx.SaveRequest(x, now); err != nil {
				return err
			}
			if err := note(tx, "request.approved", p.Request, map[string]string{"digest": p.Digest}, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// memberPlans are the stored plans of a batch's members, in their order. Where one is no longer its request's, or the request has ended
// or left the batch, the batch is stale: it has to be planned again.
func memberPlans(tx *state.Tx, b *plan.Batch) ([]state.Plan, error) {
	var out []state.Plan
	for _, m := range b.Requests {
		x, err := tx.Request(m.Request)
		if err != nil {
			return nil, err
		}
		p, err := tx.CurrentPlan(m.Request)
		switch st := request.State(x.State); {
		case st.Closed():
			return nil, gone(b, fmt.Sprintf("request %s is %s", x.ID, x.State))
		case errors.Is(err, state.ErrNotFound) || err == nil && (p.Digest != m.Digest || x.Batch != b.Batch):
			return nil, gone(b, fmt.Sprintf("request %s was planned anew since, or changed", x.ID))
		case err != nil:
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func gone(b *plan.Batch, why string) error {
	return hint(Stale{[]string{why}}, "plan the others together again: dossier plan ID ID …, as batch %s", b.Batch)
}
