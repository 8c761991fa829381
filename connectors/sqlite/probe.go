package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Probe finds the rows with the executor's eyes and tries them with an application's hands: over a connection
// of its own, opened as applications open the file, which knows of no held rows. A row counts as readable where some of its content can
// be read in its table, and as writable where an UPDATE that changes nothing goes through. Everything is rolled back.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	var t *table
	var rows []target
	err = s.reading(ctx, func(v *view) error {
		if t, err = v.table(sel.Collection); err != nil {
			return err
		}
		rows, err = v.targets(ctx, sel)
		return err
	})
	if err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	db, err := sql.Open("sqlite", s.place.source("foreign_keys(1)"))
	if err != nil {
		return 0, 0, failure(ctx, "opening the database file", err)
	}
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, 0, failure(ctx, "opening the database file", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return 0, 0, failure(ctx, "probing", err)
	}
	defer rollback(conn)
	err = t.each(rows, func(s shelf, here []target) error {
		for _, row := range here {
			r, w, err := s.try(ctx, conn, row)
			if err != nil {
				return err
			}
			readable, writable = readable+r, writable+w
		}
		return nil
	})
	return readable, writable, err
}

// targets are the rows of a selection, each once.
func (v *view) targets(ctx context.Context, sel connectors.Selection) ([]target, error) {
	q, ok, err := relational.Select(dialect{}, v.relational, sel, func(at relational.At) ([]string, error) {
		return append([]string{at.Held()}, at.Identity()...), nil
	})
	if err != nil || !ok {
		return nil, err
	}
	var out []target
	seen := map[any]bool{}
	err = v.each(ctx, q, func(row []driver.Value) error {
		t := target{held: row[1] == int64(1), id: values(row[2:])}
		if name := t.name(); !seen[name] {
			seen[name] = true
			out = append(out, t)
		}
		return nil
	})
	return out, err
}

// try reads and changes one row as an application would.
func (s shelf) try(ctx context.Context, conn *sql.Conn, row target) (readable, writable int64, err error) {
	where, arg, err := s.chosen("h", []target{row})
	if err != nil {
		return 0, 0, err
	}
	d := dialect{}
	base, read := s.base(), "SELECT count(*) FROM "+s.as("h")+" WHERE "+where
	if s.arm.Held { // what stands in its place must not tell of it
		read = "SELECT count(*) FROM " + s.as("h") + " JOIN " + base.as("u") + " ON " + s.sameKey("u", "h") + " WHERE " + where + " AND (" + s.tells() + ")"
		where = "EXISTS (SELECT 1 FROM " + s.as("h") + " WHERE " + where + " AND " + s.sameKey("h", "u") + ")"
	} else if where, _, err = s.chosen("u", []target{row}); err != nil {
		return 0, 0, err
	}
	if err := conn.QueryRowContext(ctx, read, arg).Scan(&readable); err != nil {
		return 0, 0, failure(ctx, "probing", err)
	}
	column := d.Quote(s.stored()[0].Name)
	if _, err := conn.ExecContext(ctx, "SAVEPOINT try"); err != nil {
		return 0, 0, failure(ctx, "probing", err)
	}
	res, err := conn.ExecContext(ctx, "UPDATE "+base.as("u")+" SET "+column+" = "+column+" WHERE "+where, arg)
	if err == nil {
		writable, err = res.RowsAffected()
	}
	if err := failure(ctx, "probing", err); err != nil && !errors.Is(err, connectors.ErrConflict) {
		return 0, 0, err
	}
	_, err = conn.ExecContext(ctx, "ROLLBACK TO try")
	return readable, writable, failure(ctx, "probing", err)
}

// tells writes that something of a held row's content stands in its shell: the same value, which is not the empty one, in a
// column that is no key.
func (t *table) tells() string {
	parts := []string{"FALSE"}
	for _, c := range t.stored() {
		name := strings.ToLower(c.Name)
		if t.stays(name) {
			continue
		}
		q := dialect{}.Quote(c.Name)
		parts = append(parts, "(u."+q+" IS h."+q+" AND u."+q+" NOT IN ('', 0, x''))")
	}
	return strings.Join(parts, " OR ")
}
