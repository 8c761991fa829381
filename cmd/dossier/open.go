package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/plugins/host"
)

// openMap loads and checks the map; its mistakes are shown whole.
func (a *app) openMap() (*datamap.Map, error) {
	dir, err := a.mapDir()
	if err != nil {
		return nil, err
	}
	m, problems := datamap.Load(dir)
	if problems.Errors() > 0 || m == nil {
		_, _ = fmt.Fprint(a.err, problems.String())
		_, _ = fmt.Fprintln(a.err, datamap.Summary(dir, m, problems))
		return nil, shown{exitUsage}
	}
	return m, nil
}

// mapDir is the folder with controller.yaml; where --map holds several maps, they are named.
func (a *app) mapDir() (string, error) {
	if _, err := os.Stat(filepath.Join(a.Map, datamap.ControllerFile)); err == nil {
		return a.Map, nil
	}
	entries, err := os.ReadDir(a.Map)
	if errors.Is(err, fs.ErrNotExist) {
		return "", usage(fmt.Errorf("there is no folder %s", a.Map), "dossier --map DIR … names the folder with controller.yaml")
	}
	if err != nil {
		return "", usage(fmt.Errorf("%s cannot be read", a.Map), "dossier --map DIR … names the folder with controller.yaml")
	}
	var found []string
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(a.Map, e.Name(), datamap.ControllerFile)); err == nil {
			found = append(found, filepath.Join(a.Map, e.Name()))
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", usage(fmt.Errorf("%s holds no map: no controller.yaml", a.Map), "dossier --map DIR … names the folder with controller.yaml")
	}
	return "", usage(fmt.Errorf("%s holds several maps", a.Map), "choose one: dossier --map "+strings.Join(found, " | --map "))
}

// connectors is the pool of plugin processes.
func (a *app) connectors() (*host.Pool, error) {
	if a.pool != nil {
		return a.pool, nil
	}
	opts := host.PoolOptions{Folders: host.Folders(), Options: host.Options{Log: a.log()}}
	lock, err := host.ReadLock(host.LockName)
	if err != nil {
		return nil, usage(err, "dossier connector lock writes it anew")
	}
	opts.Lock = lock
	a.pool = host.NewPool(opts)
	a.onClose(a.pool.Close)
	return a.pool, nil
}

// open opens one system of the map through its connector's process.
func (a *app) open(ctx context.Context, s *datamap.System) *planner.System {
	y := &planner.System{Map: s}
	if s.Connector == datamap.Manual { // paper: people work it
		y.Card.Name = datamap.Manual
		return y
	}
	pool, err := a.connectors()
	if err != nil {
		y.Err = err
		return y
	}
	c, err := pool.Connector(ctx, s.Connector)
	if err != nil {
		y.Err = err
		return y
	}
	y.Card, y.SHA256 = c.Describe(), c.SHA256()
	settings, err := s.Settings(os.Getenv)
	if err != nil {
		y.Err = err
		return y
	}
	store, err := c.Open(ctx, connectors.Config(settings))
	if err != nil {
		y.Err = err
		return y
	}
	y.Store = store
	a.onClose(store.Close)
	return y
}

// openCopies opens the copies plans are read from. Where one does not answer the system itself is read, and that is said.
func (a *app) openCopies(ctx context.Context, systems map[string]*planner.System) error {
	for name, y := range systems {
		if y.Store == nil {
			continue
		}
		settings, err := y.Map.Settings(os.Getenv)
		if err != nil {
			return err
		}
		config, ok := connectors.Config(settings).Reading()
		if !ok {
			continue
		}
		c, err := a.pool.Connector(ctx, y.Map.Connector)
		if err != nil {
			return err
		}
		store, err := c.Open(ctx, config)
		if err != nil {
			a.note(name + ": the copy " + connectors.SettingRead + " names does not answer; the plan reads the system itself")
			continue
		}
		y.Copy = store
		a.onClose(store.Close)
	}
	return ctx.Err()
}

