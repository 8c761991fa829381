package faults

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// club is a house with one system on a PostgreSQL server, where its connector has an account of its own and comes by a proxy.
type club struct {
	*product.House
	servers.Database
	between *servers.Between
	admin   *pgx.Conn
}

const clubController = `controller: Klub
contact: { email: biuro@klub.example }
languages: [en]
identifiers:
  member_no: { unique: true, pattern: 'C-\d+', label: { en: Member number } }
purposes:
  membership: { label: { en: Membership }, basis: art6_1_b, keep: 5 years }
tombstone: { proof: 6 years, because: claims }
requests: { keep: 6 years, because: claims }
approval: { erasure: anybody }
`

const clubRegister = `system: register
label: { en: Register }
connector: postgres
config: { url: "${CLUB_URL}" }
backups: 35 days
restrict: { block: task }
department: Biuro
collections:
  members:
    purposes: { membership: { since: left_on } }
    fields:
      member_no:  { identifier: member_no }
      name:       identity.name
      left_on:    correspondence.date
      address_id: { owns: addresses }
  addresses:
    fields: { street: contact.address }
  vehicles:
    growth: any
    fields:
      member_id: { owned_by: members }
      plate:     vehicle.plate
  tickets:
    growth: any
    fields:
      member_id: { owned_by: members }
      said:      vehicle.plate
  entries:
    erase: { anonymise: { amount: keep, title: { set: gone } } }
    fields:
      member_id: { owned_by: members }
      title:     finance.title
      amount:    finance.amount
`

// clubTables hold members 1 to 3; the second has left long ago, and shares an address with nobody, the first with the third.
const clubTables = `CREATE TABLE addresses (id int PRIMARY KEY, street text);
CREATE TABLE members (id int PRIMARY KEY, member_no text UNIQUE, name text, left_on date, address_id int REFERENCES addresses);
CREATE TABLE vehicles (id serial PRIMARY KEY, member_id int NOT NULL REFERENCES members, plate text);
CREATE TABLE tickets (id serial PRIMARY KEY, member_id int, said text);
CREATE TABLE entries (id serial PRIMARY KEY, member_id int, title text, amount numeric);
INSERT INTO addresses VALUES (1, 'Lipowa'), (2, 'Polna');
INSERT INTO members VALUES (1, 'C-1', 'Anna', '2024-02-03', 1), (2, 'C-2', 'Ewa', '2001-02-03', 2), (3, 'C-3', 'Jan', NULL, 1);
INSERT INTO vehicles (member_id, plate) SELECT 1 + i % 3, 'W' || i FROM generate_series(1, 30) AS i;
INSERT INTO tickets (member_id, said) SELECT 1 + i % 3, 'T' || i FROM generate_series(1, 30) AS i;
INSERT INTO entries (member_id, title, amount) SELECT 1 + i % 3, 'E' || i, i FROM generate_series(1, 30) AS i;
CREATE INDEX ON vehicles (member_id); CREATE INDEX ON tickets (member_id); CREATE INDEX ON entries (member_id)`

// clubGone is how many rows the erasure of the second member deletes and anonymises.
const clubGone = 32

func newClub(t *testing.T, statements ...string) *club {
	t.Helper()
	c := &club{Database: servers.Postgres(t)}
	var err error
	if c.admin, err = pgx.Connect(t.Context(), c.URL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.admin.Close(context.Background()) })
	c.do(t, append([]string{clubTables}, statements...)...)
	c.between = servers.NewBetween(t, c.Bare)
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "register.yaml": clubRegister} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.House = built.Empty(t, dir)
	c.Extra = map[string]string{"CLUB_URL": c.between.URL}
	c.do(t, c.Must(t, "connector", "grants", "register"))
	return c
}

// do runs statements as the administrator.
func (c *club) do(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := c.admin.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// text is the value a query gives.
func (c *club) text(t *testing.T, query string) (out string) {
	t.Helper()
	if err := c.admin.QueryRow(t.Context(), query).Scan(&out); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

// rows are all rows of the register.
func (c *club) rows(t *testing.T) string {
	t.Helper()
	return c.text(t, `SELECT string_agg(x, E'\n' ORDER BY x) FROM (SELECT 'addresses' || a AS x FROM addresses AS a UNION ALL SELECT 'members' || m FROM members AS m
		UNION ALL SELECT 'vehicles' || v FROM vehicles AS v UNION ALL SELECT 'tickets' || t FROM tickets AS t UNION ALL SELECT 'entries' || e FROM entries AS e) AS all_rows`)
}

// planned plans the erasure of a member, which must be possible.
func (c *club) planned(t *testing.T, memberNo string, args ...string) *plan.Plan {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": "2026-000123", "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true},
		"subject":     map[string]any{"identifiers": []any{map[string]any{"kind": "member_no", "value": memberNo, "verified": true}}},
		"received_at": c.Now.Add(-48 * time.Hour), "identity": map[string]any{"verified_at": c.Now.Add(-24 * time.Hour), "method": "document_seen"},
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	var p plan.Plan
	if err := json.Unmarshal([]byte(c.Must(t, append([]string{"--json", "plan", file}, args...)...)), &p); err != nil {
		t.Fatal(err)
	}
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	return &p
}

// applied carries a plan out as far as it goes.
func (c *club) applied(t *testing.T, p *plan.Plan) product.Result {
	t.Helper()
	r := c.Apply(t, p)
	if r.Code != 0 && r.Code != 4 && !r.Killed {
		t.Fatalf("%+v", r)
	}
	return r
}

// finish takes a request up, each time later, until it is done, and gives how many rows are known to have been changed, and how.
func (c *club) finish(t *testing.T, id string) (committed, inferred int64) {
	t.Helper()
	for range 6 {
		c.Later(25 * time.Hour)
		c.Must(t, "--json", "request", "resume", id)
		if c.Standing(t, id).State == "done" {
			break
		}
	}
	facts := c.Receipt(t, id)
	if facts == nil {
		t.Fatalf("not done: %+v", *c.Standing(t, id))
	}
	for _, sys := range facts.Systems {
		for _, n := range sys.Counts {
			committed, inferred = committed+n.Committed, inferred+n.Inferred
		}
	}
	return committed, inferred
}

// quiet is how the register looks after an undisturbed erasure of the second member.
func quiet(t *testing.T) string {
	t.Helper()
	c := newClub(t)
	before := c.rows(t)
	p := c.planned(t, "C-2")
	c.applied(t, p)
	if committed, inferred := c.finish(t, p.Request); committed != clubGone || inferred != 0 {
		t.Fatalf("undisturbed: %d committed, %d inferred", committed, inferred)
	}
	after := c.rows(t)
	if after == before {
		t.Fatal("an erasure changed nothing")
	}
	return after
}
