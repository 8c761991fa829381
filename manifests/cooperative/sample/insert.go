package sample

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// bulk writes one SQLite file: tables first, rows in one transaction without journal or checks, then indexes
// and a check of every foreign key. A file that was not finished is of no use.
type bulk struct {
	ctx    context.Context
	db     *sql.DB
	conn   *sql.Conn
	tables []*table
}

// beforeIndexes parts a schema in what comes before the rows and what after.
const beforeIndexes = "-- made when the rows are in: indexes\n"

func newBulk(ctx context.Context, file, schema string) (*bulk, error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL, 0o600) // SQLite would make it for all to read
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath())
	if err != nil {
		return nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	b := &bulk{ctx: ctx, db: db, conn: conn}
	tables, _, ok := strings.Cut(schema, beforeIndexes)
	if !ok {
		return nil, errors.Join(errors.New("the schema does not say where its indexes begin"), b.close())
	}
	for _, stmt := range []string{"PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA locking_mode = EXCLUSIVE",
		"PRAGMA foreign_keys = OFF", "PRAGMA cache_size = -65536", "BEGIN", tables} {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return nil, errors.Join(err, b.close())
		}
	}
	return b, nil
}

// table writes rows of one table, many in a statement.
type table struct {
	b       *bulk
	name    string
	columns int
	perStmt int
	insert  string
	full    *sql.Stmt
	args    []any
}

func (b *bulk) table(name string, columns ...string) *table {
	t := &table{b: b, name: name, columns: len(columns), perStmt: max(1, 600/len(columns)),
		insert: "INSERT INTO " + name + " (" + strings.Join(columns, ", ") + ") VALUES "}
	b.tables = append(b.tables, t)
	return t
}

func (t *table) add(row ...any) error {
	t.args = append(t.args, row...)
	if len(t.args) < t.perStmt*t.columns {
		return nil
	}
	if t.full == nil {
		stmt, err := t.b.conn.PrepareContext(t.b.ctx, t.statement(t.perStmt))
		if err != nil {
			return fmt.Errorf("fill %s: %w", t.name, err)
		}
		t.full = stmt
	}
	_, err := t.full.ExecContext(t.b.ctx, t.args...)
	t.args = t.args[:0]
	if err != nil {
		return fmt.Errorf("fill %s: %w", t.name, err)
	}
	return nil
}

func (t *table) statement(rows int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", t.columns), ",") + ")"
	return t.insert + one + strings.Repeat(","+one, rows-1)
}

func (t *table) flush() error {
	if len(t.args) == 0 {
		return nil
	}
	_, err := t.b.conn.ExecContext(t.b.ctx, t.statement(len(t.args)/t.columns), t.args...)
	t.args = nil
	if err != nil {
		return fmt.Errorf("fill %s: %w", t.name, err)
	}
	return nil
}

// finish writes what is left and the indexes, checks the foreign keys and closes the file.
func (b *bulk) finish(schema string) error {
	for _, t := range b.tables {
		if err := t.flush(); err != nil {
			return err
		}
	}
	_, indexes, _ := strings.Cut(schema, beforeIndexes)
	for _, stmt := range []string{indexes, "COMMIT"} {
		if _, err := b.conn.ExecContext(b.ctx, stmt); err != nil {
			return err
		}
	}
	var table string
	err := b.conn.QueryRowContext(b.ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	if err == nil {
		return fmt.Errorf("a row of %s refers to nothing", table)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	for _, stmt := range []string{"PRAGMA locking_mode = NORMAL", "PRAGMA journal_mode = WAL"} {
		if _, err := b.conn.ExecContext(b.ctx, stmt); err != nil {
			return err
		}
	}
	return b.close()
}

func (b *bulk) close() error {
	for _, t := range b.tables {
		if t.full != nil {
			_ = t.full.Close()
			t.full = nil
		}
	}
	_ = b.conn.Close()
	return b.db.Close()
}
