package main

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

type connectorInstallCmd struct {
	System string `arg:"" help:"A system of the map."`
	Print  bool   `help:"Only print it; that is all this command does, for installing is an administrator's." default:"true" hidden:""`
}

// Run prints the statements.
func (c connectorInstallCmd) Run(ctx context.Context, a *app) error {
	return a.statements(ctx, c.System, "install", "nothing is to be installed by hand: what a restriction needs is there, or the connector makes it when the first one comes",
		func(y live) ([]string, error) {
			if i, ok := connectors.As[connectors.Installer](y.Store); ok {
				return i.Install(ctx, y.uses())
			}
			return nil, nil
		})
}

type connectorGrantsCmd struct {
	System string `arg:"" help:"A system of the map."`
}

// Run prints the statements.
func (c connectorGrantsCmd) Run(ctx context.Context, a *app) error {
	return a.statements(ctx, c.System, "grants", "nothing is to be granted: the connector opens the system as whoever runs it may",
		func(y live) ([]string, error) {
			if g, ok := connectors.As[connectors.Granter](y.Store); ok {
				return g.Grants(ctx, y.uses())
			}
			return nil, nil
		})
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
	for _, t := range texts {
		if _, err := fmt.Fprintln(a.out, t+";"); err != nil {
			return err
		}
	}
	return nil
}

// uses are the system's collections, as the connector knows them, and how their rows are blocked.
func (l live) uses() []connectors.Use {
	var out []connectors.Use
	for _, c := range l.Map.Collections {
		out = append(out, connectors.Use{Collection: connectors.Collection{Name: c.Name, At: c.At, Key: c.Key}, Reads: c.Key, Verbs: l.Card.Verbs, Method: c.Restrict.Block})
	}
	return out
}

type connectorProtoCmd struct{}

// Run prints the .proto.
func (connectorProtoCmd) Run(_ context.Context, a *app) error {
	_, err := fmt.Fprint(a.out, wire.Proto)
	return err
}
