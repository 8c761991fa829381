package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Install gives the statements that make restriction by move possible for collections: tables for held rows, and
// guards that keep applications off what is left in their place. Block runs them by itself where they have not been run; an
// administrator can run them before. Those whose objects are there already are left out.
func (s *store) Install(ctx context.Context, uses []connectors.Use) (statements []string, err error) {
	err = s.reading(ctx, func(v *view) error {
		common := false
		taken, err := names(ctx, v.conn)
		if err != nil {
			return err
		}
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			more, err := t.install(ctx, v.conn, taken)
			if err != nil {
				return err
			}
			if !common && len(more) > 0 {
				statements = append(statements, commonInstall...)
				common = true
			}
			statements = append(statements, more...)
		}
		return nil
	})
	return statements, err
}

var commonInstall = []string{
	"CREATE TABLE IF NOT EXISTS " + openTable + " (by TEXT NOT NULL)",
	"CREATE TABLE IF NOT EXISTS " + marksTable + " (in_table TEXT NOT NULL, held INTEGER NOT NULL, request TEXT NOT NULL," +
		" held_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (in_table, held, request)) WITHOUT ROWID",
}

// restricted is what a guard tells an application.
const restricted = "row is restricted (GDPR art. 18)"

// install writes the table for held rows of t, with the indexes t has, and its guards; only what is not there yet. The names it gives
// are taken from then on.
func (t *table) install(ctx context.Context, conn *sql.Conn, taken map[string]bool) ([]string, error) {
	if t.held != nil {
		return t.indexes(t.held.lacks, taken), nil
	}
	more, err := t.unserved(ctx, conn)
	if err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	out, err := t.installTable(ctx, conn)
	return append(out, t.indexes(more, taken)...), err
}

func (t *table) installTable(ctx context.Context, conn *sql.Conn) ([]string, error) {
	if len(t.key) == 0 {
		return nil, fmt.Errorf("%w: table %s has no primary key to know its restricted rows by", connectors.ErrNotSupported, t.Name)
	}
	collation, err := t.collations(ctx, conn)
	if err != nil {
		return nil, err
	}
	d := dialect{}
	held, base := d.Quote(heldPrefix+t.Name), d.Quote(t.Name)
	cols := []string{heldKey + " INTEGER PRIMARY KEY", heldRow + " INTEGER", heldShell + " TEXT"}
	for _, c := range t.Columns {
		col := d.Quote(c.Name)
		if c.Type != "" {
			col += " " + c.Type
		}
		if coll := collation[strings.ToLower(c.Name)]; coll != "" && coll != "BINARY" {
			col += " COLLATE " + d.Quote(coll)
		}
		cols = append(cols, col)
	}
	keys := make([]string, len(t.key))
	for i, k := range t.key {
		keys[i] = d.Quote(k)
	}
	out := []string{"CREATE TABLE " + held + " (" + strings.Join(cols, ", ") + ")",
		"CREATE UNIQUE INDEX " + d.Quote(heldPrefix+t.Name+"_key") + " ON " + held + " (" + strings.Join(keys, ", ") + ")"}
	closed := "NOT EXISTS (SELECT 1 FROM " + openTable + ")"
	at := func(row string) string {
		return "EXISTS (SELECT 1 FROM " + held + " AS h WHERE " + t.sameKey("h", row) + ")"
	}
	for _, g := range []struct{ name, event, when string }{
		{"insert", "AFTER INSERT", at("NEW")}, // after, because only then is the number of the row known
		{"update", "BEFORE UPDATE", "(" + at("OLD") + " OR " + at("NEW") + ")"},
		{"delete", "BEFORE DELETE", at("OLD")},
	} {
		out = append(out, fmt.Sprintf("CREATE TRIGGER %s %s ON %s WHEN %s AND %s BEGIN SELECT RAISE(ABORT, '%s'); END",
			d.Quote(guard+t.Name+"_"+g.name), g.event, base, closed, g.when, restricted))
	}
	return out, nil
}

// collations finds out how columns compare, which SQLite tells of indexes only: an empty copy of the table is
// made in memory, and each of its columns indexed.
func (t *table) collations(ctx context.Context, conn *sql.Conn) (map[string]string, error) {
	out := map[string]string{}
	if !t.Collated {
		return out, nil
	}
	var created string
	if err := conn.QueryRowContext(ctx, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", t.Name).Scan(&created); err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	d := dialect{}
	_, err = db.ExecContext(ctx, created)
	for _, c := range t.Columns {
		if err == nil {
			_, err = db.ExecContext(ctx, "CREATE INDEX one ON "+d.Quote(t.Name)+" ("+d.Quote(c.Name)+")")
		}
		if err == nil {
			var coll string
			err = db.QueryRowContext(ctx, "SELECT coll FROM pragma_index_xinfo('one') WHERE seqno = 0").Scan(&coll)
			out[strings.ToLower(c.Name)] = coll
		}
		if err == nil {
			_, err = db.ExecContext(ctx, "DROP INDEX one")
		}
	}
	return out, failure(ctx, "working out how columns of "+t.Name+" compare", err)
}
