package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/dossier-dsr/dossier/connectors"
)

// readers is how many reads run at once.
const readers = 4

// store is one open file: connections that cannot write, and one that can.
type store struct {
	place   place
	read    *sql.DB
	write   *sql.DB
	catalog catalog
	wal     backlog
}

// common are the pragmas of every connection. Nothing that is sorted or set aside may reach the disk in the open.
var common = []string{"temp_store(MEMORY)", "foreign_keys(1)"}

func open(ctx context.Context, p place) (*store, error) {
	s := &store{place: p}
	var err error
	if s.read, err = sql.Open("sqlite", p.source(append([]string{"query_only(1)"}, common...)...)); err != nil {
		return nil, failure(ctx, "opening the database file", err)
	}
	s.read.SetMaxOpenConns(readers)
	if s.write, err = sql.Open("sqlite", p.source(append([]string{"secure_delete(1)"}, common...)...)); err != nil {
		return nil, errors.Join(failure(ctx, "opening the database file", err), s.read.Close())
	}
	s.write.SetMaxOpenConns(1)
	if err := s.look(ctx); err != nil {
		return nil, errors.Join(err, s.read.Close(), s.write.Close())
	}
	return s, nil
}

// look reads the schema once, so that a file that is no database is found out now.
func (s *store) look(ctx context.Context) error {
	return s.reading(ctx, func(*view) error { return nil })
}

// reading runs f in one snapshot.
func (s *store) reading(ctx context.Context, f func(*view) error) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return failure(ctx, "opening the database file", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return failure(ctx, "reading", err)
	}
	defer rollback(conn)
	v, err := s.catalog.view(ctx, conn)
	if err != nil {
		return err
	}
	return f(v)
}

// rollback ends a transaction, whatever became of its context.
func rollback(conn *sql.Conn) {
	if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		// SQLite has rolled back by itself, or the connection is past use: then it is thrown away.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}

// Close closes the file, after a last try to empty the write-ahead log.
func (s *store) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.place.busy+checkpointWait)
	defer cancel()
	s.wal.settle(ctx, s.write)
	return errors.Join(s.read.Close(), s.write.Close())
}

var _ connectors.Store = (*store)(nil)
