package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/livecheck"
	"github.com/dossier-dsr/dossier/core/planner"
)

type manifestCheckCmd struct {
	Live    bool     `help:"Compare it with the connectors and the stores, too."`
	Against []string `help:"Compare it with a schema that manifest inspect wrote; for the application's own tests." placeholder:"SCHEMA.json"`
	Strict  bool     `help:"Warnings are mistakes too."`
}

// Run checks the map: by itself, then against schema files, then against the stores.
func (c manifestCheckCmd) Run(ctx context.Context, a *app) error {
	dir, err := a.mapDir()
	if err != nil {
		return err
	}
	m, problems := datamap.Load(dir)
	check := view.Check{Dir: dir, Map: m, Problems: problems}
	var wrong error // settings: no line of the map is at fault
	if m != nil && problems.Errors() == 0 {
		var more datamap.Problems
		for _, file := range c.Against {
			found, err := a.against(ctx, m, file)
			if err != nil {
				return err
			}
			more = append(more, found...)
		}
		if c.Live {
			var found datamap.Problems
			if found, wrong = a.live(ctx, m, &check); wrong != nil && found.Errors() == 0 {
				return wrong
			}
			more = append(more, found...)
		}
		check.Problems = append(check.Problems, datamap.Show(dir, more)...)
	}
	a.quieten()
	bad := check.Problems.Errors() > 0 || c.Strict && len(check.Problems) > 0
	if err := view.MapCheck(a.out, check, !bad, a.JSON); err != nil {
		return err
	}
	if wrong != nil {
		return wrong
	}
	if bad {
		return shown{exitUsage}
	}
	if len(check.Unreached) > 0 {
		return waits{"store"}
	}
	return nil
}

// against compares one system with an inspected schema.
func (a *app) against(ctx context.Context, m *datamap.Map, file string) (datamap.Problems, error) {
	b, err := a.readFile(ctx, "schema", file)
	if err != nil {
		return nil, err
	}
	found, err := livecheck.Read(bytes.NewReader(b))
	if err != nil {
		return nil, usage(fmt.Errorf("%s: %w", file, err), "dossier manifest inspect SYSTEM -o FILE writes one")
	}
	s := m.System(found.System)
	if s == nil {
		return nil, usagef("dossier manifest inspect SYSTEM -o FILE writes it anew", "%s is of a system %s, and the map has none", file, found.System)
	}
	if found.Connector != "" && found.Connector != s.Connector {
		return nil, usagef("dossier manifest inspect "+s.Name+" -o FILE writes it anew", "%s was written by connector %s, and the map names %s", file, found.Connector, s.Connector)
	}
	return found.Against(s), nil
}

// live compares every system with its connector and its store.
func (a *app) live(ctx context.Context, m *datamap.Map, check *view.Check) (datamap.Problems, error) {
	pool, err := a.connectors()
	if err != nil {
		return nil, err
	}
	var installed []string
	for _, i := range pool.Installed() {
		installed = append(installed, i.Name)
	}
	problems := livecheck.Installed(m, installed)
	missing := problems.Errors()
	check.Live = true
	var wrong []error // settings: all are said at once
	for _, s := range m.Systems {
		if s.Connector == datamap.Manual {
			check.Paper = append(check.Paper, s.Name)
			continue
		}
		a.tell("looking at " + s.Name)
		found, err := a.liveSystem(ctx, s)
		switch {
		case errors.Is(err, connectors.ErrTryLater):
			check.Unreached = append(check.Unreached, s.Name)
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil && missing == 0:
			wrong = append(wrong, err)
		case found.Errors() == 0 && err == nil:
			check.Agree = append(check.Agree, s.Name)
		}
		problems = append(problems, found...)
	}
	if len(wrong) > 0 {
		return problems, usage(errors.Join(wrong...), "")
	}
	return problems, nil
}

func (a *app) liveSystem(ctx context.Context, s *datamap.System) (datamap.Problems, error) {
	y := a.open(ctx, s)
	var found datamap.Problems
	if y.Card.Name != "" {
		found = livecheck.Card(s, y.Card)
	}
	if y.Err != nil {
		if found.Errors() > 0 && !errors.Is(y.Err, connectors.ErrTryLater) {
			return found, nil // the card says why it could not be opened, and where
		}
		return found, named(s, y.Err)
	}
	all, err := live{y}.inspection(ctx)
	if err != nil {
		return found, named(s, err)
	}
	return all.Against(s), nil
}

// live is an open system to be looked at.
type live struct{ *planner.System }

// openSystem opens one system of the map.
func (a *app) openSystem(ctx context.Context, name string) (live, error) {
	m, err := a.openMap()
	if err != nil {
		return live{}, err
	}
	s := m.System(name)
	if s == nil {
		_, err := m.Lookup(name)
		return live{}, usage(err, "")
	}
	if s.Connector == datamap.Manual {
		return live{}, usagef("", "%s is paper: no connector serves it", name)
	}
	y := a.open(ctx, s)
	if errors.Is(y.Err, connectors.ErrTryLater) {
		return live{}, named(s, y.Err)
	}
	if y.Err != nil {
		return live{}, usage(named(s, y.Err), "")
	}
	return live{y}, nil
}

// inspection is the connector's card and the store's schema, where the connector can tell it.
func (l live) inspection(ctx context.Context) (livecheck.Inspection, error) {
	out := livecheck.Inspection{System: l.Map.Name, Connector: l.Map.Connector, Card: &l.Card}
	i, ok := connectors.As[connectors.Inspector](l.Store)
	if !ok {
		return out, nil
	}
	var err error
	out.Schema, err = i.Inspect(ctx)
	return out, err
}
