package plan_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestJSON: the form in which a plan is stored, shown and approved.
func TestJSON(t *testing.T) {
	w := cooperative.Lay(t, sample.Options{})
	m, problems := datamap.Load(w.MapDir)
	if m == nil {
		t.Fatal(problems)
	}
	kinds := map[string]connectors.Connector{"sqlite": sqlite.Connector{}, "files": files.Connector{}}
	p := &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{}, RootKey: []byte("k")}
	for _, s := range m.Systems {
		config, err := s.Settings(func(n string) string { return w.Env()[n] })
		if err != nil {
			t.Fatal(err)
		}
		store, err := kinds[s.Connector].Open(t.Context(), connectors.Config(config))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		p.Systems[s.Name] = &planner.System{Map: s, Store: store, Card: kinds[s.Connector].Describe()}
	}
	r := &request.Request{ID: "2026-000123", Right: request.Erasure, Ground: "art17_1_b", Scope: &request.Scope{All: true},
		Subject: request.Subject{Identifiers: []subject.Identifier{{Kind: "pesel", Value: subject.Seal(w.Persons.Demo.PESEL), Verified: true}}}}
	made, err := p.Make(t.Context(), planner.Input{Request: r, AsOf: w.AsOf, Commitment: "commitment"})
	if err != nil {
		t.Fatal(err)
	}
	made.Plan.Map = "sha256:map" // a comment in the map changes it, and nothing here
	for i := range made.Plan.Connectors {
		made.Plan.Connectors[i].Version = "1.0.0"
	}
	made.Plan.Seal()
	got, err := json.MarshalIndent(made.Plan, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	file := filepath.Join("testdata", "demo.json")
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Error(d)
	}
}
