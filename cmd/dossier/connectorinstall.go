package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

type connectorInstallCmd struct {
	System string `arg:"" help:"A system of the map."`
	Undo   bool   `help:"What takes away again what was installed; refused while rows are restricted."`
	Print  bool   `help:"Only print it; that is all this command does, for installing is an administrator's." default:"true" hidden:""`
}

// Run prints the statements.
func (c connectorInstallCmd) Run(ctx context.Context, a *app) error {
	nothing := "nothing is to be installed by hand: what a restriction needs is there, or the connector makes it when the first one comes"
	if c.Undo {
		nothing = "nothing is to be taken away: nothing was installed"
	}
	return a.statements(ctx, c.System, "install", nothing,
		func(y live) ([]string, error) {
			if i, ok := connectors.As[connectors.Installer](y.Store); ok {
				uses := slices.DeleteFunc(planner.Uses(y.Map, "restriction"), func(u connectors.Use) bool { return u.Method == "" })
				if c.Undo {
					return i.Uninstall(ctx, uses)
				}
				return i.Install(ctx, uses)
			}
			return nil, nil
		})
}

type connectorGrantsCmd struct {
	System string `arg:"" help:"A system of the map."`
	Right  string `help:"Only what this right needs: ${enum}." enum:"all,access,erasure,rectification,restriction" default:"all"`
}

// Run prints, for each right, what the connector's account needs for it by the map, and nothing more. An erasure's are those of an objection and a
// withdrawal too, an access's those of a portability, a restriction's those of its lift.
func (c connectorGrantsCmd) Run(ctx context.Context, a *app) error {
	y, err := a.openSystem(ctx, c.System)
	if err != nil {
		return err
	}
	g, can := connectors.As[connectors.Granter](y.Store)
	rights := map[string][]string{}
	var order, all []string
	for _, right := range planner.UsedBy {
		if c.Right != "all" && c.Right != right || !can {
			continue
		}
		texts, err := g.Grants(ctx, planner.Uses(y.Map, right))
		if err != nil {
			return named(y.Map, err)
		}
		order, rights[right] = append(order, right), texts
		for _, t := range texts {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	a.quieten()
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.connector-grants/v1", "system": c.System, "statements": append([]string{}, all...), "rights": rights})
	}
	if len(all) == 0 {
		_, err = fmt.Fprintf(a.out, "%s, connector %s: nothing is to be granted: the connector opens the system as whoever runs it may.\n", c.System, y.Map.Connector)
		return err
	}
	for _, right := range order {
		if _, err := fmt.Fprintln(a.out, "-- "+right); err != nil {
			return err
		}
		if err := printed(a.out, rights[right]); err != nil {
			return err
		}
	}
	return nil
}

// printed prints statements, each with its end; what begins with -- is a remark, and has none.
func printed(w io.Writer, texts []string) error {
	for _, t := range texts {
		end := ";"
		if strings.HasPrefix(t, "--") {
			end = ""
		}
		if _, err := fmt.Fprintln(w, t+end); err != nil {
			return err
		}
	}
	return nil
}

// statements prints what the store says of itself, or that it needs nothing.
func (a *app) statements(ctx context.Context, system, what, nothing string, ask func(live) ([]string, error)) error {
	y, err := a.openSystem(ctx, system)
	if err != nil {
		return err
	}
	texts, err := ask(y)
	if err != nil {
		return named(y.Map, err)
	}
	a.quieten()
	if a.JSON {
		return view.JSON(a.out, view.Document{"format": "dossier.connector-" + what + "/v1", "system": system, "statements": append([]string{}, texts...)})
	}
	if len(texts) == 0 {
		_, err = fmt.Fprintf(a.out, "%s, connector %s: %s.\n", system, y.Map.Connector, nothing)
		return err
	}
	return printed(a.out, texts)
}

type connectorProtoCmd struct{}

// Run prints the .proto.
func (connectorProtoCmd) Run(_ context.Context, a *app) error {
	_, err := fmt.Fprint(a.out, wire.Proto)
	return err
}
