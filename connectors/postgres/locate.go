package postgres

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
)

// Locate streams rows in one snapshot, one statement, as the reader takes them.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	err := s.looking(ctx, func(v *view) error { return v.locate(ctx, sel, out) })
	return s.lacking(ctx, err, func() []connectors.Use { return usesOf(sel) })
}

// looking runs f, which asks in one go, on a connection in no transaction. Where a statement was kept since before the schema changed it is written anew.
func (s *store) looking(ctx context.Context, f func(*view) error) error {
	once := func(l *line) error { return f(s.catalog.view(ctx, l)) }
	err := with(ctx, s.pool, once)
	if state(err) == stalePlan {
		s.catalog.Forget()
		err = with(ctx, s.pool, once)
	}
	return err
}

// inSnapshot are statements in one read-only snapshot of their own; it ends with the last.
func inSnapshot(asks []ask) []ask {
	return slices.Concat([]ask{run(snapshot)}, asks, []ask{run("ROLLBACK")})
}

const snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

// reading runs f in one read-only snapshot.
func (s *store) reading(ctx context.Context, pool *pgxpool.Pool, f func(*view) error) error {
	return with(ctx, pool, func(l *line) error {
		if err := l.send(ctx, run(snapshot)); err != nil {
			return err
		}
		err := f(s.catalog.view(ctx, l))
		if err != nil && ctx.Err() != nil { // the connection is given up
			return err
		}
		return errors.Join(err, l.send(ctx, run("ROLLBACK")))
	})
}

func (v *view) locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	q, fields, ok, err := cells.Select(reader{}, dialect{}, v.relational, sel)
	if err != nil || !ok {
		return err
	}
	return v.line.each(ctx, "reading rows", q, cells.Into(fields, sel.Collection, out))
}
