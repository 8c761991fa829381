package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// MakeScratch makes an empty database file where there is none.
func (Connector) MakeScratch(_ context.Context, config connectors.Config) error {
	file := config[settingFile]
	if file == "" {
		return nil // Open says what is missing
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return wrong(settingFile, "no file can be made where file points", "a path in a folder that is there, and may be written to")
	}
	return f.Close()
}

// Load lays tables out, in place of what they held. A table that is missing, or lacks a field, is made anew from
// the values of its rows: id is its key where every row has a number for it, and fields whose names end in
// _ci ignore the case of letters.
func (s *store) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	w, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	usable := true
	defer func() { s.release(w, usable) }()
	if _, err := w.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return failure(ctx, "locking the database file", err)
	}
	for _, at := range slices.Sorted(maps.Keys(rows)) {
		if err := load(ctx, w.conn, at, rows[at]); err != nil {
			usable = rollback(w.conn)
			return failure(ctx, "laying out "+at, err)
		}
	}
	if err := w.commit(ctx); err != nil {
		usable = rollback(w.conn)
		return err
	}
	return nil
}

func load(ctx context.Context, conn *sql.Conn, at string, rows []connectors.Row) error {
	fields := map[string]bool{}
	for _, r := range rows {
		for f := range r {
			fields[f] = true
		}
	}
	names := slices.Sorted(maps.Keys(fields))
	var have []string
	err := collect(ctx, conn, &have, "SELECT name FROM pragma_table_xinfo(?1)", at)
	if err != nil {
		return err
	}
	if err := forget(ctx, conn, at); err != nil {
		return err
	}
	d := dialect{}
	lacks := slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(have, n) })
	switch {
	case len(have) == 0 && len(names) == 0:
		return nil // nothing is known of it, and nothing is in it
	case len(have) > 0 && !lacks:
		_, err = conn.ExecContext(ctx, "DELETE FROM "+d.Quote(at))
	default:
		if _, err = conn.ExecContext(ctx, "DROP TABLE IF EXISTS "+d.Quote(at)); err == nil {
			_, err = conn.ExecContext(ctx, create(at, names, rows))
		}
	}
	if err != nil {
		return err
	}
	return insert(ctx, conn, at, rows)
}

// forget drops what Block has kept of a table.
func forget(ctx context.Context, conn *sql.Conn, at string) error {
	var there []string
	if err := collect(ctx, conn, &there, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?1", heldPrefix+at); err != nil || len(there) == 0 {
		return err
	}
	d := dialect{}
	for _, event := range []string{"insert", "update", "delete"} {
		if _, err := conn.ExecContext(ctx, "DROP TRIGGER IF EXISTS "+d.Quote(guard+at+"_"+event)); err != nil {
			return err
		}
	}
	if _, err := conn.ExecContext(ctx, "DELETE FROM "+marksTable+" WHERE in_table = ?1", at); err != nil {
		return err
	}
	_, err := conn.ExecContext(ctx, "DROP TABLE "+d.Quote(heldPrefix+at))
	return err
}

// create writes the table that rows fit into.
func create(at string, names []string, rows []connectors.Row) string {
	d := dialect{}
	var cols []string
	for _, n := range names {
		col := d.Quote(n) + " " + typeOf(n, rows)
		if strings.HasSuffix(n, "_ci") {
			col += " COLLATE NOCASE"
		}
		if n == "id" && !slices.ContainsFunc(rows, func(r connectors.Row) bool { _, ok := r[n].(int64); return !ok }) {
			col += " PRIMARY KEY"
		}
		cols = append(cols, col)
	}
	return "CREATE TABLE " + d.Quote(at) + " (" + strings.Join(cols, ", ") + ")"
}

// typeOf is the declared type under which values of a field come back as they were.
func typeOf(name string, rows []connectors.Row) string {
	for _, r := range rows {
		switch r[name].(type) {
		case bool:
			return "BOOLEAN"
		case int64:
			return "INTEGER"
		case float64:
			return "REAL"
		case []byte:
			return "BLOB"
		case time.Time:
			return "TIMESTAMP"
		case connectors.Decimal:
			return "DECIMAL TEXT" // a DECIMAL alone would be rounded to a REAL
		case connectors.JSON:
			return "JSON TEXT"
		}
	}
	return "TEXT"
}

func insert(ctx context.Context, conn *sql.Conn, at string, rows []connectors.Row) error {
	d := dialect{}
	for _, r := range rows {
		var cols, marks []string
		var args []any
		for _, f := range slices.Sorted(maps.Keys(r)) {
			v, err := d.Value(relational.Column{Name: f, Type: typeOf(f, rows)}, r[f])
			if err != nil {
				return err
			}
			args = append(args, v)
			cols, marks = append(cols, d.Quote(f)), append(marks, d.Placeholder(len(args)))
		}
		text := "INSERT INTO " + d.Quote(at) + " (" + strings.Join(cols, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
		if len(cols) == 0 {
			text = "INSERT INTO " + d.Quote(at) + " DEFAULT VALUES"
		}
		if _, err := conn.ExecContext(ctx, text, args...); err != nil {
			return err
		}
	}
	return nil
}

// Dump reads every table back, rows that Block has set aside included, and BLOBs of any size as bytes.
func (s *store) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	out := map[string][]connectors.Row{}
	err := s.reading(ctx, func(v *view) error {
		names, err := v.collections()
		if err != nil {
			return err
		}
		for _, n := range names {
			if n.kind != "table" {
				continue
			}
			if out[n.name], err = v.dump(n.name); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (v *view) dump(name string) ([]connectors.Row, error) {
	t, err := v.table(connectors.Collection{Name: name, At: name})
	if err != nil {
		return nil, err
	}
	rows := []connectors.Row{}
	sel := connectors.Selection{Collection: connectors.Collection{Name: name, At: name}, All: true}
	q, _, err := relational.Select(dialect{}, v.relational, sel, func(at relational.At) ([]string, error) {
		var cols []string
		for _, c := range t.Columns {
			expr, _, err := at.Field(c.Name)
			if err != nil {
				return nil, err
			}
			cols = append(cols, plain(expr, c))
		}
		return cols, nil
	})
	if err != nil {
		return nil, err
	}
	err = v.each(v.ctx, q, func(row []driver.Value) error {
		r := connectors.Row{}
		for i, c := range t.Columns {
			r[c.Name] = decoderFor(c).decode(row[1+i])
		}
		rows = append(rows, r)
		return nil
	})
	return rows, err
}

// collect runs a query of one column.
func collect[T any](ctx context.Context, conn *sql.Conn, out *[]T, query string, args ...any) error {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return err
		}
		*out = append(*out, v)
	}
	return rows.Err()
}
