package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// writer is the one connection that writes.
type writer struct{ conn *sql.Conn }

// acquire waits for the writer; give it back with release.
func (s *store) acquire(ctx context.Context) (*writer, error) {
	select {
	case w := <-s.writer:
		if w != nil {
			return w, nil
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	conn, err := s.write.Conn(ctx)
	if err != nil {
		s.writer <- nil
		return nil, failure(ctx, "opening the database file", err)
	}
	return &writer{conn}, nil
}

// release gives the writer to the next call, or, when it is past use, makes room for a new one.
func (s *store) release(w *writer, usable bool) {
	if usable {
		s.writer <- w
		return
	}
	_ = w.close() // what it was doing has failed already, and has been reported
	s.writer <- nil
}

// close throws the connection away.
func (w *writer) close() error {
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	if err := w.conn.Close(); err != nil && !errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return nil
}

// exec runs a statement and gives how many rows it changed itself, without cascades and triggers.
func (w *writer) exec(ctx context.Context, text string, args ...any) (n int64, err error) {
	err = w.conn.Raw(func(dc any) error {
		e, ok := dc.(driver.ExecerContext)
		if !ok {
			return errors.New("the SQLite driver cannot be told directly")
		}
		res, err := e.ExecContext(ctx, text, positional(args))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

func positional(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}
