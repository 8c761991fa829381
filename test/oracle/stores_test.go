package oracle

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/memory"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/planner"
)

// way is a kind of store the cases run on.
type way struct {
	name string
	open func(t *testing.T, n int, system string) (connectors.Store, connectors.Description, error)
	card func(d *connectors.Description)
	dear bool                                                 // each trial as an ordinary account is a connection of its own
	fill func(ctx context.Context, h *house) error            // nil: by the stores' own fixtures
	read func(ctx context.Context, h *house) (content, error) // every row wherever it stands; nil: as fill
}

var ways = map[string]way{
	"memory": {name: "memory", open: inMemory, card: func(*connectors.Description) {}},
	// narrow follows no path, asks over no edge and takes three keys at a time: everything is worked out by the host.
	"narrow": {name: "narrow", open: inMemory, card: func(d *connectors.Description) {
		d.MaxPath, d.Recursive, d.Exists, d.MaxValues = 0, false, false, 3
	}},
	"sqlite": {name: "sqlite", open: inSQLite, card: func(*connectors.Description) {}},
}

var memoryConnector memory.Connector

func inMemory(t *testing.T, n int, system string) (connectors.Store, connectors.Description, error) {
	s, err := memoryConnector.Open(t.Context(), connectors.Config{"name": fmt.Sprintf("%s/%d/%s", t.Name(), n, system)})
	return s, memoryConnector.Describe(), err
}

func inSQLite(t *testing.T, n int, system string) (connectors.Store, connectors.Description, error) {
	file := filepath.Join(t.TempDir(), fmt.Sprintf("%d-%s.db", n, system))
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return nil, connectors.Description{}, err
	}
	s, err := sqlite.Connector{}.Open(t.Context(), connectors.Config{"file": file})
	return s, sqlite.Connector{}.Describe(), err
}

// strict refuses what the card says the store cannot do.
type strict struct {
	connectors.Store
	card connectors.Description
}

func (s strict) Unwrap() any { return s.Store }

func (s strict) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if err := s.check(sel); err != nil {
		return err
	}
	return s.Store.Locate(ctx, sel, out)
}

func (s strict) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	for _, sel := range sels {
		if err := s.check(sel); err != nil {
			return nil, err
		}
	}
	c, _ := connectors.As[connectors.Counter](s.Store)
	return c.Count(ctx, sels)
}

func (s strict) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	if err := connectors.ValidateAll(do); err != nil {
		return nil, err
	}
	for _, t := range do {
		if t.Verb != connectors.Ensure {
			if err := s.check(t.On); err != nil {
				return nil, err
			}
		}
	}
	w, _ := connectors.As[connectors.Writer](s.Store)
	return w.Apply(ctx, do, opt)
}

func (s strict) check(sel connectors.Selection) error {
	if err := sel.Validate(); err != nil {
		return err
	}
	exists := false
	for _, c := range sel.Where {
		exists = exists || c.HasExists()
	}
	for _, m := range sel.Any {
		if len(m.Via) > s.card.MaxPath || s.card.MaxValues > 0 && len(m.Values) > s.card.MaxValues {
			return fmt.Errorf("%s: more hops or tuples than the card says", sel.Collection.Name)
		}
		for _, h := range m.Via {
			if h.Repeat && !s.card.Recursive {
				return fmt.Errorf("%s: a hop repeats", sel.Collection.Name)
			}
			for _, c := range append(h.If, h.Then...) {
				exists = exists || c.HasExists()
			}
		}
	}
	if exists && !s.card.Exists {
		return fmt.Errorf("%s: asked over an edge", sel.Collection.Name)
	}
	return nil
}

// house is one case laid out.
type house struct {
	e       *estate
	way     way
	m       *datamap.Map
	planner *planner.Planner
	stores  map[string]connectors.Store
	probed  int                           // times everything was probed
	kept    map[string][]connectors.Tuple // keys of the rows blocked, by address of their collection, where somebody asks for them
}

func (w way) lay(t *testing.T, n int, e *estate) (*house, error) {
	m, problems := datamap.LoadFS(e.fs(), "drawn")
	if m == nil {
		return nil, fmt.Errorf("the loader refuses the map: %w", problems)
	}
	h := &house{e: e, way: w, m: m, stores: map[string]connectors.Store{}}
	h.planner = &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{}, RootKey: []byte("oracle")}
	for _, s := range e.systems {
		store, card, err := w.open(t, n, s.name)
		if err != nil {
			return nil, err
		}
		w.card(&card)
		h.stores[s.name] = store
		h.planner.Systems[s.name] = &planner.System{Map: m.System(s.name), Store: strict{store, card}, Card: card}
		if w.fill == nil {
			if err := load(t.Context(), store, s); err != nil {
				return nil, err
			}
		}
	}
	if w.fill != nil {
		return h, w.fill(t.Context(), h)
	}
	return h, nil
}

// load lays the rows out: first one that tells every column's type, then the drawn ones in its place.
func load(ctx context.Context, store connectors.Store, s *system) error {
	f, _ := connectors.As[connectors.Fixture](store)
	types, rows := map[string][]connectors.Row{}, map[string][]connectors.Row{}
	for _, c := range s.colls {
		one := connectors.Row{}
		for _, name := range c.columns() {
			one[name] = "text"
			for _, r := range c.rows {
				if _, is := r.v[name].(int64); is {
					one[name] = int64(1)
				}
			}
		}
		types[c.name] = []connectors.Row{one}
		rows[c.name] = []connectors.Row{}
		for _, r := range c.rows {
			full := connectors.Row{}
			for name := range one {
				full[name] = r.v[name]
			}
			rows[c.name] = append(rows[c.name], full)
		}
	}
	if err := f.Load(ctx, types); err != nil {
		return err
	}
	return f.Load(ctx, rows)
}

// dump reads all rows back, by key.
func (h *house) dump(ctx context.Context) (content, error) {
	if h.way.read != nil {
		return h.way.read(ctx, h)
	}
	out := content{}
	for _, s := range h.e.systems {
		f, _ := connectors.As[connectors.Fixture](h.stores[s.name])
		all, err := f.Dump(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range s.colls {
			out[c] = map[string]map[string]any{}
			for _, r := range all[c.name] {
				k := c.keyOf(row{v: r})
				if out[c][k] != nil {
					return nil, fmt.Errorf("%s holds two rows of one key", c.name)
				}
				out[c][k] = r
			}
		}
	}
	return out, nil
}
