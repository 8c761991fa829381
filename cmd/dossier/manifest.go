package main

import (
	"context"
	"fmt"
	"os"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/datamap/explain"
	"github.com/dossier-dsr/dossier/core/datamap/picture"
	"github.com/dossier-dsr/dossier/core/livecheck"
)

type manifestCmd struct {
	Check   manifestCheckCmd   `cmd:"" help:"Check the map; all mistakes at once."`
	Explain manifestExplainCmd `cmd:"" help:"What holds at one place of the map, and from where."`
	Inspect manifestInspectCmd `cmd:"" help:"Write the live schema of a system, for manifest check --against."`
	Graph   manifestGraphCmd   `cmd:"" help:"Draw how collections hang together."`
	Fmt     manifestFmtCmd     `cmd:"" help:"Bring the files of the map to one form; comments stay."`
}

type manifestExplainCmd struct {
	Address string `arg:"" help:"SYSTEM, SYSTEM/COLLECTION, SYSTEM/COLLECTION.FIELD, or categories."`
}

// Run explains one address.
func (c manifestExplainCmd) Run(_ context.Context, a *app) error {
	m, err := a.openMap()
	if err != nil {
		return err
	}
	x, err := explain.Address(m, c.Address)
	if err != nil {
		return usage(err, "dossier manifest graph names all places")
	}
	if a.JSON {
		return view.JSON(a.out, x)
	}
	_, err = fmt.Fprint(a.out, x)
	return err
}

type manifestInspectCmd struct {
	System string `arg:"" help:"A system of the map."`
	Output string `short:"o" help:"Write it to a file." placeholder:"FILE"`
}

// Run writes the schema of one system. It holds no row.
func (c manifestInspectCmd) Run(ctx context.Context, a *app) error {
	if err := absent(c.Output); err != nil {
		return err
	}
	s, err := a.openSystem(ctx, c.System)
	if err != nil {
		return err
	}
	found, err := s.inspection(ctx)
	if err != nil {
		return err
	}
	if found.Schema == nil {
		return usagef("", "connector %s cannot tell the schema of %s", s.Map.Connector, s.Map.Name)
	}
	a.quieten()
	if c.Output == "" {
		return livecheck.Write(a.out, found)
	}
	f, err := os.OpenFile(c.Output, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return usagef("", "%s cannot be written", c.Output)
	}
	err = livecheck.Write(f, found)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return usagef("", "%s cannot be written", c.Output)
	}
	a.note(fmt.Sprintf("the schema of %s, %s, is in %s; dossier manifest check --against compares the map with it.", c.System, view.Plural(int64(len(found.Schema.Collections)), "table"), c.Output))
	return nil
}

type manifestGraphCmd struct {
	DOT     bool `help:"For Graphviz." xor:"form"`
	Mermaid bool `help:"For pages that draw Mermaid." xor:"form"`
}

// Run draws the map.
func (c manifestGraphCmd) Run(_ context.Context, a *app) error {
	m, err := a.openMap()
	if err != nil {
		return err
	}
	switch {
	case a.JSON:
		return view.GraphJSON(a.out, m)
	case c.DOT:
		_, err = fmt.Fprint(a.out, picture.DOT(m))
	case c.Mermaid:
		_, err = fmt.Fprint(a.out, picture.Mermaid(m))
	default:
		_, err = fmt.Fprint(a.out, picture.Text(m))
	}
	return err
}
