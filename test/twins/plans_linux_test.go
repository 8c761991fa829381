package twins

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/mysql"
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
)

// TestEverybodyIsPlannedAlike plans for every named person of the sample, whom one of its awkward cases each is about, and for its requests,
// where its databases are files and where they are on a server. The plans are the same, down to the keys of the rows that name the person.
// Days nobody knows are NULL, on MariaDB '0000-00-00' too; a file that says so is its twin.
func TestEverybodyIsPlannedAlike(t *testing.T) {
	houses := map[string]struct {
		kind string
		zero bool
	}{"SQLite": {"SQLite", false}, "PostgreSQL": {"PostgreSQL", false}, "SQLite, zero days": {"SQLite", true}, "MariaDB": {"MariaDB", true}}
	var mu sync.Mutex
	all := map[string]map[string]string{}
	t.Run("planning", func(t *testing.T) {
		for name, h := range houses {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				plans := everybodys(t, h.kind, h.zero)
				mu.Lock()
				defer mu.Unlock()
				all[name] = plans
			})
		}
	})
	if t.Failed() {
		return
	}
	for there, here := range map[string]string{"PostgreSQL": "SQLite", "MariaDB": "SQLite, zero days"} {
		if len(all[there]) < 80 || len(all[there]) != len(all[here]) {
			t.Errorf("%s: %d plans, on SQLite %d", there, len(all[there]), len(all[here]))
		}
		for _, about := range slices.Sorted(maps.Keys(all[there])) {
			if diff := cmp.Diff(all[here][about], all[there][about]); diff != "" {
				t.Errorf("%s, %s is planned otherwise than on SQLite:\n%s", there, about, diff)
			}
		}
	}
	const who = "UnknownDates erasure"
	if all["SQLite"][who] == all["SQLite, zero days"][who] {
		t.Error("a zero day is planned like none")
	}
}

// shared are who shares rows, references or values with others.
var shared = map[string]bool{"Demo": true, "Husband": true, "LeaseMates": true, "Circle": true}

// everybodys are the plans on one kind of database, by whom and what they are about.
func everybodys(t *testing.T, kind string, zero bool) map[string]string {
	t.Helper()
	laid := cooperative.Lay(t, sample.Options{})
	p := plans(t, laid, put(t, kind, laid, zero).env(true))
	out := map[string]string{}
	add := func(about string, r *request.Request) {
		made, err := p.Make(t.Context(), planner.Input{Request: r, AsOf: laid.AsOf})
		if err != nil {
			t.Fatalf("%s: %v", about, err)
		}
		made.Plan.Digest, made.Plan.Map, made.Plan.Connectors = "", "", nil // which say where the rows are
		text, err := json.MarshalIndent(made.Plan, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		out[about] = string(text)
	}
	for name, who := range laid.Persons.All {
		asks := map[request.Right]string{request.Erasure: "art17_1_b"}
		if shared[strings.TrimRight(name, "[]0123456789")] { // what a restriction looks at, an erasure does; but for who shares rows with others
			asks[request.Restriction] = "art18_1_a"
		}
		for right, ground := range asks {
			r := &request.Request{ID: "1", Right: right, Ground: ground, Scope: &request.Scope{All: true}}
			for _, id := range [][2]string{{"pesel", who.PESEL}, {"member_no", who.MemberNo}, {"email", who.Email}} {
				if id[1] != "" {
					r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: id[0], Value: subject.Seal(id[1]), Verified: true})
				}
			}
			add(name+" "+string(right), r)
		}
	}
	for name, file := range laid.Requests {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		r, problems := request.Parse(f)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
		if r.Right != request.Lift { // of a restriction nobody has planned here
			add("request "+name, r)
		}
	}
	return out
}

// plans opens a sample's systems where they are.
func plans(t *testing.T, laid *cooperative.World, env map[string]string) *planner.Planner {
	t.Helper()
	m, problems := datamap.Load(laid.MapDir)
	if m == nil {
		t.Fatal(problems)
	}
	maps.Copy(env, laid.Env())
	kinds := map[string]connectors.Connector{"sqlite": sqlite.Connector{}, "files": files.Connector{}, "postgres": postgres.Connector{}, "mysql": mysql.Connector{}}
	p := &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{}, RootKey: []byte("k")}
	for _, s := range m.Systems {
		config, err := s.Settings(func(n string) string { return env[n] })
		if err != nil {
			t.Fatal(err)
		}
		c := kinds[s.Connector]
		store, err := c.Open(t.Context(), connectors.Config(config))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		p.Systems[s.Name] = &planner.System{Map: s, Store: store, Card: c.Describe()}
	}
	return p
}
