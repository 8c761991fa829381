package cooperative

import (
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

func loadMap(t *testing.T) *datamap.Map {
	t.Helper()
	m, problems := datamap.Load(MapDir(t))
	if m == nil {
		t.Fatal(problems)
	}
	return m
}

// TestMapAndSampleAgree: every table is mapped or left out on purpose, and so is every column, both ways.
func TestMapAndSampleAgree(t *testing.T) {
	m, w := loadMap(t), shared(t, Small)
	for _, s := range m.Systems {
		db := w.Register(t)
		switch s.Name {
		case "register":
		case "ledger":
			db = w.Ledger(t)
		default:
			continue
		}
		tables, err := texts(db, "SELECT name FROM sqlite_schema WHERE type = 'table'")
		if err != nil {
			t.Fatal(err)
		}
		mapped := map[string]bool{}
		for _, c := range s.Collections {
			mapped[c.At] = true
			columns, err := texts(db, "SELECT name FROM pragma_table_info(?)", c.At)
			if err != nil {
				t.Fatal(err)
			}
			known := knownFields(c)
			for _, f := range known {
				if !slices.Contains(columns, f) {
					t.Errorf("%s/%s maps a column %s that is not there", s.Name, c.Name, f)
				}
			}
			for _, column := range columns {
				if !slices.Contains(known, column) && c.DerivedFrom == nil && c.Key[0] != column {
					t.Errorf("%s/%s has a column %s no one mapped", s.Name, c.Name, column)
				}
			}
		}
		for _, table := range tables {
			if _, outside := s.Outside[table]; !mapped[table] && !outside {
				t.Errorf("%s has a table %s no one mapped", s.Name, table)
			}
		}
	}
}

// knownFields are the columns the map speaks of.
func knownFields(c *datamap.Collection) []string {
	out := slices.Concat(c.Key, c.Ignore)
	for _, f := range c.Fields {
		out = append(out, f.Name)
	}
	for _, e := range c.Edges {
		out = append(out, e.Fields...)
	}
	if c.Restrict.Mark != "" {
		out = append(out, c.Restrict.Mark)
	}
	return out
}

// TestEnvIsWhatTheMapAsksFor resolves every setting of every system.
func TestEnvIsWhatTheMapAsksFor(t *testing.T) {
	m, w := loadMap(t), shared(t, Small)
	env := w.Env()
	for _, s := range m.Systems {
		settings, err := s.Settings(func(name string) string { return env[name] })
		if err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
		for name, v := range settings {
			if v == "" {
				t.Errorf("%s: the setting %s is empty", s.Name, name)
			}
			if _, err := os.Stat(v); err != nil && (name == "file" || name == "root") {
				t.Errorf("%s: %v", s.Name, err)
			}
		}
	}
}

// TestRequestsCanBeRead parses each request as the command does, and checks it against the map on the day
// of the sample.
func TestRequestsCanBeRead(t *testing.T) {
	m := loadMap(t)
	for _, asOf := range []int{0, 117, 500} {
		w := Lay(t, sample.Options{Members: 50, AsOf: sample.ReferenceDay.AddDate(0, 0, asOf)})
		ids := map[string]string{}
		for name, path := range w.Requests {
			r := parse(t, path)
			if other, twice := ids[r.ID]; twice {
				t.Errorf("%s and %s have one id", name, other)
			}
			ids[r.ID] = name
			if wait, why := request.WaitsFor(r); wait != "" {
				t.Errorf("%s waits for %s: %s", name, wait, why)
			}
			if ps := r.CheckAgainst(namesOf(m, w.AsOf)); len(ps) > 0 {
				t.Errorf("%s: %v", name, ps)
			}
		}
		for _, right := range []request.Right{request.Access, request.Portability, request.Rectification, request.Restriction, request.Lift, request.Erasure} {
			if path, ok := w.Requests[string(right)]; !ok || parse(t, path).Right != right {
				t.Errorf("no request %s of Demo", right)
			}
		}
		if of := parse(t, w.Requests["lift"]).Restriction.Of; ids[of] != "restriction" {
			t.Errorf("the lift names %s", of)
		}
	}
}

// namesOf is what the map knows.
func namesOf(m *datamap.Map, now time.Time) request.Names {
	n := request.Names{Kinds: map[string]subject.Kind{}, Now: now,
		Purposes: slices.Collect(maps.Keys(m.Purposes)), Categories: slices.Collect(maps.Keys(m.Categories))}
	for name, kind := range m.Identifiers {
		n.Kinds[name] = kind.Kind
	}
	return n
}

func parse(t *testing.T, path string) *request.Request {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, problems := request.Parse(f)
	if r == nil {
		t.Fatalf("%s: %v", path, problems)
	}
	return r
}
