package mysql

import (
	"context"
	"database/sql"
	"errors"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// snapshot begins a transaction that sees one moment, from now on.
var snapshot = []string{"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"}

// Locate streams rows in one snapshot, one statement, as the reader takes them.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return s.reading(ctx, s.pool, func(v *view) error { return v.locate(ctx, sel, out) })
}

// reading runs f in one read-only snapshot.
func (s *store) reading(ctx context.Context, pool *sql.DB, f func(*view) error) error {
	return with(ctx, pool, func(l *line) error {
		if err := l.run(ctx, snapshot...); err != nil {
			return err
		}
		err := f(s.view(ctx, l))
		if err != nil && ctx.Err() != nil { // the connection is given up
			return err
		}
		return errors.Join(err, l.end(ctx, "ROLLBACK"))
	})
}

func (v *view) locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	var fields []field
	q, ok, err := relational.Select(v.dialect(), v.relational, sel, func(at relational.At) ([]string, error) {
		var cols []string
		var err error
		cols, fields, err = fieldsOf(at, sel.Fields, 1)
		return cols, err
	})
	if err != nil || !ok {
		return err
	}
	return v.line.each(ctx, "reading rows", q, func(row [][]byte) error {
		person, err := strconv.Atoi(string(row[0]))
		if err != nil {
			return errors.New("reading rows: the person of a row is no number")
		}
		values := make([]any, len(fields))
		for i, f := range fields {
			values[i] = f.value(sel.Collection, row)
		}
		return out.Add(person, values...)
	})
}

// Count counts in the database, all selections in one snapshot.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	var out []connectors.Tally
	err := s.reading(ctx, s.pool, func(v *view) (err error) {
		out, err = v.counts(ctx, sels)
		return err
	})
	return out, err
}

func (v *view) counts(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		q, ok, err := relational.Count(v.dialect(), v.relational, sel)
		if err == nil && ok {
			err = v.line.each(ctx, "counting rows", q, func(row [][]byte) error { return jobs.Tally(&out[i], row) })
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
