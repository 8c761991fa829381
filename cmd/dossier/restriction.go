package main

import (
	"context"
	"fmt"
	"os"
	"slices"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/state"
)

type restrictionCmd struct {
	List   restrictionListCmd   `cmd:"" default:"withargs" help:"Those in force, with their review dates."`
	Permit restrictionPermitCmd `cmd:"" help:"Permit a use that art. 18(2) allows, for a time."`
	Uses   restrictionUsesCmd   `cmd:"" help:"The permits of a restriction, and what was done under each."`
	Use    restrictionUseCmd    `cmd:"" help:"Record a use made under a permit."`
	Open   restrictionOpenCmd   `cmd:"" help:"Write the restricted rows to a file, for a use a permit allows; recorded as a use."`
	Revoke restrictionRevokeCmd `cmd:"" help:"End a permit before its day."`
}

type restrictionListCmd struct {
	All bool `help:"The lifted ones too."`
}

// Run lists restrictions.
func (c restrictionListCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	list, err := e.Restrictions(ctx, c.All)
	if err != nil {
		return err
	}
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.restrictions/v1", "restrictions": list})
	}
	return view.Restrictions(a.out, list, a.zone(e), a.now())
}

type restrictionPermitCmd struct {
	ID      string `arg:"" help:"A restriction."`
	Basis   string `required:"" help:"consent, legal_claims, rights_of_another or public_interest." placeholder:"BASIS"`
	Law     string `help:"The provision; public_interest needs the one that commands the use." placeholder:"TEXT"`
	Account string `required:"" help:"Who may use the data: an account or an office." placeholder:"NAME"`
	Until   string `required:"" help:"The last day, as 2026-12-31." placeholder:"DATE"`
}

// Run records a permit.
func (c restrictionPermitCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	n, err := e.Permit(ctx, c.ID, state.Permit{Basis: c.Basis, Law: c.Law, Account: c.Account, Until: c.Until})
	if err != nil {
		return err
	}
	if !a.JSON {
		_, _ = fmt.Fprintf(a.out, "Permit %d of restriction %s, for %s until %s. It opens nothing by itself:\n  dossier restriction open %s --permit %d --for TEXT -o FILE.zip\n", n, c.ID, c.Account, view.Day(c.Until), c.ID, n)
		return nil
	}
	return a.showUses(ctx, e, c.ID)
}

type restrictionUsesCmd struct {
	ID string `arg:"" help:"A restriction."`
}

// Run lists permits and uses.
func (c restrictionUsesCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	return a.showUses(ctx, e, c.ID)
}

func (a *app) showUses(ctx context.Context, e *engine.Engine, id string) error {
	list, err := e.Uses(ctx, id)
	if err != nil {
		return err
	}
	return view.Uses(a.out, id, list, a.zone(e), a.now(), a.JSON)
}

type restrictionUseCmd struct {
	ID     string `arg:"" help:"A restriction."`
	Permit int64  `required:"" help:"The permit's number." placeholder:"N"`
	For    string `required:"" help:"What the data was used for; it is kept in clear, so name nobody." placeholder:"TEXT"`
}

// Run records a use.
func (c restrictionUseCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if err := e.Use(ctx, c.ID, c.Permit, c.For); err != nil {
		return err
	}
	return a.showUses(ctx, e, c.ID)
}

type restrictionOpenCmd struct {
	ID     string   `arg:"" help:"A restriction."`
	Permit int64    `required:"" help:"The permit's number." placeholder:"N"`
	For    string   `required:"" help:"What the data is used for; it is kept in clear, so name nobody." placeholder:"TEXT"`
	Only   []string `help:"Only these collections: whoever needs two is given two." placeholder:"SYSTEM/COLLECTION"`
	Output string   `short:"o" required:"" help:"The file, a ZIP, readable by its owner." placeholder:"FILE"`
}

// Run writes what is held to a file.
func (c restrictionOpenCmd) Run(ctx context.Context, a *app) error {
	if err := absent(c.Output); err != nil {
		return err
	}
	e, err := a.openEngine(ctx)
	if err != nil {
		return err
	}
	if err := knownPlaces(e.Planner.Graph.Map, c.Only); err != nil {
		return err
	}
	f, err := os.OpenFile(c.Output, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return usagef("", "%s cannot be written", c.Output)
	}
	opened, err := e.OpenHeld(ctx, c.ID, c.Permit, c.For, c.Only, f)
	if cerr := f.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("%s cannot be written", c.Output)
	}
	if err != nil {
		_ = os.Remove(c.Output)
		return err
	}
	a.quieten()
	if a.JSON {
		return view.JSON(a.out, opened)
	}
	_, _ = fmt.Fprintf(a.out, "%s: %s of %s and %s, for %s.\nRecorded as a use. The rows stay restricted where they are.\nThe file is to be destroyed by %s.\n",
		c.Output, view.Plural(opened.Rows, "row"), view.Plural(int64(opened.Collections), "collection"), view.Plural(int64(opened.Files), "file"), opened.Account, view.Weekday(opened.DestroyBy))
	return nil
}

// knownPlaces refuses an address the map does not have.
func knownPlaces(m *datamap.Map, only []string) error {
	var all []string
	for _, s := range m.Systems {
		for _, c := range s.Collections {
			all = append(all, c.Address())
		}
	}
	for _, o := range only {
		if !slices.Contains(all, o) {
			hint := "as SYSTEM/COLLECTION"
			if near := datamap.Near(o, all); near != "" {
				hint = "did you mean " + near + "?"
			}
			return usagef(hint, "the map has no collection %s", o)
		}
	}
	return nil
}

type restrictionRevokeCmd struct {
	ID     string `arg:"" help:"A restriction."`
	Permit int64  `required:"" help:"The permit's number." placeholder:"N"`
}

// Run ends a permit.
func (c restrictionRevokeCmd) Run(ctx context.Context, a *app) error {
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if err := e.RevokePermit(ctx, c.ID, c.Permit); err != nil {
		return err
	}
	return a.showUses(ctx, e, c.ID)
}