// openSystems opens every system. One that does not open is noted on it and stops no other.
func (a *app) openSystems(ctx context.Context, m *datamap.Map) (map[string]*planner.System, error) {
	out := map[string]*planner.System{}
	for _, s := range m.Systems {
		a.tell("opening " + s.Name)
		out[s.Name] = a.open(ctx, s)
	}
	return out, ctx.Err()
}

// wrongSettings are the mistakes in the settings of systems, those left out excepted. A store that is down is no mistake.
func wrongSettings(m *datamap.Map, systems map[string]*planner.System, without []string) []error {
	var wrong []error
	for _, s := range m.Systems {
		if y := systems[s.Name]; y.Err != nil && !errors.Is(y.Err, connectors.ErrTryLater) && !slices.Contains(without, s.Name) {
			wrong = append(wrong, named(s, y.Err))
		}
	}
	return wrong
}

// named says of which system an error speaks, unless it says so itself.
func named(s *datamap.System, err error) error {
	if strings.Contains(err.Error(), "system "+s.Name) {
		return err
	}
	return fmt.Errorf("system %s: %w", s.Name, err)
}

// openState opens the executor's own database; commands that read never make it.
func (a *app) openState(ctx context.Context) (*state.DB, error) {
	db, err := state.Open(ctx, a.State)
	if err != nil && ctx.Err() == nil {
		return nil, usage(err, "")
	}
	if err != nil {
		return nil, err
	}
	a.onClose(db.Close)
	return db, nil
}

// openEngine opens everything that carries requests out. A system with a wrong setting is said aloud and waited for like one that is
// down: what was begun in the others goes on, and a person can answer for it.
func (a *app) openEngine(ctx context.Context) (*engine.Engine, error) {
	e, err := a.openRegister(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.openStores(ctx, e); err != nil {
		return nil, err
	}
	for _, err := range wrongSettings(e.Planner.Graph.Map, e.Planner.Systems, nil) {
		a.note(err.Error())
	}
	return e, nil
}

// openPlanning opens the systems to look at them for a plan: there a wrong setting ends the command, unless its system is left out.
func (a *app) openPlanning(ctx context.Context, e *engine.Engine, without []string) error {
	if err := a.openStores(ctx, e); err != nil {
		return err
	}
	if err := a.openCopies(ctx, e.Planner.Systems); err != nil {
		return err
	}
	if wrong := wrongSettings(e.Planner.Graph.Map, e.Planner.Systems, without); len(wrong) > 0 {
		return usage(errors.Join(wrong...), "dossier manifest check --live looks at all of them")
	}
	return nil
}

func (a *app) openStores(ctx context.Context, e *engine.Engine) error {
	if err := os.MkdirAll(e.Archives, 0o700); err != nil {
		return usagef("", "the folder for archives beside the state, %s, cannot be made", e.Archives)
	}
	var err error
	e.Planner.Systems, err = a.openSystems(ctx, e.Planner.Graph.Map)
	return err
}

// openRegister is the engine without any system open: for commands that only look at the register.
func (a *app) openRegister(ctx context.Context) (*engine.Engine, error) {
	m, err := a.openMap()
	if err != nil {
		return nil, err
	}
	db, err := a.openState(ctx)
	if err != nil {
		return nil, err
	}
	ring, err := keys.Open(a.Keys, a.State)
	if err != nil {
		return nil, usage(err, "")
	}
	years, err := keys.OpenYears(keys.YearsPath(a.Keys), a.State)
	if err != nil {
		return nil, usage(err, "")
	}
	return engine.Open(engine.Engine{DB: db, Ring: ring, Years: years, Archives: filepath.Join(filepath.Dir(a.State), "archives"), Log: a.log(), Now: a.now, Operator: a.As,
		Progress: a.tell, Planner: &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{}}}), nil
}
