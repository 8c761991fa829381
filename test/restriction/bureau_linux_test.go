package restriction

import (
	"database/sql"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// bureau is a small house: people with notes, and flats that several of them share.
type bureau struct {
	*product.House
	file string
	db   *sql.DB // as an application has it that does not ask for foreign keys
	keyd *sql.DB // as one has it that does
}

const controller = `controller: Bureau
contact: { email: biuro@bureau.example }
languages: [en]
identifiers:
  no: { unique: true, pattern: '\S+', label: { en: Number } }
purposes:
  tenancy: { label: { en: Tenancy }, basis: art6_1_b, keep: 5 years }
tombstone: { proof: 6 years, because: claims }
requests: { keep: 6 years, because: claims }
approval: { restriction: anybody, lift: nobody }
`

const register = `system: register
label: { en: Register }
connector: sqlite
config: { file: "${BUREAU}" }
department: Office
backups: 35 days
restrict: { block: move }
collections:
  people:
    purposes: { tenancy: { since: left_on } }
    restrict: { mark: restricted_at }
    fields:
      no:      { identifier: no }
      name:    identity.name
      left_on: correspondence.date
  notes:
    fields:
      person_id: { owned_by: people }
      body:      correspondence.note
  tenants:
    key: [flat_id, person_id]
    fields:
      person_id: { owned_by: people }
      flat_id:   { owns: flats }
      since:     correspondence.date
  flats:
    restrict: { mark: restricted_at }
    fields:
      street: contact.address
`

// newBureau lays it out, its map with texts replaced: Anna and Jan share a flat, Anna has one of her own, and each has notes.
func newBureau(t *testing.T, edits ...string) *bureau {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": controller, "register.yaml": register} {
		write(t, filepath.Join(dir, "map", name), strings.NewReplacer(edits...).Replace(text))
	}
	b := &bureau{House: built.Empty(t, filepath.Join(dir, "map")), file: filepath.Join(dir, "bureau.db")}
	b.Extra = map[string]string{"BUREAU": b.file}
	b.db, b.keyd = open(t, b.file, ""), open(t, b.file, "&_pragma=foreign_keys(1)")
	b.do(t, `CREATE TABLE people (id INTEGER PRIMARY KEY, no TEXT UNIQUE, name TEXT NOT NULL, left_on DATE, restricted_at TIMESTAMP, changed TEXT)`,
		`CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, person_id INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE, body TEXT NOT NULL)`,
		`CREATE TABLE flats (id INTEGER PRIMARY KEY, street TEXT NOT NULL, restricted_at TIMESTAMP)`,
		`CREATE TABLE tenants (flat_id INTEGER NOT NULL REFERENCES flats (id), person_id INTEGER NOT NULL REFERENCES people (id), since DATE, PRIMARY KEY (flat_id, person_id)) WITHOUT ROWID`,
		`CREATE VIEW everybody AS SELECT p.name, n.body FROM people p LEFT JOIN notes n ON n.person_id = p.id`,
		`CREATE TRIGGER touch AFTER UPDATE ON people WHEN new.changed IS old.changed BEGIN UPDATE people SET changed = 'touched' WHERE id = new.id; END`,
		`INSERT INTO people VALUES (1, 'A-1', 'Anna Nowak', NULL, NULL, 'long ago'), (2, 'J-2', 'Jan Nowak', NULL, NULL, 'long ago'), (3, 'Z-3', 'Zofia Lis', NULL, NULL, 'long ago')`,
		`INSERT INTO notes VALUES (1, 1, 'about Anna'), (2, 1, x'00ff'), (3, 2, 'about Jan')`,
		`INSERT INTO flats VALUES (1, 'Lipowa 1', NULL), (2, 'Długa 2', NULL)`,
		`INSERT INTO tenants VALUES (1, 1, '2020-01-01'), (1, 2, '2020-01-01'), (2, 1, '2021-01-01')`)
	return b
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, file, more string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=busy_timeout(20000)"+more)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (b *bureau) do(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := b.db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// text is the value a query gives an application.
func (b *bureau) text(t *testing.T, query string) string {
	t.Helper()
	var s sql.NullString
	if err := b.db.QueryRow(query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s.String
}

// dump is every row of the application's tables, types included, and how many there are in each.
func (b *bureau) dump(t *testing.T) string {
	t.Helper()
	var out []string
	for table, columns := range map[string]string{"people": "id,no,name,left_on,restricted_at,changed", "notes": "id,person_id,body", "flats": "id,street,restricted_at", "tenants": "flat_id,person_id,since"} {
		var parts []string
		for _, c := range strings.Split(columns, ",") {
			parts = append(parts, "quote("+c+")||typeof("+c+")")
		}
		out = append(out, table+" "+b.text(t, "SELECT count(*) || ': ' || coalesce(group_concat(line, '; '), '') FROM (SELECT "+strings.Join(parts, "||','||")+" AS line FROM "+table+" ORDER BY 1)"))
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// request writes a request about the person with that number and gives its file.
func (b *bureau) request(t *testing.T, id, right, no string, more map[string]any) string {
	t.Helper()
	r := map[string]any{"id": id, "right": right, "received_at": b.Now.Add(-48 * time.Hour),
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "no", "value": no, "verified": true}}}}
	if right != "lift" {
		r["identity"], r["scope"] = map[string]any{"verified_at": b.Now.Add(-24 * time.Hour), "method": "document_seen"}, map[string]any{"all": true}
	}
	for k, v := range more {
		r[k] = v
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), id+".json")
	write(t, file, string(text))
	return file
}

// restrict carries a restriction out, its second look included.
func (b *bureau) restrict(t *testing.T, id, no string) {
	t.Helper()
	b.begin(t, id, no)
	b.Later(25 * time.Hour)
	b.Must(t, "--json", "request", "resume", id)
	b.is(t, id, "done")
}

// begin carries it out up to the second look.
func (b *bureau) begin(t *testing.T, id, no string) {
	t.Helper()
	p := b.Plan(t, b.request(t, id, "restriction", no, map[string]any{"ground": "art18_1_c"}))
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	if r := b.Apply(t, p); r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	if y := product.System(t, b.Standing(t, id), "register"); y.State != "verified" {
		t.Fatalf("%+v", y)
	}
}

// lift ends a restriction, after notice to the person and its days.
func (b *bureau) lift(t *testing.T, id, of, no string) product.Result {
	t.Helper()
	told := b.Now
	b.Later(9 * 24 * time.Hour)
	p := b.Plan(t, b.request(t, id, "lift", no, map[string]any{"restriction": map[string]any{"of": of, "notice_sent_at": told}, "received_at": told}))
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	return b.Run(t, "--json", "apply", id)
}

func (b *bureau) lifted(t *testing.T, id, of, no string) {
	t.Helper()
	if r := b.lift(t, id, of, no); r.Code != 0 {
		t.Fatalf("%+v", r)
	}
	b.is(t, id, "done")
}

func (b *bureau) is(t *testing.T, id, state string) {
	t.Helper()
	if st := b.Standing(t, id); st.State != state {
		t.Fatalf("%s is %s: %+v", id, st.State, *st)
	}
}
