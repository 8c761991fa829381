package planner_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/memory"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
)

const controller = `controller: C
contact: { email: a@b.example }
identifiers:
  pid: { unique: true, pattern: 'P[0-9]+', label: { pl: pid } }
  uno: { unique: true, pattern: 'U[0-9]+', not_a_value: [U0], label: { pl: uno } }
  email: { not_a_value: [brak@x.pl] }
  phone: { country: PL }
purposes:
  p: { label: { pl: p }, basis: art6_1_b, keep: 1 year }
  n: { label: { pl: n }, basis: art6_1_a }
  w: { label: { pl: w }, basis: art6_1_f, keep: 1 year }
  foreign: { label: { pl: f }, basis: art6_1_b, keep: 1 year, role: processor, for: Other }
tombstone: { proof: 1 year, because: x }
requests: { keep: 1 year, because: x }
`

// house is a small map over stores.
type house struct {
	*planner.Planner
	t testing.TB
}

type rows = map[string][]connectors.Row

var inMemory memory.Connector

// build reads a map, its collections as they stand in YAML, and lays rows out in memory.
func build(t testing.TB, systems map[string]string, data map[string]rows) *house {
	t.Helper()
	fs := fstest.MapFS{"controller.yaml": {Data: []byte(controller)}}
	for name, text := range systems {
		fs[name+".yaml"] = &fstest.MapFile{Data: []byte("system: " + name + "\nlabel: { pl: " + name + " }\nconnector: memory\ndepartment: D\nbackups: 0 days\nrestrict: { block: task }\ncollections:\n" + text)}
	}
	m, problems := datamap.LoadFS(fs, "small")
	if m == nil {
		t.Fatal(problems)
	}
	h := &house{&planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{}, RootKey: []byte("k")}, t}
	for _, s := range m.Systems {
		store, err := inMemory.Open(t.Context(), connectors.Config{"name": t.Name() + "/" + s.Name})
		if err != nil {
			t.Fatal(err)
		}
		all := rows{}
		for _, c := range s.Collections {
			all[c.At] = data[s.Name][c.At]
		}
		f, _ := connectors.As[connectors.Fixture](store)
		if err := f.Load(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		h.Systems[s.Name] = &planner.System{Map: s, Store: store, Card: inMemory.Describe()}
	}
	return h
}

// onFile puts a system on a database made by these statements.
func (h *house) onFile(system, ddl string) {
	h.t.Helper()
	file := filepath.Join(h.t.TempDir(), "x.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		h.t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := db.Exec(ddl); err != nil {
		h.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		h.t.Fatal(err)
	}
	c := sqlite.Connector{}
	store, err := c.Open(h.t.Context(), connectors.Config{"file": file})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = store.Close() })
	h.Systems[system] = &planner.System{Map: h.Graph.Map.System(system), Store: store, Card: c.Describe()}
}

// id is an identifier of a request: "pid P1", or with a question mark behind it, one that was not verified.
func ask(ids ...string) *request.Request {
	r := &request.Request{ID: "1", Right: request.Erasure, Ground: "art17_1_d", Scope: &request.Scope{All: true}}
	for _, id := range ids {
		kind, value, _ := strings.Cut(id, " ")
		value, unverified := strings.CutSuffix(value, "?")
		r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: kind, Value: subject.Seal(value), Verified: !unverified})
	}
	return r
}

var asOf = time.Date(2026, 11, 6, 10, 0, 0, 0, time.UTC)

func (h *house) plan(r *request.Request, without ...string) *planner.Result {
	h.t.Helper()
	made, err := h.Make(h.t.Context(), planner.Input{Request: r, AsOf: asOf, Without: without})
	if err != nil {
		h.t.Fatal(err)
	}
	if !made.Plan.Intact() {
		h.t.Error("the digest is not of the plan")
	}
	return made
}

// does are the acts of a plan in few words: "s/c delete 2".
func does(p *plan.Plan) string {
	var out []string
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				if a.Rows > 0 {
					out = append(out, fmt.Sprintf("%s/%s %s %d", s.Name, c.Name, a.Action, a.Rows))
				}
			}
		}
	}
	for _, c := range p.Candidates {
		out = append(out, fmt.Sprintf("%s/%s candidate %d", c.System, c.Collection, c.Rows))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func codes(p *plan.Plan) []string {
	var out []string
	for _, a := range p.Attention {
		if a.Blocks {
			out = append(out, a.Code)
		}
	}
	return out
}

// stops checks that a plan may not be carried out, for this reason.
func stops(t *testing.T, p *plan.Plan, code string) {
	t.Helper()
	if p.Applicable || !slices.Contains(codes(p), code) {
		t.Errorf("applicable %v, stopped by %v, want %s", p.Applicable, codes(p), code)
	}
}

// silent is a store that stops answering after some calls.
type silent struct {
	connectors.Store
	left int
}

func (s *silent) Unwrap() any { return nil }

func (s *silent) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if s.left--; s.left < 0 {
		return connectors.ErrTryLater
	}
	return s.Store.Locate(ctx, sel, out)
}
