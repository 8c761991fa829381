package moved

import (
	"context"
	"database/sql"
	"errors"
	"iter"
)

// each gives the rows of a query one by one, as texts.
func each(ctx context.Context, db *sql.DB, query string, args ...any) iter.Seq2[[]*string, error] {
	return func(yield func([]*string, error) bool) {
		rows, err := db.QueryContext(ctx, query, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		columns, err := rows.Columns()
		for err == nil && rows.Next() {
			row, into := make([]*string, len(columns)), make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			if err = rows.Scan(into...); err == nil && !yield(row, nil) {
				return
			}
		}
		if err = errors.Join(err, rows.Err()); err != nil {
			yield(nil, err)
		}
	}
}

// texts is all of them.
func texts(ctx context.Context, db *sql.DB, query string, args ...any) (out [][]*string, err error) {
	for row, err := range each(ctx, db, query, args...) {
		if err != nil {
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}
