package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

func treat(v connectors.Verb, sel connectors.Selection, mark string) connectors.Treatment {
	return connectors.Treatment{Verb: v, On: sel, Method: methodMove, Mark: mark, AtMost: 100}
}

// hold blocks rows and fails the test if that does not go through.
func hold(t *testing.T, s *store, sels ...connectors.Selection) {
	t.Helper()
	for _, sel := range sels {
		if _, err := apply(s, treat(connectors.Block, sel, "R-1")); err != nil {
			t.Fatal(err)
		}
	}
}

func lift(s *store, sels ...connectors.Selection) error {
	for _, sel := range sels {
		if _, err := apply(s, treat(connectors.Release, sel, "R-1")); err != nil {
			return err
		}
	}
	return nil
}

// application is the whole of the file as an application sees it, types included.
func application(t *testing.T, db *sql.DB) string {
	t.Helper()
	var lines []string
	for _, n := range texts(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'dossier%' ORDER BY name") {
		cols := texts(t, db, `SELECT 'quote("' || name || '") || typeof("' || name || '")' FROM pragma_table_info(?1)`, n)
		for _, line := range texts(t, db, "SELECT "+strings.Join(cols, " || ',' || ")+` FROM "`+n+`"`) {
			lines = append(lines, n+" "+line)
		}
	}
	return strings.Join(sorted(lines), "\n")
}

// texts runs a query of one column.
func texts(t *testing.T, db *sql.DB, query string, args ...any) (out []string) {
	t.Helper()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := collect(t.Context(), c, &out, query, args...); err != nil {
		t.Fatal(err)
	}
	return out
}

// withoutForeignKeys opens the file as an application does that does not ask for foreign keys, which is SQLite's default.
func withoutForeignKeys(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", place{file: path}.source())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	return db
}

var (
	anna      = by(members, "member_no", one(0, "C-00001"))
	annasPart = by(parties, "member_id", one(0, int64(1)))
	leaseOne  = by(leases, "lease_no", one(0, "L-1"))
	paidOne   = by(payments, "lease_no", one(0, "L-1"))
)

func TestBlockAndReleaseRestoreEveryByte(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	before := application(t, db)
	sels := []connectors.Selection{paidOne, annasPart, leaseOne, {Collection: members, All: true}, {Collection: addresses, All: true}, {Collection: readings, All: true}}
	hold(t, s, sels...)
	held := application(t, db)
	for _, content := range []string{"Anna", "Eve", "first", "second", "Lipowa", "2017-12-31", "9007199254740993", "2018-02-03"} {
		if strings.Contains(held, "'"+content) || strings.Contains(held, content+"integer") {
			t.Errorf("an application still reads %s", content)
		}
	}
	for _, sel := range sels {
		sel.Fields = nil
		if r, w, err := s.Probe(t.Context(), sel); err != nil || r != 0 || w != 0 {
			t.Errorf("%s: %d readable, %d writable, %v", sel.Collection.Name, r, w, err)
		}
	}
	same(t, "located", found(t, s, toPayments(one(0, "C-00001"))), []string{"0: 1", "0: 2"})
	if err := lift(s, sels[5], sels[4], sels[3], sels[2], sels[1], sels[0]); err != nil {
		t.Fatal(err)
	}
	same(t, "after", application(t, db), before)
	same(t, "held tables", count(t, db, "SELECT (SELECT count(*) FROM dossier_marks) + (SELECT count(*) FROM dossier_held_members) + (SELECT count(*) FROM dossier_open)"), 0)
}

