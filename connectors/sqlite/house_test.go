package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// house is a file as an application would have it: members, what hangs on them, and the ways there.
const house = `
CREATE TABLE members (id INTEGER PRIMARY KEY, member_no TEXT UNIQUE, email TEXT COLLATE NOCASE, name TEXT, left_on DATE, boss INTEGER REFERENCES members(id), address_id INTEGER REFERENCES addresses(id), active BOOLEAN NOT NULL DEFAULT 1);
CREATE INDEX members_email ON members(email); CREATE INDEX members_boss ON members(boss); CREATE INDEX members_address ON members(address_id);
CREATE TABLE addresses (id INTEGER PRIMARY KEY, street TEXT);
CREATE TABLE leases (lease_no TEXT PRIMARY KEY, flat TEXT, started DATE, ended DATE, party_count INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE parties (lease_no TEXT NOT NULL REFERENCES leases(lease_no), member_id INTEGER NOT NULL REFERENCES members(id), share TEXT, PRIMARY KEY (lease_no, member_id)) WITHOUT ROWID;
CREATE INDEX parties_member ON parties(member_id);
CREATE TABLE payments (id INTEGER PRIMARY KEY, lease_no TEXT NOT NULL REFERENCES leases(lease_no), paid_on TIMESTAMP, amount DECIMAL(10,2), note TEXT);
CREATE INDEX payments_lease ON payments(lease_no);
CREATE TABLE readings (id INTEGER PRIMARY KEY, flat TEXT, read_on DATE, value REAL);
CREATE INDEX readings_flat ON readings(flat);
CREATE VIEW active_members AS SELECT * FROM members WHERE active;
INSERT INTO addresses VALUES (1, 'Lipowa 1'), (2, 'Lipowa 2');
INSERT INTO members VALUES (1, 'C-00001', 'Anna@lipy.example', 'Anna', '2010-05-31', NULL, 1, 1), (2, 'C-00002', 'bob@lipy.example', 'Bob', NULL, 1, 1, 1),
	(3, 'C-00003', 'eve@lipy.example', 'Eve', '0000-00-00', 2, 2, 0), (4, NULL, '', 'Nobody', '31.12.2009', 3, NULL, 1), (10, 'C-00010', 'ten@lipy.example', 'Ten', '2999-01-01', NULL, 2, 1);
INSERT INTO leases VALUES ('L-1', 'A', '2018-01-01', '2019-12-31', 2), ('L-2', 'A', '2020-01-01', NULL, 1), ('L-3', 'B', '0000-00-00', NULL, 1);
INSERT INTO parties VALUES ('L-1', 1, '1/2'), ('L-1', 2, '1/2'), ('L-2', 2, '1'), ('L-3', 3, '1');
INSERT INTO payments VALUES (1, 'L-1', '2018-02-03 04:05:06', 12.5, 'first'), (2, 'L-1', '2018-03-03', 9007199254740993, 'second'), (3, 'L-2', NULL, NULL, NULL), (4, 'L-3', '', 0.1, '');
INSERT INTO readings VALUES (1, 'A', '2017-12-31', 1), (2, 'A', '2018-01-01', 2), (3, 'A', '2019-12-31 23:59:59', 3), (4, 'A', '2020-01-01', 4), (5, NULL, '2018-06-01', 5), (6, 'B', '2018-06-01', 6);
`

// newFile makes a database file and gives its path and a connection as an application has it.
func newFile(t testing.TB, script string) (string, *sql.DB) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "house 100%?#.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path, app(t, path, script)
}

// app opens the file as an application does.
func app(t testing.TB, path, script string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", place{file: path}.source("foreign_keys(1)"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	run(t, db, script)
	return db
}

func run(t testing.TB, db *sql.DB, script string) {
	t.Helper()
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
}

// opened opens the file through the connector.
func opened(t testing.TB, path string) *store {
	t.Helper()
	s, err := Connector{}.Open(context.Background(), connectors.Config{"file": path, "busy_timeout": "200ms"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s.(*store)
}

// coll is a collection of the house.
func coll(name string, key ...string) connectors.Collection {
	return connectors.Collection{Name: name, At: name, Key: key}
}

var (
	members   = coll("members", "id")
	addresses = coll("addresses", "id")
	leases    = coll("leases", "lease_no")
	parties   = coll("parties", "lease_no", "member_id")
	payments  = coll("payments", "id")
	readings  = coll("readings", "id")
)

// one is a tuple of one value.
func one(person int, v any) connectors.Tuple {
	return connectors.Tuple{Person: person, Values: []any{v}}
}

// by selects rows of c by one field.
func by(c connectors.Collection, field string, tuples ...connectors.Tuple) connectors.Selection {
	return connectors.Selection{Collection: c, Any: []connectors.Match{{Fields: []string{field}, Values: tuples}}, Fields: c.Key}
}

// hop steps from c to the next collection.
func hop(c connectors.Collection, from, to string) connectors.Hop {
	return connectors.Hop{Collection: c, From: []string{from}, To: []string{to}}
}

// toPayments is the way from a member to payments.
func toPayments(tuples ...connectors.Tuple) connectors.Selection {
	sel := by(payments, "member_no", tuples...)
	sel.Any[0].Via = []connectors.Hop{hop(members, "id", "member_id"), hop(parties, "lease_no", "lease_no"), hop(leases, "lease_no", "lease_no")}
	return sel
}

// found locates rows and writes them as "person: value value", sorted.
func found(t testing.TB, s connectors.Store, sel connectors.Selection) []string {
	t.Helper()
	out, err := located(s, sel)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func located(s connectors.Store, sel connectors.Selection) ([]string, error) {
	out := []string{}
	err := connectors.Each(context.Background(), s, sel, func(person int, values []any) error {
		parts := []string{fmt.Sprintf("%d:", person)}
		for _, v := range values {
			parts = append(parts, fmt.Sprint(v))
		}
		out = append(out, strings.Join(parts, " "))
		return nil
	})
	slices.Sort(out)
	return out, err
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s\n got %v\nwant %v", what, got, want)
	}
}

// yes confirms whatever is asked.
func yes(context.Context, []connectors.Outcome) error { return nil }

// apply carries out treatments, each with a roomy ceiling unless it has one.
func apply(s *store, do ...connectors.Treatment) ([]connectors.Outcome, error) {
	for i := range do {
		if do[i].ID == "" {
			do[i].ID = fmt.Sprintf("t%d", i+1)
		}
	}
	return s.Apply(context.Background(), do, connectors.ApplyOptions{Confirm: yes})
}

func count(t testing.TB, db *sql.DB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func sorted(s []string) []string { slices.Sort(s); return s }

// tallyOf counts what found wrote.
func tallyOf(rows []string) (total int, by map[int]int64) {
	by, seen := map[int]int64{}, map[string]bool{}
	for _, r := range rows {
		person, row, _ := strings.Cut(r, ": ")
		var p int
		fmt.Sscan(person, &p)
		by[p]++
		if !seen[row] {
			seen[row] = true
			total++
		}
	}
	return total, by
}

func readBlob(t testing.TB, s *store, b connectors.Blob) string {
	t.Helper()
	r, err := s.OpenBlob(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
