package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// trial is what an application can do with rows of one shelf.
type trial struct {
	shelf
	ctx  context.Context
	conn *sql.Conn
}

// rows says how many of the rows an application can read, and how many it can change. Of those held it tries what stands in their
// place. Where nothing does, one statement is proof for all of them: it finds no row to change. What does stand there is tried row by
// row, since a statement that is refused says only that one of its rows was.
func (t trial) rows(rows []target) (readable, writable int64, err error) {
	places, err := t.read(rows)
	if err != nil {
		return 0, 0, err
	}
	together := rows
	if t.arm.Held {
		together = nil
	}
	for _, row := range rows {
		tells, taken := places[row.name()]
		if tells {
			readable++
		}
		if !t.arm.Held {
			continue
		}
		if !taken {
			together = append(together, row)
			continue
		}
		n, err := t.change([]target{row})
		if err != nil {
			return 0, 0, err
		}
		writable += n
	}
	n, err := t.change(together)
	return readable, writable + n, err
}

// read gives the rows that can be read, or something in their place, and whether that tells of their content.
func (t trial) read(rows []target) (map[any]bool, error) {
	text, arg, err := t.reads(rows)
	if err != nil {
		return nil, err
	}
	found, err := t.conn.QueryContext(t.ctx, text, arg)
	if err != nil {
		return nil, failure(t.ctx, "probing", err)
	}
	defer found.Close()
	out := map[any]bool{}
	for found.Next() {
		row := make([]any, len(t.arm.Identity))
		into := make([]any, len(row)+1)
		for i := range row {
			into[i] = &row[i]
		}
		var tells bool
		into[len(row)] = &tells
		if err := found.Scan(into...); err != nil {
			return nil, failure(t.ctx, "probing", err)
		}
		out[nameOf(t.arm.Held, row)] = tells
	}
	return out, failure(t.ctx, "probing", found.Err())
}

// change says how many rows an UPDATE that changes nothing goes through for. Where one is refused for some rows together, they are tried
// by halves, down to each by itself.
func (t trial) change(rows []target) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	n, err := t.attempt(rows)
	if err == nil || !errors.Is(err, connectors.ErrConflict) {
		return n, err
	}
	if len(rows) == 1 {
		return 0, nil
	}
	first, err := t.change(rows[:len(rows)/2])
	if err != nil {
		return 0, err
	}
	second, err := t.change(rows[len(rows)/2:])
	return first + second, err
}

// attempt is one UPDATE, taken back at once.
func (t trial) attempt(rows []target) (n int64, err error) {
	text, arg, err := t.updates(rows)
	if err != nil {
		return 0, err
	}
	if _, err := t.conn.ExecContext(t.ctx, "SAVEPOINT try"); err != nil {
		return 0, failure(t.ctx, "probing", err)
	}
	res, failed := t.conn.ExecContext(t.ctx, text, arg)
	if failed == nil {
		n, failed = res.RowsAffected()
	}
	if _, err := t.conn.ExecContext(t.ctx, "ROLLBACK TO try"); err != nil && failed == nil {
		failed = err
	}
	return n, failure(t.ctx, "probing", failed)
}

// updates writes an UPDATE that changes nothing, of the rows themselves or of what stands in their place.
func (t trial) updates(rows []target) (text string, arg any, err error) {
	base, column := t.base(), dialect{}.Quote(t.stored()[0].Name)
	text = "UPDATE " + base.as("u") + " SET " + column + " = " + column + " WHERE "
	if !t.arm.Held {
		where, arg, err := t.chosen("u", rows)
		return text + where, arg, err
	}
	where, arg, err := t.chosen("h", rows)
	return text + "(" + t.keys("u") + ") IN (SELECT " + t.keys("h") + " FROM " + t.as("h") + " WHERE " + where + ")", arg, err
}

// reads writes a query of rows an application can read: what names them and, of those held, whether what stands in their place tells of
// their content.
func (t trial) reads(rows []target) (text string, arg any, err error) {
	if !t.arm.Held {
		where, arg, err := t.chosen("u", rows)
		return "SELECT " + strings.Join(t.named("u"), ", ") + ", TRUE FROM " + t.as("u") + " WHERE " + where, arg, err
	}
	where, arg, err := t.chosen("h", rows)
	return "SELECT " + strings.Join(t.named("h"), ", ") + ", (" + t.tells() + ") IS TRUE FROM " + t.as("h") + " CROSS JOIN " + t.base().as("u") +
		" ON " + t.sameKey("u", "h") + " WHERE " + where, arg, err
}

// keys are the columns of the primary key under an alias.
func (t *table) keys(alias string) string {
	parts := make([]string, len(t.key))
	for i, k := range t.key {
		parts[i] = alias + "." + dialect{}.Quote(k)
	}
	return strings.Join(parts, ", ")
}
