package faults

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// club is a house with one system on a database server, where its connector has an account of its own and comes by a proxy.
type club struct {
	*product.House
	servers.Database
	kind    *kind
	between *servers.Between
	admin   *sql.Conn
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
connector: CONNECTOR
config: { url: "${CLUB_URL}", lock_timeout: 1s }
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
const clubTables = `CREATE TABLE addresses (id int PRIMARY KEY, street varchar(50));
CREATE TABLE members (id int PRIMARY KEY, member_no varchar(20) UNIQUE, name varchar(50), left_on date, address_id int, FOREIGN KEY (address_id) REFERENCES addresses (id));
CREATE TABLE vehicles (id NUMBER, member_id int NOT NULL, plate varchar(50), FOREIGN KEY (member_id) REFERENCES members (id));
CREATE TABLE tickets (id NUMBER, member_id int, said varchar(50));
CREATE TABLE entries (id NUMBER, member_id int, title varchar(50), amount numeric(9));
CREATE TABLE tallies (n int);
INSERT INTO addresses VALUES (1, 'Lipowa'), (2, 'Polna');
INSERT INTO members VALUES (1, 'C-1', 'Anna', '2024-02-03', 1), (2, 'C-2', 'Ewa', '2001-02-03', 2), (3, 'C-3', 'Jan', NULL, 1);
INSERT INTO tallies VALUES (30);
CREATE INDEX of_member ON vehicles (member_id); CREATE INDEX by_member ON tickets (member_id); CREATE INDEX entered ON entries (member_id)`

// many are rows whose values are written with their number, from 1 to n.
func many(row string, n int) string {
	out := make([]string, n)
	for i := range n {
		out[i] = fmt.Sprintf(row, i+1)
	}
	return "VALUES " + strings.Join(out, ", ")
}

// tables are those of the club, in an order of no meaning.
var tables = []string{"addresses", "members", "vehicles", "tickets", "entries", "tallies"}

// clubGone is how many rows the erasure of the second member deletes and anonymises.
const clubGone = 32

func newClub(t *testing.T, k *kind, statements ...string) *club {
	t.Helper()
	return clubOn(t, k, k.database(t), statements...)
}

func clubOn(t *testing.T, k *kind, db servers.Database, statements ...string) *club {
	t.Helper()
	c := &club{Database: db, kind: k}
	var err error
	if c.admin, err = c.connected(t.Context(), t, c.URL); err != nil {
		t.Fatal(err)
	}
	c.do(t, strings.ReplaceAll(clubTables, "NUMBER", k.number), "INSERT INTO vehicles (member_id, plate) "+many("(1 + %[1]d %% 3, 'W%[1]d')", 30),
		"INSERT INTO tickets (member_id, said) "+many("(1 + %[1]d %% 3, 'T%[1]d')", 30), "INSERT INTO entries (member_id, title, amount) "+many("(1 + %[1]d %% 3, 'E%[1]d', %[1]d)", 30))
	c.do(t, statements...)
	c.between = servers.NewBetween(t, c.Bare)
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "register.yaml": strings.Replace(clubRegister, "CONNECTOR", k.connector, 1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c.House = built.Empty(t, dir)
	c.Extra = map[string]string{"CLUB_URL": c.between.URL}
	c.do(t, c.Must(t, "connector", "grants", "register"))
	return c
}

// connected connects somebody until the test ends.
func (c *club) connected(ctx context.Context, t *testing.T, address string) (*sql.Conn, error) {
	t.Helper()
	db, err := c.kind.open(address)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { _ = db.Close() })
	conn, err := db.Conn(ctx)
	if err == nil {
		t.Cleanup(func() { _ = conn.Close() })
	}
	return conn, err
}

// app connects an application, by an ordinary account.
func (c *club) app(t *testing.T, statements ...string) *sql.Conn {
	t.Helper()
	conn, err := c.connected(t.Context(), t, c.Ordinary)
	for _, s := range statements {
		if err == nil {
			_, err = conn.ExecContext(t.Context(), s)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// map_ replaces words of the map of the register.
func (c *club) map_(t *testing.T, old, new string) {
	t.Helper()
	file := filepath.Join(c.Map, "register.yaml")
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("the map does not say %q: %v", old, err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// do runs statements as the administrator.
func (c *club) do(t *testing.T, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := c.admin.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%.200s: %v", s, err)
		}
	}
}

// text is the value a query gives.
func (c *club) text(t *testing.T, query string) (out string) {
	t.Helper()
	if err := c.admin.QueryRowContext(t.Context(), query).Scan(&out); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

// rows are all rows of the register.
func (c *club) rows(t *testing.T) string {
	t.Helper()
	var out strings.Builder
	for _, table := range tables {
		if err := c.write(t.Context(), &out, table); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// write writes the rows of a table in their order.
func (c *club) write(ctx context.Context, to *strings.Builder, table string) error {
	rows, err := c.admin.QueryContext(ctx, "SELECT * FROM "+table+" ORDER BY 1")
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		fmt.Fprintln(to, table, values)
	}
	return rows.Err()
}

// request is a file that asks for the erasure of a member.
func (c *club) request(t *testing.T, id, memberNo string) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": id, "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true},
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
	return file
}

// planned plans the erasure of a member, which must be possible.
func (c *club) planned(t *testing.T, memberNo string, args ...string) *plan.Plan {
	t.Helper()
	file := c.request(t, "2026-000123", memberNo)
	var p plan.Plan
	if err := json.Unmarshal([]byte(c.Must(t, append([]string{"--json", "plan", file}, args...)...)), &p); err != nil {
		t.Fatal(err)
	}
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	return &p
}

// appliedUntil applies a plan until Dossier dies at a point of its work; all of it where none is named.
func (c *club) appliedUntil(t *testing.T, p *plan.Plan, point string) {
	t.Helper()
	if point != "" {
		c.Extra["DOSSIER_FAILPOINT"] = point
		defer delete(c.Extra, "DOSSIER_FAILPOINT")
	}
	if r := c.applied(t, p); r.Killed != (point != "") {
		t.Fatalf("at %q: %+v", point, r)
	}
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
	product.Until(func() bool {
		c.Later(25 * time.Hour)
		c.Must(t, "--json", "request", "resume", id)
		return c.Standing(t, id).State == "done"
	})
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
