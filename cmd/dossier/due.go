package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

type dueCmd struct {
	List    dueListCmd    `cmd:"" default:"withargs" help:"What is kept with an end, and what has come due."`
	Plan    duePlanCmd    `cmd:"" help:"Plan what has come due; dossier apply carries it out."`
	Hold    dueHoldCmd    `cmd:"" help:"Suspend it: a claim, an inspection, a court."`
	Release dueReleaseCmd `cmd:"" help:"Let it go on."`
}

type dueListCmd struct {
	Now bool `help:"Only what has come due."`
}

// Run lists what is kept with an end.
func (c dueListCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	items, today, err := e.Dues(ctx)
	if err != nil {
		return err
	}
	return view.Dues(a.out, items, today, c.Now, a.JSON)
}

// showDue shows the one item that was held or released.
func (a *app) showDue(ctx context.Context, e *engine.Engine, id string) error {
	items, today, err := e.Dues(ctx)
	if err != nil {
		return err
	}
	items = slices.DeleteFunc(items, func(d state.DueItem) bool { return d.ID != id })
	return view.Dues(a.out, items, today, false, a.JSON)
}

type duePlanCmd struct {
	Item []string `arg:"" optional:"" help:"Items of dossier due; what came due with them is planned with them. All that have come due, unless said."`
	rehearseFlags
	Without []string `help:"Leave a system for later." placeholder:"SYSTEM"`
}

// Run plans what has come due: of several persons together, where their terms are equal.
func (c duePlanCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if err := a.openPlanning(ctx, e, c.Without); err != nil {
		return err
	}
	due, err := e.PlanDue(ctx, c.Item, c.options(c.Without))
	a.quieten()
	if err != nil {
		return err
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.due-plans/v1", "batches": due.Batches, "plans": due.Alone, "left": due.Left})
	}
	complete := true
	for _, b := range due.Batches {
		complete = complete && b.Complete
		if err := a.showBatch(ctx, e, b, true); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(a.out)
	}
	for _, p := range due.Alone {
		complete = complete && p.Complete
		if err := a.showPlan(ctx, e, p, true); err != nil {
			return err
		}
		_, _ = fmt.Fprintln(a.out)
	}
	view.DueLeft(a.out, len(due.Batches)+len(due.Alone), due.Left)
	if !complete {
		return waits{"store"}
	}
	for _, p := range due.Alone {
		if err := a.planWaits(ctx, e, p); err != nil {
			return err
		}
	}
	return nil
}

type dueHoldCmd struct {
	Item    string `arg:"" help:"An item of dossier due."`
	Because string `required:"" help:"Why. No personal data." placeholder:"TEXT"`
}

// Run holds an item.
func (c dueHoldCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if err := e.HoldDue(ctx, c.Item, c.Because); err != nil {
		return err
	}
	return a.showDue(ctx, e, c.Item)
}

type dueReleaseCmd struct {
	Item    string `arg:"" help:"An item of dossier due."`
	Because string `required:"" help:"Why. No personal data." placeholder:"TEXT"`
}

// Run releases an item.
func (c dueReleaseCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if err := e.ReleaseDue(ctx, c.Item, c.Because); err != nil {
		return err
	}
	return a.showDue(ctx, e, c.Item)
}
