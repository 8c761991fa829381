package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/connectors/mysql"
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/connectors/s3"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/plugins/host"
)

// mapFolder is the cooperative's map, from the root of the repository.
var mapFolder = filepath.Join("manifests", "cooperative")

// house is a cooperative with an engine whose connectors run as processes.
type house struct {
	*sample.Sample
	dir     string
	mapDir  string
	engine  *engine.Engine
	started time.Duration       // how long the connectors took to start and open
	env     func(string) string // the settings of the map
	kind    string              // of the identifier requests name; "": pesel
	closers []func() error
	asked   int
	at      time.Time // the engine's
}

// open lays a cooperative out and opens an engine on it. change edits the map, "file: old" → new.
func open(ctx context.Context, set settings, opt sample.Options, change map[string]string) (h *house, err error) {
	dir, err := os.MkdirTemp("", "dossier-bench-")
	if err != nil {
		return nil, err
	}
	h = &house{dir: dir, mapDir: filepath.Join(dir, "map")}
	h.closers = append(h.closers, func() error { return os.RemoveAll(dir) })
	h.Sample, err = sample.Lay(ctx, filepath.Join(dir, "stores"), opt)
	if err == nil {
		h.env = func(n string) string { return h.Env()[n] }
		err = h.copyMap(change)
	}
	if err == nil {
		err = h.start(ctx, set)
	}
	if err != nil {
		h.close()
		return nil, err
	}
	return h, nil
}

func (h *house) close() {
	for i := len(h.closers) - 1; i >= 0; i-- {
		_ = h.closers[i]()
	}
}

func (h *house) copyMap(change map[string]string) error {
	if err := os.Mkdir(h.mapDir, 0o700); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(mapFolder, "*.yaml"))
	if err != nil || len(files) == 0 {
		return errors.Join(err, fmt.Errorf("no map in %s; run this from the root of the repository", mapFolder))
	}
	for _, file := range files {
		if filepath.Base(file) == "shelf.yaml" { // paper waits for people; here machines are measured
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for place, text := range change {
			name, old, _ := strings.Cut(place, ": ")
			if name != filepath.Base(file) {
				continue
			}
			if !bytes.Contains(b, []byte(old)) {
				return fmt.Errorf("%s does not say %q", name, old)
			}
			b = bytes.ReplaceAll(b, []byte(old), []byte(text))
		}
		if err := os.WriteFile(filepath.Join(h.mapDir, filepath.Base(file)), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// start opens state, keys and connectors as the program does.
func (h *house) start(ctx context.Context, set settings) error {
	m, problems := datamap.Load(h.mapDir)
	if m == nil || problems.Errors() > 0 {
		return fmt.Errorf("the map: %s", problems.String())
	}
	begun := time.Now()
	pool := host.NewPool(host.PoolOptions{Folders: []string{set.bin}})
	h.closers = append(h.closers, pool.Close)
	connector := func(name string) (c connectors.Connector, sum string, err error) {
		if set.inside {
			return map[string]connectors.Connector{"sqlite": sqlite.Connector{}, "files": files.Connector{}, "postgres": postgres.Connector{}, "mysql": mysql.Connector{},
				"mongodb": mongodb.Connector{}, "s3": s3.Connector{}}[name], "", nil
		}
		p, err := pool.Connector(ctx, name)
		if err != nil {
			return nil, "", err
		}
		return p, p.SHA256(), nil
	}
	systems := map[string]*planner.System{}
	for _, s := range m.Systems {
		c, sum, err := connector(s.Connector)
		if err != nil {
			return err
		}
		settings, err := s.Settings(h.env)
		if err != nil {
			return err
		}
		store, err := c.Open(ctx, connectors.Config(settings))
		if err != nil {
			return err
		}
		h.closers = append(h.closers, store.Close)
		systems[s.Name] = &planner.System{Map: s, Store: store, Card: c.Describe(), SHA256: sum}
	}
	h.started = time.Since(begun)
	return h.openEngine(ctx, m, systems)
}

func (h *house) openEngine(ctx context.Context, m *datamap.Map, systems map[string]*planner.System) error {
	for _, sub := range []string{"state", "keys", "archives"} {
		if err := os.Mkdir(filepath.Join(h.dir, sub), 0o700); err != nil {
			return err
		}
	}
	file, ring := filepath.Join(h.dir, "state", "state.db"), filepath.Join(h.dir, "keys", "ring.json")
	db, err := state.Create(ctx, file)
	if err != nil {
		return err
	}
	h.closers = append(h.closers, db.Close)
	r, err := keys.Create(ring, file)
	if err != nil {
		return err
	}
	y, err := keys.CreateYears(keys.YearsPath(ring), file)
	if err != nil {
		return err
	}
	h.at = sample.ReferenceDay.Add(11 * time.Hour)
	h.engine = engine.Open(engine.Engine{DB: db, Ring: r, Years: y, Archives: filepath.Join(h.dir, "archives"), Operator: "bench",
		Now: func() time.Time { return h.at }, Planner: &planner.Planner{Graph: graph.New(m), Systems: systems}})
	return nil
}

// ask registers a request about one person, named by PESEL or by the house's kind of identifier, and gives its id.
func (h *house) ask(ctx context.Context, right, value string, more map[string]any) (string, error) {
	h.asked++
	at := sample.ReferenceDay.Add(9 * time.Hour)
	content := map[string]any{"id": fmt.Sprintf("B-%d", h.asked), "right": right, "received_at": at,
		"subject":  map[string]any{"identifiers": []any{map[string]any{"kind": cmp.Or(h.kind, "pesel"), "value": value, "verified": true}}},
		"asked":    map[string]any{"channel": "office"},
		"identity": map[string]any{"verified_at": at, "method": "document_seen"}}
	for k, v := range more {
		content[k] = v
	}
	b, err := json.Marshal(content)
	if err != nil {
		return "", err
	}
	r, problems := request.Parse(bytes.NewReader(b))
	if err := problems.Err(); err != nil {
		return "", err
	}
	_, _, err = h.engine.Register(ctx, r)
	return r.ID, err
}

// release works what is due of a request, answers its reviews as somebody who finds nobody else named, and works what is due then.
func (h *house) release(ctx context.Context, id string) error {
	if err := h.engine.Drain(ctx, id); err != nil {
		return err
	}
	tasks, err := h.engine.Tasks(ctx, state.TaskFilter{Request: id, State: state.TaskOpen})
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if _, err := h.engine.Answer(ctx, t.ID, engine.Answer{State: state.TaskDone}); err != nil {
			return err
		}
	}
	return h.engine.Drain(ctx, id)
}

// database opens a file as a program written by hand does, as durable as Dossier's connector.
func database(file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=secure_delete(1)&_pragma=synchronous(2)&_pragma=temp_store(2)")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}
