package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"slices"
	"strings"
	"testing"

	"modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// indexedHouse is the house with indexes of every kind beside its own.
const indexedHouse = house + `
	CREATE INDEX "odd ""name""" ON members(name COLLATE NOCASE DESC, left_on) WHERE active; CREATE INDEX lower_name ON members(lower(name));
	CREATE INDEX mixed ON payments(paid_on, abs(amount)); CREATE UNIQUE INDEX one_note ON payments(note) WHERE note <> '';
	CREATE TABLE by_members (x TEXT); CREATE INDEX "dossier_by_members_boss" ON by_members(x);`

func heldIndexes(t *testing.T, s *store) string {
	t.Helper()
	var out []string
	err := s.reading(t.Context(), func(v *view) error {
		return collect(v.ctx, v.conn, &out, `SELECT tbl_name || ': ' || substr(sql, instr(sql, ' (') + 1) FROM sqlite_schema
			WHERE type = 'index' AND tbl_name LIKE 'dossier\_held%' ESCAPE '\' ORDER BY 1`)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

const wantedIndexes = `dossier_held_members: ("address_id" COLLATE "BINARY")
dossier_held_members: ("boss" COLLATE "BINARY")
dossier_held_members: ("email" COLLATE "NOCASE")
dossier_held_members: ("id")
dossier_held_members: ("member_no" COLLATE "BINARY")
dossier_held_members: ("name" COLLATE "NOCASE" DESC, "left_on" COLLATE "BINARY")
dossier_held_payments: ("id")
dossier_held_payments: ("lease_no" COLLATE "BINARY")
dossier_held_payments: ("note" COLLATE "BINARY")
dossier_held_payments: ("paid_on" COLLATE "BINARY")`

// TestHeldRowsHaveTheIndexesOfTheirTable, also those an application makes later, and those of files that were installed before held
// rows had any.
func TestHeldRowsHaveTheIndexesOfTheirTable(t *testing.T) {
	path, db := newFile(t, indexedHouse)
	s := opened(t, path)
	hold(t, s, anna, paidOne)
	same(t, "indexes", heldIndexes(t, s), wantedIndexes)
	for _, n := range texts(t, db, "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name LIKE 'dossier%' AND name LIKE 'dossier_by%'") {
		run(t, db, `DROP INDEX "`+n+`"`)
	}
	statements, err := s.Install(t.Context(), []connectors.Use{{Collection: members}, {Collection: payments}})
	if err != nil {
		t.Fatal(err)
	}
	run(t, db, strings.Join(statements, ";\n"))
	same(t, "installed by hand", heldIndexes(t, s), wantedIndexes)
	if statements, err = s.Install(t.Context(), []connectors.Use{{Collection: members}, {Collection: payments}}); err != nil || len(statements) > 0 {
		t.Errorf("again: %q, %v", statements, err)
	}
	run(t, db, "CREATE INDEX later ON members(active); ALTER TABLE payments ADD COLUMN new TEXT; CREATE INDEX new ON payments(new)")
	hold(t, s, by(members, "member_no", one(0, "C-00002")))
	same(t, "after another restriction", heldIndexes(t, s), `dossier_held_members: ("active" COLLATE "BINARY")`+"\n"+wantedIndexes)
}

// TestPathsToHeldRowsUseIndexes: with rows held in every table, nothing that leads from a person, and nothing that is asked of what was
// found, reads a table of people's data, or of held rows, from end to end.
func TestPathsToHeldRowsUseIndexes(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	for _, c := range []connectors.Collection{members, addresses, leases, parties, payments, readings} {
		hold(t, s, connectors.Selection{Collection: c, All: true})
	}
	for name, sel := range statements() {
		if sel.All {
			continue
		}
		q := compiled(t, s, sel)
		if !strings.Contains(q.SQL, heldPrefix) {
			t.Errorf("%s does not look among held rows", name)
		}
		q.SQL = "EXPLAIN QUERY PLAN " + q.SQL
		for _, step := range explained(t, s, q) {
			if reads(step) {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
}

// reads says whether a step of a query plan reads a whole table of rows of people, or makes an index of one for itself.
func reads(step string) bool {
	what, scan := strings.CutPrefix(step, "SCAN ")
	if !scan {
		what, _ = strings.CutPrefix(step, "SEARCH ")
		return strings.Contains(step, "AUTOMATIC") && strings.ContainsAny(what[:1], "txeu")
	}
	return strings.ContainsAny(what[:1], "txeuh")
}

// TestWhatIsDoneToHeldRowsUsesIndexes: a restriction, an erasure, a rectification and a lift beside ten thousand held rows read no more
// than the rows they are about.
func TestWhatIsDoneToHeldRowsUsesIndexes(t *testing.T) {
	path, _ := newFile(t, house)
	s := opened(t, path)
	hold(t, s, connectors.Selection{Collection: members, All: true}, connectors.Selection{Collection: payments, All: true})
	pen, asked := overheardWriter(t, path)
	if _, err := pen.conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	w := &work{ctx: t.Context(), writer: pen}
	err := w.prepare(s, []connectors.Treatment{
		treat(connectors.Block, anna, "R-2"),
		treat(connectors.Release, anna, "R-1"), treat(connectors.Release, anna, "R-2"), treat(connectors.Block, anna, "R-1"),
		{Verb: connectors.Set, On: paidOne, AtMost: 9, Assign: []connectors.Assign{{Field: "note", To: "x"}}},
		{Verb: connectors.Delete, On: paidOne, AtMost: 9},
	})
	if err == nil {
		err = w.run()
	}
	if err != nil {
		t.Fatal(err)
	}
	about := map[string]bool{}
	for _, text := range *asked {
		word, _, _ := strings.Cut(text, " ")
		if !slices.Contains([]string{"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}, word) || strings.Contains(text, "pragma_") || strings.Contains(text, "sqlite_schema") || about[text] {
			continue
		}
		about[text] = true
		for _, step := range explained(t, s, relational.Query{SQL: "EXPLAIN QUERY PLAN " + text, Args: make([]any, strings.Count(text, "?"))}) {
			if reads(step) {
				t.Errorf("%s\n%s", step, text)
			}
		}
	}
	if len(about) < 10 {
		t.Errorf("%d statements were looked at", len(about))
	}
}

// overheard is a connection that notes every statement it is given.
type overheard struct {
	whole
	texts *[]string
}

// whole is what the connector asks of a connection.
type whole interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	sqlite.DBStatus
}

func (o overheard) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	*o.texts = append(*o.texts, text)
	return o.whole.ExecContext(ctx, text, args)
}

func (o overheard) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	*o.texts = append(*o.texts, text)
	return o.whole.QueryContext(ctx, text, args)
}

// overhearing makes such connections.
type overhearing struct {
	by     driver.Driver
	source string
	texts  *[]string
}

func (o overhearing) Driver() driver.Driver { return o.by }

func (o overhearing) Connect(context.Context) (driver.Conn, error) {
	c, err := o.by.Open(o.source)
	if err != nil {
		return nil, err
	}
	return overheard{c.(whole), o.texts}, nil
}

// overheardWriter is a writer for the file, and what it was told.
func overheardWriter(t *testing.T, path string) (*writer, *[]string) {
	t.Helper()
	plain := withoutForeignKeys(t, path)
	texts := &[]string{}
	db := sql.OpenDB(overhearing{plain.Driver(), place{file: path}.source(common...), texts})
	t.Cleanup(func() { db.Close() })
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &writer{conn}, texts
}
