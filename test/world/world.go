// Package world gives tests an engine of their own on a laid-out sample cooperative, its connectors in process: for
// what is about the engine and not about plugins.
package world

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

// World is a sample with everything open.
type World struct {
	*cooperative.World
	Engine *engine.Engine
	Map    *datamap.Map
	Clock  *Clock
}

// Clock is the world's time; it moves only when told.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the time.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }

// Add moves it on.
func (c *Clock) Add(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

// Connectors are the ones a world uses, by the name in the map; a test may put its own in their place.
type Connectors map[string]connectors.Connector

// Open lays a sample out and opens an engine on it; instead replaces connectors by name.
func Open(t testing.TB, opt sample.Options, instead Connectors) *World {
	t.Helper()
	return open(t, cooperative.Lay(t, opt), instead)
}

// On opens an engine on a sample that was laid out.
func On(t testing.TB, laid *cooperative.World) *World {
	t.Helper()
	return open(t, laid, nil)
}

// OpenWithPaper is [Open] with the whole map, its shelf included.
func OpenWithPaper(t testing.TB, opt sample.Options) *World {
	t.Helper()
	return open(t, cooperative.LayWithPaper(t, opt), nil)
}

func open(t testing.TB, laid *cooperative.World, instead Connectors) *World {
	t.Helper()
	w := &World{World: laid, Clock: &Clock{at: time.Date(2026, 11, 6, 11, 20, 0, 0, time.FixedZone("CET", 3600))}}
	m, problems := datamap.Load(w.MapDir)
	if m == nil {
		t.Fatal(problems)
	}
	w.Map = m
	kinds := Connectors{"sqlite": sqlite.Connector{}, "files": files.Connector{}}
	for name, c := range instead {
		kinds[name] = c
	}
	ctx := context.Background()
	systems := map[string]*planner.System{}
	for _, s := range m.Systems {
		if s.Connector == datamap.Manual {
			systems[s.Name] = &planner.System{Map: s}
			continue
		}
		settings, err := s.Settings(func(n string) string { return w.Env()[n] })
		if err != nil {
			t.Fatal(err)
		}
		c := kinds[s.Connector]
		store, err := c.Open(ctx, connectors.Config(settings))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		systems[s.Name] = &planner.System{Map: s, Store: store, Card: c.Describe()}
	}
	w.Engine = w.engine(t, m, systems)
	return w
}

func (w *World) engine(t testing.TB, m *datamap.Map, systems map[string]*planner.System) *engine.Engine {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"state", "keys", "archives"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	file, ring := filepath.Join(dir, "state", "state.db"), filepath.Join(dir, "keys", "ring.json")
	db, err := state.Create(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r, err := keys.Create(ring, file)
	if err != nil {
		t.Fatal(err)
	}
	y, err := keys.CreateYears(keys.YearsPath(ring), file)
	if err != nil {
		t.Fatal(err)
	}
	return engine.Open(engine.Engine{DB: db, Ring: r, Years: y, Archives: filepath.Join(dir, "archives"), Now: w.Clock.Now, Operator: "anna",
		Planner: &planner.Planner{Graph: graph.New(m), Systems: systems}})
}

// Register enters one of the sample's requests and returns its id.
func (w *World) Register(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(w.Requests[name])
	if err != nil {
		t.Fatal(err)
	}
	r, problems := request.Parse(bytes.NewReader(b))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Engine.Register(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	return r.ID
}

// Start registers, plans, approves (as another person) and starts one of the sample's requests; nothing is worked yet.
func (w *World) Start(t testing.TB, name string) string {
	t.Helper()
	id := w.Register(t, name)
	ctx := context.Background()
	p, err := w.Engine.Plan(ctx, id, engine.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Applicable {
		t.Fatalf("the plan of %s cannot be applied: %v", name, p.Blockers)
	}
	by := w.Engine.Operator
	w.Engine.Operator = "jan"
	err = w.Engine.Approve(ctx, id, p.Digest)
	w.Engine.Operator = by
	if err == nil {
		err = w.Engine.Start(ctx, id, p.Digest)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Release answers every open review of a request as somebody who finds nobody else named, and works what is due.
func (w *World) Release(t testing.TB, id string) {
	t.Helper()
	ctx := context.Background()
	tasks, err := w.Engine.Tasks(ctx, state.TaskFilter{Request: id, State: state.TaskOpen, Kind: string(engine.TaskReview)})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tasks {
		if _, err := w.Engine.Answer(ctx, x.ID, engine.Answer{State: state.TaskDone}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
}

// Answer answers every open task of a request: nobody else is named in what is reviewed, and there is nothing on paper. Nothing is worked.
func (w *World) Answer(t testing.TB, id string) {
	t.Helper()
	ctx := context.Background()
	tasks, err := w.Engine.Tasks(ctx, state.TaskFilter{Request: id, State: state.TaskOpen})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tasks {
		answer := engine.Answer{State: state.TaskNothingFound}
		switch engine.TaskKind(x.Kind) {
		case engine.TaskReview:
			answer.State = state.TaskDone
		case engine.TaskNotify:
			answer.State, answer.Told = state.TaskDone, &engine.Told{To: recipient.Done, At: w.Clock.Now(), How: "letter"}
		}
		if _, err := w.Engine.Answer(ctx, x.ID, answer); err != nil {
			t.Fatal(err)
		}
	}
}

// Standing is where a request stands.
func (w *World) Standing(t testing.TB, id string) *engine.Standing {
	t.Helper()
	s, err := w.Engine.Standing(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
