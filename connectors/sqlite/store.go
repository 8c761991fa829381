package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/prepared"
)

// readers is how many reads run at once.
const readers = 4

// keptStatements is how many prepared statements a connection keeps: more than one person's erasure takes.
const keptStatements = 256

// store is one open file: connections that cannot write, and one that can.
type store struct {
	place   place
	read    *sql.DB
	still   *sql.DB // for snapshots, two connections each
	write   *sql.DB
	writer  chan *writer // the writer, or nil where one is still to be made; empty while it is in use
	outside outside
	catalog catalog
	wal     backlog
	logged  bool // with a write-ahead log, so that readers and writers do not wait for each other
}

// common are the pragmas of every connection. Nothing that is sorted or set aside may reach the disk in the open; of the file's pages half
// a mebibyte is kept, so that a large file takes no more memory than a small one: the system keeps them too.
var common = []string{"temp_store(MEMORY)", "foreign_keys(1)", "cache_size(-512)"}

func open(ctx context.Context, p place) (*store, error) {
	s := &store{place: p, writer: make(chan *writer, 1)}
	s.writer <- nil
	var err error
	if s.read, err = prepared.Open("sqlite", p.source(append([]string{"query_only(1)"}, common...)...), keptStatements); err != nil {
		return nil, failure(ctx, "opening the database file", err)
	}
	s.read.SetMaxOpenConns(readers)
	if s.still, err = prepared.Open("sqlite", p.source(append([]string{"query_only(1)"}, common...)...), keptStatements); err != nil {
		return nil, errors.Join(failure(ctx, "opening the database file", err), s.read.Close())
	}
	if s.write, err = prepared.Open("sqlite", p.source(append([]string{"secure_delete(1)"}, common...)...), keptStatements); err != nil {
		return nil, errors.Join(failure(ctx, "opening the database file", err), s.read.Close(), s.still.Close())
	}
	s.write.SetMaxOpenConns(1)
	if err := s.look(ctx); err != nil {
		return nil, errors.Join(err, s.read.Close(), s.still.Close(), s.write.Close())
	}
	return s, nil
}

// look reads the schema once, so that a file that is no database is found out now.
func (s *store) look(ctx context.Context) error {
	return s.reading(ctx, func(v *view) (err error) {
		s.logged, err = logged(ctx, v.conn)
		return err
	})
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

// rollback ends a transaction, whatever became of its context. It says whether the connection can go on; SQLite may have
// rolled back by itself, and after an interruption the driver gives a connection up.
func rollback(conn *sql.Conn) bool {
	if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // database/sql throws it away
		return false
	}
	return true
}

// Close waits for what is being written, empties the write-ahead log if it can, and closes the file.
func (s *store) Close() error {
	w, err := s.acquire(context.Background())
	if err != nil { // closed before
		return errors.Join(s.outside.close(), s.read.Close(), s.still.Close(), s.write.Close())
	}
	err = s.outside.close()
	if s.wal.open.Load() {
		s.wal.truncate(context.Background(), w)
	}
	err = errors.Join(err, w.close())
	s.writer <- nil
	return errors.Join(err, s.read.Close(), s.still.Close(), s.write.Close())
}

var _ connectors.Store = (*store)(nil)