func TestGuardsRefuseWhatWouldTouchAShell(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	hold(t, s, anna, annasPart, leaseOne)
	careless := withoutForeignKeys(t, path) // so that nothing but the guards stands in the way
	for what, text := range map[string]string{
		"update":           "UPDATE members SET name = 'x' WHERE id = 1",
		"delete":           "DELETE FROM members WHERE id = 1",
		"all":              "DELETE FROM parties; DELETE FROM members",
		"replace":          "INSERT OR REPLACE INTO members (id, name) VALUES (1, 'x')",
		"upsert":           "INSERT INTO members (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'",
		"renumber":         "UPDATE OR REPLACE members SET id = 1 WHERE id = 2",
		"insert moved":     "INSERT INTO parties VALUES ('L-1', 1, 'x')",
		"replace a parent": "REPLACE INTO leases (lease_no) VALUES ('L-1')",
	} {
		_, err := careless.Exec(text)
		if err == nil || !strings.Contains(err.Error(), restricted) {
			t.Errorf("%s: %v", what, err)
		}
	}
	run(t, db, "INSERT INTO members (name) VALUES ('new'); UPDATE members SET name = 'Bobby' WHERE id = 2; DELETE FROM members WHERE name = 'new'")
	if err := lift(s, anna, annasPart, leaseOne); err != nil {
		t.Fatal(err)
	}
	same(t, "back", count(t, db, "SELECT count(*) FROM members WHERE name IN ('Anna', 'Bobby')"), 2)
}

func TestANumberIsNotGivenToTheNext(t *testing.T) {
	path, db := newFile(t, "CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT); INSERT INTO p VALUES (1, 'a'), (2, 'b'); CREATE TABLE q (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT); INSERT INTO q VALUES (1, 'a'), (2, 'b');")
	s := opened(t, path)
	for _, c := range []connectors.Collection{coll("p", "id"), coll("q", "id")} {
		last := by(c, "id", one(0, int64(2)))
		hold(t, s, last)
		run(t, db, "INSERT INTO "+c.At+" (n) VALUES ('new')")
		same(t, "number of the new row", count(t, db, "SELECT id FROM "+c.At+" WHERE n = 'new'"), 3)
		if err := lift(s, last); err != nil {
			t.Fatal(err)
		}
		same(t, "back", count(t, db, "SELECT count(*) FROM "+c.At+" WHERE id = 2 AND n = 'b'"), 1)
	}
}

func TestACascadeDoesNotReachAShell(t *testing.T) {
	path, db := newFile(t, `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p(id) ON DELETE CASCADE, n TEXT NOT NULL UNIQUE, m INTEGER NOT NULL, b BLOB NOT NULL);
		CREATE TABLE g (c INTEGER REFERENCES c(id) ON DELETE CASCADE); INSERT INTO p VALUES (1); INSERT INTO c VALUES (1, 1, 'x', 5, x'01'), (2, 1, 'y', 6, x'02'); INSERT INTO g VALUES (1), (2);`)
	s := opened(t, path)
	before := application(t, db)
	all := connectors.Selection{Collection: coll("c", "id"), All: true}
	hold(t, s, all)
	same(t, "children of the moved rows", count(t, db, "SELECT count(*) FROM g"), 2)
	if _, err := db.Exec("DELETE FROM p"); err == nil {
		t.Error("a cascade took restricted rows")
	}
	if err := lift(s, all); err != nil {
		t.Fatal(err)
	}
	same(t, "after", application(t, db), before)
}

func TestTriggersOfTheApplication(t *testing.T) {
	path, db := newFile(t, `CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT, changed TEXT);
		CREATE VIRTUAL TABLE f USING fts5(n, content='');
		INSERT INTO p VALUES (1, 'Anna', 'long ago'); INSERT INTO f(rowid, n) VALUES (1, 'Anna');
		CREATE TRIGGER touch AFTER UPDATE ON p WHEN new.changed IS old.changed OR new.changed IS NOT 'now' BEGIN UPDATE p SET changed = 'now' WHERE id = new.id; END;
		CREATE TRIGGER seek AFTER UPDATE OF n ON p BEGIN INSERT INTO f(f, rowid, n) VALUES ('delete', old.id, old.n); INSERT INTO f(rowid, n) VALUES (new.id, new.n); END;`)
	s := opened(t, path)
	triggers := "SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE 'dossier%' ORDER BY name)"
	var before, after string
	if err := db.QueryRow(triggers).Scan(&before); err != nil {
		t.Fatal(err)
	}
	all := connectors.Selection{Collection: coll("p", "id"), All: true}
	hold(t, s, all)
	same(t, "the search index while held", count(t, db, "SELECT count(*) FROM f WHERE f MATCH 'Anna'"), 0)
	if err := lift(s, all); err != nil {
		t.Fatal(err)
	}
	same(t, "row", count(t, db, "SELECT count(*) FROM p WHERE n = 'Anna' AND changed = 'long ago'"), 1)
	same(t, "the search index", count(t, db, "SELECT count(*) FROM f WHERE f MATCH 'Anna'"), 1)
	if err := db.QueryRow(triggers).Scan(&after); err != nil {
		t.Fatal(err)
	}
	same(t, "triggers", after, before)
}

