package mysql

import (
	"context"
	"database/sql"
	"errors"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
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
	q, fields, ok, err := cells.Select(reader{}, v.dialect(), v.relational, sel)
	if err != nil || !ok {
		return err
	}
	return v.line.each(ctx, "reading rows", q, cells.Into(fields, sel.Collection, out))
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
