package state

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema, and the job queue's beside it, to this program's version.
func (db *DB) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	p, err := goose.NewProvider(goose.DialectSQLite3, db.writer, files, goose.WithSlog(quiet), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w; is the file a state of dossier?", err)
	}
	if have > want {
		return fmt.Errorf("%w: its schema is version %d, this program knows %d; use that dossier or a newer one", ErrNewer, have, want)
	}
	if have < want {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("bring the schema from version %d to %d: %w", have, want, err)
		}
	}
	queue, err := rivermigrate.New(riversqlite.New(db.writer), &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return err
	}
	if _, err := queue.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("bring the job queue's schema up: %w", err)
	}
	return nil
}
