package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/subject"
)

type tombstoneCmd struct {
	Check tombstoneCheckCmd `cmd:"" help:"Is somebody to be left out? By purpose, with a date."`
	List  tombstoneListCmd  `cmd:"" help:"What is kept of erasures."`
}

type tombstoneCheckCmd struct {
	Kind  string `arg:"" help:"A kind of identifier of the map: pesel, email …"`
	Value string `arg:"" optional:"" help:"Where the value comes from: - for standard input, @FILE or $${ENV}. Asked for where nothing is said."`
}

// Run asks the ledger. The value is never an argument: arguments can be seen by others.
func (c tombstoneCheckCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	kinds := e.Planner.Graph.Map.Identifiers
	if kinds[c.Kind] == nil {
		var names []string
		for n := range kinds {
			names = append(names, n)
		}
		slices.Sort(names)
		hint := "the map has " + strings.Join(names, ", ")
		if near := datamap.Near(c.Kind, names); near != "" {
			hint = "did you mean " + near + "?"
		}
		return usagef(hint, "no kind of identifier %s", c.Kind)
	}
	value, err := a.secret(ctx, c.Kind, c.Value)
	if err != nil {
		return err
	}
	if _, err := kinds[c.Kind].Normalise(value.Reveal()); err != nil && !errors.Is(err, subject.ErrNotAValue) {
		return usagef("", "the value given is no %s", c.Kind)
	}
	answers, err := e.CheckSuppression(ctx, c.Kind, value)
	if err != nil {
		return err
	}
	return view.Suppressions(a.out, c.Kind, answers, a.JSON)
}

type tombstoneListCmd struct{}

// Run lists the ledger.
func (tombstoneListCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	list, err := e.Tombstones(ctx)
	if err != nil {
		return err
	}
	return view.Tombstones(a.out, list, a.JSON)
}
