package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

func TestInspect(t *testing.T) {
	path, _ := newFile(t, house+`CREATE TABLE gen (a INTEGER NOT NULL, b TEXT GENERATED ALWAYS AS (a || '!') STORED, c INTEGER REFERENCES members ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, UNIQUE (a, c));
		CREATE INDEX partial ON gen(c) WHERE c > 0; CREATE UNIQUE INDEX by_expression ON gen(lower(b));
		CREATE TABLE audit (text TEXT);
		CREATE TRIGGER "delete log" AFTER UPDATE OF a ON gen BEGIN INSERT INTO audit VALUES ('delete from nothing'); -- update nobody
			UPDATE "members" SET name = '' WHERE 0; REPLACE INTO addresses VALUES (1, ''); DELETE FROM [readings] WHERE 0; END;`)
	s := opened(t, path)
	hold(t, s, anna)
	schema, err := s.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]connectors.SchemaCollection{}
	var names []string
	for _, c := range schema.Collections {
		by[c.Name] = c
		names = append(names, c.Name)
	}
	same(t, "names", names, []string{"active_members", "addresses", "audit", "gen", "leases", "members", "parties", "payments", "readings"})
	same(t, "view", by["active_members"].View, true)
	gen := by["gen"]
	same(t, "fields", gen.Fields, []connectors.SchemaField{{Name: "a", Type: "INTEGER", NotNull: true, Family: connectors.WholeFamily},
		{Name: "b", Type: "TEXT", Generated: true, Family: connectors.TextFamily}, {Name: "c", Type: "INTEGER", Family: connectors.WholeFamily}})
	same(t, "unique", gen.Unique, [][]string{{"a", "c"}})
	same(t, "references", fmt.Sprint(gen.References), "[{[c] members [id] cascade no action true false}]")
	same(t, "triggers", gen.Triggers, []connectors.Trigger{{Name: "delete log", On: "update", Writes: []string{"audit", "members", "addresses", "readings"}}})
	same(t, "rows", by["members"].Rows, 5)
	same(t, "key", by["parties"].Key, []string{"lease_no", "member_id"})
	same(t, "the row number is an index", by["members"].Indexes[len(by["members"].Indexes)-1], []string{"id"})
	if len(by["members"].Triggers) > 0 {
		t.Error("the executor's own guards are shown as the application's triggers")
	}
}

func TestSettings(t *testing.T) {
	path, _ := newFile(t, house)
	for what, config := range map[string]connectors.Config{
		"none":       {},
		"unknown":    {"file": path, "colour": "red"},
		"not there":  {"file": path + "-secret"},
		"a folder":   {"file": t.TempDir()},
		"no time":    {"file": path, "busy_timeout": "secret"},
		"no SQLite":  {"file": "inspect_test.go"},
		"time below": {"file": path, "busy_timeout": "-1s"},
	} {
		_, err := Connector{}.Open(t.Context(), config)
		var d connectors.Diagnostics
		if err == nil || !errors.As(err, &d) || d[0].Path == "" {
			t.Errorf("%s: %v", what, err)
		}
		for _, v := range config {
			if v != "" && err != nil && strings.Contains(err.Error(), v) {
				t.Errorf("%s: the error tells a setting: %v", what, err)
			}
		}
	}
}
