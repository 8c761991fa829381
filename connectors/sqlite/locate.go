package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Locate streams rows in one snapshot. Nothing is kept but what stands in out, and, where a path may reach a
// row twice, the numbers of the rows reached.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return s.reading(ctx, func(v *view) error { return v.locate(ctx, sel, out) })
}

func (v *view) locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	var fields []field
	q, ok, err := relational.Select(dialect{}, v.relational, sel, func(at relational.At) ([]string, error) {
		var cols []string
		var err error
		cols, fields, err = fieldsOf(at, sel.Fields)
		return cols, err
	})
	if err != nil || !ok {
		return err
	}
	return v.each(ctx, q, func(row []driver.Value) error {
		person, ok := row[0].(int64)
		if !ok {
			return errors.New("locating rows: the person of a row is no number")
		}
		values := make([]any, len(fields))
		for i, f := range fields {
			values[i] = f.value(sel.Collection, row)
		}
		return out.Add(int(person), values...)
	})
}

// each runs a query and gives its rows one by one, past database/sql, which would copy every value once more. A row
// is the caller's only until f returns; the values in it stay.
func (v *view) each(ctx context.Context, q relational.Query, f func([]driver.Value) error) error {
	return v.conn.Raw(func(dc any) error {
		rows, err := v.ask(ctx, dc, q)
		if err != nil {
			return failure(ctx, "reading rows", err)
		}
		defer rows.Close()
		row := make([]driver.Value, len(rows.Columns()))
		for {
			switch err := rows.Next(row); {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return failure(ctx, "reading rows", err)
			case ctx.Err() != nil:
				return ctx.Err()
			}
			if err := f(row); err != nil {
				return err
			}
		}
	})
}

// ask begins a query.
func (v *view) ask(ctx context.Context, dc any, q relational.Query) (driver.Rows, error) {
	c, ok := dc.(driver.QueryerContext)
	if !ok {
		return nil, errors.New("the SQLite driver cannot be asked directly")
	}
	return c.QueryContext(ctx, q.SQL, positional(q.Args))
}
