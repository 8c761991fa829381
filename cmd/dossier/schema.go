package main

import (
	"context"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/manifests"
)

type schemaCmd struct {
	Name string `arg:"" help:"controller or system."`
}

// Run prints a schema, for editors and other checkers.
func (c schemaCmd) Run(_ context.Context, a *app) error {
	b, err := manifests.Schema(c.Name)
	if err != nil {
		hint := "there are " + strings.Join(manifests.Schemas(), ", ")
		if near := datamap.Near(c.Name, manifests.Schemas()); near != "" {
			hint = "did you mean " + near + "?"
		}
		return usagef(hint, "there is no schema %s", c.Name)
	}
	_, err = a.out.Write(b)
	return err
}
