package livecheck_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/livecheck"
)

var update = flag.Bool("update", false, "write what is said now into testdata")

const controller = `controller: Klub
contact: { email: biuro@klub.example }
identifiers: { member_no: { unique: true, pattern: 'C-\d{5}', label: Numer }, email: {}, pesel: { unique: true } }
purposes:
  membership: { label: Członkostwo, basis: art6_1_b, keep: 5 years }
  newsletter: { label: Biuletyn, basis: art6_1_a }
tombstone: { proof: 6 years, because: KC }
requests: { keep: 6 years, because: KC }
`

// TestAgainst holds what is said of a system beside a schema: testdata/*.txt are archives of the system's file, the
// inspected schema, and what is said.
func TestAgainst(t *testing.T) {
	cases, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(cases) < 10 {
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
			found, err := livecheck.Read(bytes.NewReader(parts["schema.json"]))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, p := range found.Against(m.System(found.System)) {
				got += p.String()
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

func TestSchemaFile(t *testing.T) {
	s := &connectors.Schema{Collections: []connectors.SchemaCollection{{
		Name: "people", Key: []string{"id"}, Unique: [][]string{{"no"}}, Indexes: [][]string{{"id"}, {"no"}}, Caseless: []string{"no"}, Rows: -1,
		Fields:     []connectors.SchemaField{{Name: "id", Type: "INTEGER", NotNull: true, Generated: true, Family: connectors.WholeFamily}, {Name: "no", Type: "TEXT", Length: 7, Collation: "NOCASE", Undated: true, Stamped: true}},
		References: []connectors.Reference{{Fields: []string{"no"}, Target: "numbers", Targets: []string{"no"}, OnDelete: "cascade", OnUpdate: "restrict", Deferred: true, ByRow: true}},
		Triggers:   []connectors.Trigger{{Name: "audit", On: "delete", Writes: []string{"log"}, Tells: []string{"notify"}, Loud: true, Unread: true}},
		Parts:      []connectors.Part{{Name: "people_1", Keys: [][]string{{"id"}}}}, Partitioned: true, Policies: []string{"mine"}, Versioned: true, Unsafe: true,
	}, {Name: "all_people", View: true, Copy: true, Remote: true, Unbound: true, Reads: []string{"people"}, Rows: -1}},
		Feeds: []connectors.Feed{{Name: "all", Kind: "publication", Collections: []string{"people"}}}, Routines: []connectors.Routine{{Name: "list", Reads: []string{"people"}}}}
	var b bytes.Buffer
	want := livecheck.Inspection{System: "register", Connector: "sqlite", Schema: s, Card: &connectors.Description{Name: "sqlite", Version: "1", Verbs: []connectors.Verb{connectors.Set},
		Blocking: []string{"move"}, RowFormats: []string{"csv"}, Config: []connectors.Setting{{Name: "file", Secret: true, Required: true, Help: "which"}}}}
	if err := livecheck.Write(&b, want); err != nil {
		t.Fatal(err)
	}
	back, err := livecheck.Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`{"format": "dossier.schema/v2"}`, `{"format": "dossier.schema/v1", "tables": []}`, `[]`} {
		if _, err := livecheck.Read(strings.NewReader(bad)); err == nil || strings.ContainsAny(err.Error(), "\n") || json.Valid([]byte(err.Error())) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestCard(t *testing.T) {
	m, problems := datamap.LoadFS(fstest.MapFS{"controller.yaml": {Data: []byte(controller)}, "register.yaml": {Data: []byte(`system: register
label: Rejestr
connector: filez
config: { root: "${ROOT}", tokn: abc, pin: 1234 }
backups: 0 days
restrict: { block: hide }
department: Biuro
collections:
  lists:
    at: lists/{no}.parquet
    key: no
    rows: parquet
    purposes: newsletter
    restrict: { block: task }
    erase: { anonymise: { name: null } }
    fields: { email: { identifier: email }, name: identity.name }
`)}}, "map")
	if m == nil {
		t.Fatal(problems)
	}
	var got []string
	for _, p := range livecheck.Installed(m, []string{"files", "sqlite"}) {
		got = append(got, p.Text+"; "+p.Hint)
	}
	d := connectors.Description{Name: "files", Verbs: []connectors.Verb{connectors.Delete}, Blocking: []string{"move"}, RowFormats: []string{"csv"},
		Config: []connectors.Setting{{Name: "root", Required: true}, {Name: "pin", Secret: true}, {Name: "user", Required: true, Help: "who connects"}}}
	for _, p := range livecheck.Card(m.Systems[0], d) {
		got = append(got, p.Text+"; "+p.Hint)
	}
	want := []string{
		"no connector filez; did you mean files?",
		"files needs the setting user; who connects",
		"files knows no setting tokn; it has root, pin, user",
		"pin is written out; a secret has no place in the map; pin: ${NAME}",
		"connector files cannot block by hide; it can: move, task; block: task gives it to the department",
		"connector files reads no parquet; it reads csv",
		"connector files cannot set rows of lists; a rectification there becomes a task",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	d.Blocking = nil
	if !slices.ContainsFunc(livecheck.Card(m.Systems[0], d), func(p datamap.Problem) bool {
		return p.Text == "connector files cannot block rows, so a restriction there becomes a task"
	}) {
		t.Error("nobody is told that the connector cannot block")
	}
	if p := livecheck.Installed(m, nil); len(p) != 1 || !strings.Contains(p[0].Hint, "none is installed") {
		t.Error(p)
	}
}
