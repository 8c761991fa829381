package main

import (
	"context"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
)

type dueCmd struct {
	List    dueListCmd    `cmd:"" default:"withargs" help:"What is kept with an end, and what has come due."`
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
	return a.showDues(ctx, e, c.Now)
}

func (a *app) showDues(ctx context.Context, e *engine.Engine, now bool) error {
	items, today, err := e.Dues(ctx)
	if err != nil {
		return err
	}
	return view.Dues(a.out, items, today, now, a.JSON)
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
	return a.showDues(ctx, e, false)
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
	return a.showDues(ctx, e, false)
}
