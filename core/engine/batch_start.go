package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// begunBatch is a batch that is carried out, and who is in it.
type begunBatch struct {
	state.Batch
	members []state.BatchMember
}

// batchBegun reads a batch that is carried out, and its plan.
func (e *Engine) batchBegun(ctx context.Context, name string) (b begunBatch, doc *plan.Batch, err error) {
	err = e.DB.Read(ctx, func(tx *state.Tx) error {
		if b.Batch, err = tx.Batch(name); err != nil {
			return err
		}
		if b.members, err = tx.BatchMembers(name); err != nil {
			return err
		}
		stored, err := tx.CurrentBatchPlan(name)
		if err != nil {
			return err
		}
		doc, err = batchDocument(stored)
		return err
	})
	return b, doc, err
}

// StartBatch begins to carry out the current plan of a batch, as [Engine.Start] does that of a request: all members are looked at once
// more, together, each held to its own plan, and where the world has moved beyond one of them nothing runs. Then one transaction
// lays out one set of steps for all, and what each request has for itself. Starting twice is starting once.
func (e *Engine) StartBatch(ctx context.Context, name, digest string) error {
	stored, err := e.batchPlan(ctx, name)
	if err != nil {
		return err
	}
	if digest != "" && digest != stored.Digest {
		return hint(fmt.Errorf("%w: the plan given is not the current one of batch %s", Stale{[]string{"another plan was made since"}}, name), "dossier plan show %s", name)
	}
	if stored.State == state.PlanApplied {
		return nil
	}
	b, err := batchDocument(stored)
	if err != nil {
		return err
	}
	need, err := e.BatchApproval(ctx, b)
	if err != nil {
		return err
	}
	if err := e.ready(b.Intact() && b.Digest == stored.Digest, b.Applicable, b.Blockers, need, stored); err != nil {
		return err
	}
	ms, err := e.membersOf(ctx, b)
	if err != nil {
		return err
	}
	defer ms.wipe()
	key, wrapped, err := e.Ring.NewDataKey(keys.MonthOf(e.Now()))
	if err != nil {
		return err
	}
	defer key.Wipe()
	e.progress("looking once more")
	work, results, err := e.lookAgain(ctx, ms, key, b)
	if err != nil {
		return err
	}
	return e.beginBatch(ctx, &open{Request: state.Request{ID: name, DEK: wrapped}, Key: key}, stored, ms, work, results)
}

// membersOf opens the members of a planned batch, each with its plan.
func (e *Engine) membersOf(ctx context.Context, b *plan.Batch) (members, error) {
	plans, err := read(ctx, e, func(tx *state.Tx) ([]state.Plan, error) { return memberPlans(tx, b) })
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, p := range plans {
		ids = append(ids, p.Request)
	}
	ms, err := e.openMembers(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, m := range ms {
		m.stored, m.plan = plans[i], &plan.Plan{}
		if err := json.Unmarshal(plans[i].Document, m.plan); err != nil {
			ms.wipe()
			return nil, fmt.Errorf("plan of %s: %w", m.ID, err)
		}
	}
	return ms, nil
}

// lookAgain makes the batch once more with the plan's own as_of, and compares each member's plan with the one that was approved.
func (e *Engine) lookAgain(ctx context.Context, ms members, key keys.DataKey, b *plan.Batch) (*planner.Work, []*planner.Result, error) {
	now, _, err := e.makeBatch(ctx, ms, key, b.AsOf, leftOut(ms[0].plan))
	if err != nil {
		return nil, nil, err
	}
	var diff []string
	for _, l := range now.Left {
		diff = append(diff, ms[l.Member].ID+": "+l.Attention.Text)
	}
	var plans []*plan.Plan
	for i, m := range ms {
		if r := now.Results[i]; r != nil {
			for _, d := range plan.Compare(m.plan, r.Plan) {
				diff = append(diff, m.ID+": "+d)
			}
		}
		plans = append(plans, m.plan)
	}
	if len(diff) > 0 {
		return nil, nil, hint(Stale{diff}, "plan them together again: dossier plan ID ID …")
	}
	now.Work.BoundTogether(plans, now.Rows)
	return now.Work, now.Results, nil
}

// beginBatch writes everything the steps need and lets them run.
func (e *Engine) beginBatch(ctx context.Context, batch *open, stored state.Plan, ms members, work *planner.Work, results []*planner.Result) error {
	frames, err := packWork(batch.Key, batch.ID, workEdge, &groupWork{Persons: allOf(len(ms)), Work: *work})
	if err != nil {
		return err
	}
	own := make([][]state.Frame, len(ms))
	for i, m := range ms {
		if own[i], err = packWork(m.Key, m.ID, workEdge, results[i].Work); err != nil {
			return err
		}
	}
	now := e.Now()
	defer failpoint("begun")
	failpoint("begin")
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		current, err := tx.Plan(stored.ID)
		if err != nil || current.State == state.PlanApplied {
			return err
		}
		b, err := batchDocument(current)
		if err != nil {
			return err
		}
		if current.State == state.PlanSuperseded {
			return gone(b, "another plan was made since")
		}
		if _, err := memberPlans(tx, b); err != nil {
			return err
		}
		var list []state.BatchMember
		for i, m := range ms {
			list = append(list, state.BatchMember{N: i, Request: m.ID, Plan: m.stored.ID})
		}
		if err := tx.AddBatch(state.Batch{ID: batch.ID, DEK: batch.DEK, Month: string(keys.MonthOf(now))}, list, now); err != nil {
			return err
		}
		l := &layout{tx: tx, batch: batch.ID, plan: stored.ID, now: now}
		end := l.add(phaseClose, "", "") // the batch's own
		for _, f := range frames {
			l.err = errors.Join(l.err, tx.PutFrame(end, batch.ID, f))
		}
		shared := l.systems(work)
		for i, m := range ms {
			if l.err != nil {
				return l.err
			}
			if err := e.beginMember(l, m, results[i].Work, own[i], shared, end); err != nil {
				return err
			}
		}
		if l.err != nil {
			return l.err
		}
		return tx.ApplyPlan(stored.ID, now)
	})
}

