package whose

import (
	"database/sql"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
)

// club is a small house with a map of its own: members with vehicles in one store, their visits, by the member's number in the
// first store, in a second, and letters in a folder.
type club struct {
	*product.House
	register, visits *sql.DB
	letters          string
}

const clubController = `controller: Klub
contact: { email: biuro@klub.example }
languages: [en]
identifiers:
  member_no: { unique: true, pattern: '\S+', label: { en: Member number } }
purposes:
  membership: { label: { en: Membership }, basis: art6_1_b, keep: 5 years }
tombstone: { proof: 6 years, because: claims }
requests: { keep: 6 years, because: claims }
approval: { erasure: anybody }
`

const clubRegister = `system: register
label: { en: Register }
connector: sqlite
config: { file: "${CLUB_REGISTER}" }
backups: 35 days
restrict: { block: move }
collections:
  members:
    purposes: { membership: { since: left_on } }
    fields:
      member_no: { identifier: member_no }
      name:      identity.name
      left_on:   correspondence.date
  vehicles:
    fields:
      member_id: { owned_by: members }
      plate:     vehicle.plate
`

const clubVisits = `system: visits
label: { en: Visits }
connector: sqlite
config: { file: "${CLUB_VISITS}" }
backups: 35 days
restrict: { block: move }
collections:
  visits:
    fields:
      member_id: { owned_by: register/members }
      seen_on:   correspondence.date
`

const clubLetters = `system: letters
label: { en: Letters }
connector: files
config: { root: "${CLUB_LETTERS}" }
backups: 35 days
restrict: { block: move }
collections:
  letters:
    at: letters/{member_no}/{written_on}-{letter_no}.txt
    key: [member_no, letter_no]
    document: correspondence.letter
    purposes: { membership: { since: written_on } }
    fields:
      member_no:  { identifier: member_no }
      written_on: correspondence.date
      letter_no:  correspondence.letter
`

// newClub lays the club out and runs statements on the register.
func newClub(t *testing.T, statements ...string) *club {
	t.Helper()
	dir := t.TempDir()
	c := &club{letters: filepath.Join(dir, "root")}
	files := map[string]string{"controller.yaml": clubController, "register.yaml": clubRegister, "visits.yaml": clubVisits, "letters.yaml": clubLetters}
	for name, text := range files {
		write(t, filepath.Join(dir, "map", name), text)
	}
	if err := os.MkdirAll(filepath.Join(c.letters, "letters"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.House = built.Empty(t, filepath.Join(dir, "map"))
	env := map[string]string{"CLUB_REGISTER": filepath.Join(dir, "r.db"), "CLUB_VISITS": filepath.Join(dir, "v.db"), "CLUB_LETTERS": c.letters}
	c.register, c.visits = open(t, env["CLUB_REGISTER"]), open(t, env["CLUB_VISITS"])
	c.Extra = env
	do(t, c.register, append([]string{
		"CREATE TABLE members (id INTEGER PRIMARY KEY, member_no TEXT, name TEXT, left_on DATE)",
		"CREATE TABLE vehicles (id INTEGER PRIMARY KEY, member_id INTEGER, plate TEXT)", // no foreign key: applications go on writing
	}, statements...)...)
	do(t, c.visits, "CREATE TABLE visits (id INTEGER PRIMARY KEY, member_id INTEGER, seen_on DATE)")
	return c
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

func open(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func do(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// text is the value a query gives, as text.
func text(t *testing.T, db *sql.DB, query string, args ...any) string {
	t.Helper()
	var s sql.NullString
	if err := db.QueryRow(query, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s.String
}

// erasure writes a request about the member with that number and gives its file.
func (c *club) erasure(t *testing.T, id, memberNo string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": id, "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true},
		"subject":     map[string]any{"identifiers": []any{map[string]any{"kind": "member_no", "value": memberNo, "verified": true}}},
		"received_at": c.Now.Add(-48 * time.Hour), "identity": map[string]any{"verified_at": c.Now.Add(-24 * time.Hour), "method": "document_seen"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), id+".json")
	write(t, file, string(b))
	return file
}

// planned plans the erasure of a member, which must be possible.
func (c *club) planned(t *testing.T, memberNo string) *plan.Plan {
	t.Helper()
	p := c.Plan(t, c.erasure(t, "e-1", memberNo))
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	return p
}

// dayLater takes a request up when its second look is due.
func (c *club) dayLater(t *testing.T, id string) {
	t.Helper()
	c.Later(25 * time.Hour)
	c.Must(t, "--json", "request", "resume", id)
}