func TestALiftThatFindsThingsChangedChangesNothing(t *testing.T) {
	for what, do := range map[string]string{
		"shell changed": "UPDATE members SET name = 'x' WHERE id = 1",
		"shell gone":    "DELETE FROM members WHERE id = 1",
		"key taken":     "INSERT INTO parties VALUES ('L-1', 1, 'x')",
		"unique taken":  "INSERT INTO members (member_no) VALUES ('C-00001')",
		"parent gone":   "DELETE FROM leases WHERE lease_no = 'L-1'",
	} {
		t.Run(what, func(t *testing.T) {
			path, db := newFile(t, house)
			s := opened(t, path)
			hold(t, s, anna, annasPart)
			intruder := withoutForeignKeys(t, path)
			run(t, intruder, "BEGIN; INSERT INTO dossier_open VALUES ('an intruder'); "+do+"; DELETE FROM dossier_open; COMMIT")
			err := errors.Join(lift(s, anna), lift(s, annasPart))
			if !errors.Is(err, connectors.ErrConflict) {
				t.Errorf("error %v", err)
			}
			if strings.Contains(fmt.Sprint(err), "C-0000") {
				t.Errorf("the error tells a value: %v", err)
			}
			same(t, "still held", count(t, db, "SELECT (SELECT count(*) FROM dossier_held_members) + (SELECT count(*) FROM dossier_held_parties) > 0"), 1)
		})
	}
}

