package livecheck_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/livecheck"
)

// stores are databases on servers: how a test has one that statements made.
var stores = map[string]struct {
	connector connectors.Connector
	made      func(t *testing.T, statements, cleanup string) (address string)
}{"postgres": {postgresConnector, madePostgres}, "mysql": {mysqlConnector, madeMySQL}}

// TestLive holds what is said of a system beside a database: testdata/live/*.txt are archives of the system's file and, for each kind of database,
// the statements that make one, and what is said. The schema kept in a file says the same, so that who has no account there is told as much.
func TestLive(t *testing.T) {
	cases, err := filepath.Glob("testdata/live/*.txt")
	if err != nil || len(cases) < 6 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, path := range cases {
		for store := range stores {
			t.Run(strings.TrimSuffix(filepath.Base(path), ".txt")+"/"+store, func(t *testing.T) {
				t.Parallel()
				a, err := txtar.ParseFile(path)
				if err != nil {
					t.Fatal(err)
				}
				statements := part(a, store+".sql")
				if statements == "" {
					if part(a, store+".none") == "" {
						t.Errorf("nothing says why there is no case of %s", store)
					}
					return
				}
				got := said(t, store, part(a, "register.yaml"), statements, part(a, store+".cleanup.sql"))
				if *update {
					keep(t, path, store+".want", got)
				} else if diff := cmp.Diff(part(a, store+".want"), got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

func part(a *txtar.Archive, name string) string {
	if i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name }); i >= 0 {
		return string(a.Files[i].Data)
	}
	return ""
}

var keeping sync.Mutex

// keep writes one part of an archive, of which others write other parts.
func keep(t *testing.T, path, name, text string) {
	keeping.Lock()
	defer keeping.Unlock()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		i = len(a.Files)
		a.Files = append(a.Files, txtar.File{Name: name})
	}
	a.Files[i].Data = []byte(text)
	if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// said is what is said of a system and a database, live and from a file alike.
func said(t *testing.T, store, register, statements, cleanup string) string {
	t.Helper()
	x := stores[store]
	return told(t, store, register, x.connector.Describe(), inspected(t, x.connector, connectors.Config{"url": x.made(t, statements, cleanup)}))
}

func told(t *testing.T, store, register string, card connectors.Description, schema *connectors.Schema) string {
	t.Helper()
	m, problems := datamap.LoadFS(fstest.MapFS{
		"controller.yaml": {Data: []byte(controller)}, "register.yaml": {Data: []byte(strings.Replace(register, "STORE", store, 1))}}, "map")
	if m == nil {
		t.Fatal(problems)
	}
	live := livecheck.Inspection{System: "register", Connector: store, Card: &card, Schema: schema}
	words := func(i livecheck.Inspection) string {
		out := ""
		for _, p := range i.Against(m.Systems[0]) {
			out += p.String()
		}
		return out
	}
	got := words(live)
	var file bytes.Buffer
	if err := livecheck.Write(&file, live); err != nil {
		t.Fatal(err)
	}
	back, err := livecheck.Read(&file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, words(back)); diff != "" {
		t.Errorf("a file of the schema says otherwise: -live +file:\n%s", diff)
	}
	return got
}

// inspected is what a connector says of a database.
func inspected(t *testing.T, c connectors.Connector, config connectors.Config) *connectors.Schema {
	t.Helper()
	store, err := c.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
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
