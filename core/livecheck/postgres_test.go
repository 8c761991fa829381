package livecheck_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/livecheck"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestLivePostgres holds what is said of a system beside a database: testdata/postgres/*.txt are archives of the system's file, the statements that
// make the database, and what is said. The schema kept in a file says the same, so that who has no account there is told as much.
func TestLivePostgres(t *testing.T) {
	cases, err := filepath.Glob("testdata/postgres/*.txt")
	if err != nil || len(cases) < 6 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			parts := map[string][]byte{}
			for _, f := range a.Files {
				parts[f.Name] = f.Data
			}
			m, problems := datamap.LoadFS(fstest.MapFS{
				"controller.yaml": {Data: []byte(controller)}, "register.yaml": {Data: parts["register.yaml"]}}, "map")
			if m == nil {
				t.Fatal(problems)
			}
			card := postgres.Connector{}.Describe()
			schema := inspected(t, string(parts["schema.sql"]), string(parts["cleanup.sql"]))
			said := func(i livecheck.Inspection) string {
				out := ""
				for _, p := range i.Against(m.Systems[0]) {
					out += p.String()
				}
				return out
			}
			live := livecheck.Inspection{System: "register", Connector: "postgres", Card: &card, Schema: schema}
			got := said(live)
			var file bytes.Buffer
			if err := livecheck.Write(&file, live); err != nil {
				t.Fatal(err)
			}
			back, err := livecheck.Read(&file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, said(back)); diff != "" {
				t.Errorf("a file of the schema says otherwise: -live +file:\n%s", diff)
			}
			if *update {
				a.Files[len(a.Files)-1].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(parts["want"]), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// inspected is what the connector says of a database that statements made.
func inspected(t *testing.T, statements, cleanup string) *connectors.Schema {
	t.Helper()
	db := servers.Postgres(t)
	conn, err := pgx.Connect(t.Context(), db.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if cleanup != "" {
			if _, err := conn.Exec(context.Background(), cleanup); err != nil {
				t.Error(err)
			}
		}
		conn.Close(context.Background())
	})
	for _, text := range strings.Split(statements, ";\n") { // one by one: a slot is made in no transaction that has written
		for _, one := range alone(text) {
			if _, err := conn.Exec(t.Context(), one); err != nil {
				t.Fatalf("%s: %v", one, err)
			}
		}
	}
	store, err := postgres.Connector{}.Open(t.Context(), connectors.Config{"url": db.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	inspector, ok := connectors.As[connectors.Inspector](store)
	if !ok {
		t.Fatal("the connector cannot tell the schema")
	}
	schema, err := inspector.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// alone splits the statements that make slots, which share a line; those of functions hold semicolons, and go together.
func alone(text string) []string {
	if strings.Contains(text, "pg_create_logical") {
		return strings.Split(text, ";")
	}
	return []string{text}
}