func TestHeldRowsAreStillThePersons(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	hold(t, s, anna, annasPart, paidOne)
	out, err := apply(s,
		connectors.Treatment{Verb: connectors.Set, On: anna, AtMost: 1, Assign: []connectors.Assign{{Field: "name", To: "Hanna", From: []any{"Anna"}}}},
		connectors.Treatment{Verb: connectors.Delete, On: paidOne, AtMost: 2, Capture: []string{"id"}},
		connectors.Treatment{Verb: connectors.Recount, On: leaseOne, AtMost: 1, Assign: []connectors.Assign{{Field: "party_count", How: connectors.Count,
			Over: &connectors.Step{Collection: parties, From: []string{"lease_no"}, To: []string{"lease_no"}}}}},
		connectors.Treatment{Verb: connectors.Ensure, On: connectors.Selection{Collection: members}, AtMost: 1,
			Assign: []connectors.Assign{{Field: "id", To: int64(50)}, {Field: "member_no", To: "C-00001"}}},
		treat(connectors.Block, anna, "R-2"), treat(connectors.Release, anna, "R-1"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", saidAll(out), "t1 1/0/0 map[0:1]; t2 2/0/0 map[0:2]; t3 0/1/0 map[]; t4 0/1/0 map[]; t5 1/0/0 map[0:1]; t6 1/0/0 map[0:1]")
	same(t, "payments and their marks", count(t, db, "SELECT (SELECT count(*) FROM payments WHERE lease_no = 'L-1') + (SELECT count(*) FROM dossier_held_payments) + (SELECT count(*) FROM dossier_marks WHERE in_table = 'payments')"), 0)
	same(t, "still held for the second", count(t, db, "SELECT count(*) FROM members WHERE name IS NOT NULL AND id = 1"), 0)
	if _, err := apply(s, treat(connectors.Release, anna, "R-2")); err != nil {
		t.Fatal(err)
	}
	same(t, "corrected while held", count(t, db, "SELECT count(*) FROM members WHERE name = 'Hanna' AND id = 1"), 1)
}

func TestARehearsalInstallsNothing(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	do := treat(connectors.Block, anna, "R-1")
	do.ID = "t"
	out, err := s.Apply(context.Background(), []connectors.Treatment{do}, connectors.ApplyOptions{Rehearse: true})
	if err != nil || out[0].Changed != 1 {
		t.Fatal(out, err)
	}
	same(t, "objects", count(t, db, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'dossier%'"), 0)
	texts, err := s.Install(t.Context(), []connectors.Use{{Collection: members}, {Collection: parties}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, strings.Join(texts, ";\n"))
	if texts, err = s.Install(t.Context(), []connectors.Use{{Collection: members}, {Collection: parties}}); err != nil || len(texts) > 0 {
		t.Errorf("again: %d statements, %v", len(texts), err)
	}
	hold(t, s, anna)
	uses := []connectors.Use{{Collection: members}, {Collection: parties}}
	if texts, err := s.Uninstall(t.Context(), uses); err == nil || len(texts) > 0 {
		t.Errorf("what holds restricted rows would be taken away: %q, %v", texts, err)
	}
	same(t, "e-mail compares in the held table as before", found(t, s, by(members, "email", one(0, "ANNA@LIPY.example"))), []string{"0: 1"})
}

// TestUninstallLeavesNothing: what install makes, uninstall takes away, and nothing of the application's.
func TestUninstallLeavesNothing(t *testing.T) {
	path, db := newFile(t, house)
	before := count(t, db, "SELECT count(*) FROM sqlite_schema")
	s := opened(t, path)
	uses := []connectors.Use{{Collection: members}, {Collection: parties}}
	for _, ask := range []func(context.Context, []connectors.Use) ([]string, error){s.Install, s.Uninstall} {
		texts, err := ask(t.Context(), uses)
		if err != nil || len(texts) == 0 {
			t.Fatal(texts, err)
		}
		run(t, db, strings.Join(texts, ";\n"))
	}
	same(t, "objects left", count(t, db, "SELECT count(*) FROM sqlite_schema"), before)
	if texts, err := s.Uninstall(t.Context(), uses); err != nil || len(texts) > 0 {
		t.Errorf("again: %q, %v", texts, err)
	}
}

func TestATableWithoutKeyIsNotBlocked(t *testing.T) {
	path, _ := newFile(t, "CREATE TABLE log (text TEXT); INSERT INTO log VALUES ('x');")
	s := opened(t, path)
	if _, err := apply(s, treat(connectors.Block, connectors.Selection{Collection: coll("log", "text"), All: true}, "R-1")); !errors.Is(err, connectors.ErrNotSupported) {
		t.Error(err)
	}
}

func TestALargeBlobOfAHeldRowOpens(t *testing.T) {
	path, db := newFile(t, "CREATE TABLE d (id INTEGER PRIMARY KEY, body BLOB); INSERT INTO d VALUES (1, zeroblob(100000)), (2, randomblob(5000000));")
	s := opened(t, path)
	c := coll("d", "id")
	var want string
	if err := db.QueryRow("SELECT body FROM d WHERE id = 2").Scan(&want); err != nil {
		t.Fatal(err)
	}
	hold(t, s, by(c, "id", one(0, int64(2))))
	sel := by(c, "id", one(0, int64(1)), one(0, int64(2)))
	sel.Fields = []string{"id", "body"}
	bodies := map[any]string{}
	err := connectors.Each(t.Context(), s, sel, func(_ int, v []any) error { bodies[v[0]] = readBlob(t, s, v[1].(connectors.Blob)); return nil })
	if err != nil {
		t.Fatal(err)
	}
	same(t, "free", len(bodies[int64(1)]), 100000)
	same(t, "held", bodies[int64(2)] == want, true)
	run(t, db, "UPDATE d SET body = zeroblob(70000) WHERE id = 1")
	var free connectors.Blob
	sel.Any[0].Values = sel.Any[0].Values[:1]
	if err := connectors.Each(t.Context(), s, sel, func(_ int, v []any) error { free = v[1].(connectors.Blob); return nil }); err != nil {
		t.Fatal(err)
	}
	run(t, db, "DELETE FROM d WHERE id = 1")
	if _, err := s.OpenBlob(t.Context(), free); err == nil {
		t.Error("a blob that is gone opened")
	}
}
