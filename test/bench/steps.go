package main

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

// stages are what one request is measured in.
type stages struct{ plan, start, apply, verify *series }

func newStages() stages {
	return stages{plan: &series{name: "plan"}, start: &series{name: "look once more, seal the keys, record"}, apply: &series{name: "apply"}, verify: &series{name: "verify"}}
}

func (s stages) each() []*series { return []*series{s.plan, s.start, s.apply, s.verify} }

// carry plans, approves and works a request on the databases, and wants every system verified.
func (h *house) carry(ctx context.Context, id string, into stages) error {
	stop := start()
	p, err := h.engine.Plan(ctx, id, engine.PlanOptions{Without: []string{"documents"}})
	if err != nil {
		return err
	}
	into.plan.addSpent(stop())
	if !p.Applicable {
		return fmt.Errorf("request %s cannot be applied: %v", id, p.Blockers)
	}
	h.engine.Operator = "another"
	err = h.engine.Approve(ctx, id, p.Digest)
	h.engine.Operator = "bench"
	if err != nil {
		return err
	}
	stop = start()
	if err := h.engine.Start(ctx, id, p.Digest); err != nil {
		return err
	}
	into.start.addSpent(stop())
	if err := h.steps(ctx, id, into); err != nil {
		return err
	}
	return h.done(ctx, id)
}

// steps works what is due of a request.
func (h *house) steps(ctx context.Context, id string, into stages) error {
	return h.work(ctx, into, func(tx *state.Tx) ([]state.Step, error) { return tx.DueStepsOf(id, h.engine.Now()) })
}

// work does and verifies what is due until nothing is, and adds up what that took; who is told, and the end, are left.
func (h *house) work(ctx context.Context, into stages, dues func(*state.Tx) ([]state.Step, error)) error {
	var apply, verify spent
	for worked := true; worked; {
		worked = false
		var due []state.Step
		err := h.engine.DB.Read(ctx, func(tx *state.Tx) (err error) { due, err = dues(tx); return err })
		if err != nil {
			return err
		}
		for _, s := range due {
			into := map[string]*spent{"apply": &apply, "verify": &verify}[s.Phase]
			if into == nil {
				continue
			}
			stop := start()
			ok, err := h.engine.Work(ctx, s.ID)
			if err != nil {
				return err
			}
			*into = into.plus(stop())
			worked = worked || ok
		}
	}
	into.apply.addSpent(apply)
	into.verify.addSpent(verify)
	return nil
}

// done wants every system verified.
func (h *house) done(ctx context.Context, id string) error {
	s, err := h.engine.Standing(ctx, id)
	if err != nil {
		return err
	}
	for _, y := range s.Systems {
		if y.VerifiedAt == nil && y.State != "left out" {
			return fmt.Errorf("%s is %s", y.Name, y.State)
		}
	}
	return nil
}