// layout lays the steps of a batch out; after an error it does nothing more.
type layout struct {
	tx    *state.Tx
	batch string
	plan  int64
	now   time.Time
	err   error
}

// add adds a step of all members.
func (l *layout) add(phase, system, part string) state.Step {
	return l.step(state.Step{Batch: l.batch, Plan: l.plan, Phase: phase, System: system, Part: part})
}

func (l *layout) step(s state.Step) state.Step {
	if l.err != nil {
		return s
	}
	s.Ord = phaseOrder[s.Phase]
	s, l.err = l.tx.AddStep(s, l.now)
	return s
}

func (l *layout) need(s state.Step, on ...state.Step) {
	for _, x := range on {
		if l.err == nil {
			l.err = l.tx.NeedStep(s.ID, x.ID)
		}
	}
}

// sharedSteps are those every member's own wait for.
type sharedSteps struct{ verify, settle []state.Step }

// systems lays out the steps of the systems that are worked for all.
func (l *layout) systems(work *planner.Work) (out sharedSteps) {
	apply, verify := map[string]state.Step{}, map[string]state.Step{}
	for _, w := range work.Systems {
		apply[w.System], verify[w.System] = l.add(phaseApply, w.System, ""), l.add(phaseVerify, w.System, "")
		settle := l.add(phaseSettle, w.System, "")
		l.need(verify[w.System], apply[w.System])
		l.need(settle, verify[w.System])
		out.verify, out.settle = append(out.verify, verify[w.System]), append(out.settle, settle)
	}
	for _, w := range work.Systems {
		for _, after := range w.After {
			if v, ok := verify[after]; ok {
				l.need(apply[w.System], v)
			}
		}
	}
	return out
}

// beginMember lays out what a request of a batch has for itself, as [Engine.begin] does for one alone: its frames, its people's work, whom to
// tell, its tombstone and due items, its end.
func (e *Engine) beginMember(l *layout, m *member, work *planner.Work, frames []state.Frame, shared sharedSteps, end state.Step) error {
	tx, now := l.tx, l.now
	if err := e.meets(tx, m.open, work); err != nil {
		return err
	}
	own := func(phase, system string) state.Step {
		return l.step(state.Step{Request: m.ID, Batch: l.batch, Plan: m.stored.ID, Phase: phase, System: system})
	}
	last, tell := own(phaseClose, ""), own(phaseTell, "")
	l.need(tell, shared.verify...)
	l.need(last, shared.settle...)
	l.need(last, tell)
	l.need(end, last)
	for _, system := range manualSystems(work) {
		byHand := own(phaseApply, system)
		l.need(tell, byHand)
		l.need(last, byHand)
		if l.err == nil {
			l.err = e.openManual(tx, m.open, work, system, byHand.ID, now)
		}
	}
	if l.err != nil {
		return l.err
	}
	for _, f := range frames {
		if err := tx.PutFrame(last, m.ID, f); err != nil {
			return err
		}
	}
	if m.Content.Right.Destroys() {
		if err := e.promise(tx, m.open, m.plan, work, now); err != nil {
			return err
		}
	}
	if err := e.arrange(tx, m.open, m.plan, work, last, now); err != nil {
		return err
	}
	if err := tx.ApplyPlan(m.stored.ID, now); err != nil {
		return err
	}
	x, err := tx.Request(m.ID)
	if err != nil {
		return err
	}
	x.State, x.WaitingFor, x.WaitingWhy = string(request.Running), "", ""
	if err := tx.SaveRequest(x, now); err != nil {
		return err
	}
	return note(tx, "request.running", m.ID, map[string]string{"digest": m.plan.Digest}, now)
}
