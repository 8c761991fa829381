package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// writer is the one connection that writes. It keeps what it has prepared, because statements differ in their
// parameters only, and preparing one costs more than running it for one person.
type writer struct {
	conn *sql.Conn
	made map[string]driver.Stmt
}

// maxMade is how many statements are kept before all are forgotten.
const maxMade = 256

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
	return &writer{conn: conn, made: map[string]driver.Stmt{}}, nil
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

// close forgets what was prepared, without which SQLite would keep the file open, and throws the connection away.
func (w *writer) close() error {
	err := w.forget()
	_ = w.conn.Raw(func(any) error { return driver.ErrBadConn })
	if bye := w.conn.Close(); bye != nil && !errors.Is(bye, sql.ErrConnDone) {
		err = errors.Join(err, bye)
	}
	return err
}

func (w *writer) forget() error {
	var errs []error
	for text, st := range w.made {
		errs = append(errs, st.Close())
		delete(w.made, text)
	}
	return errors.Join(errs...)
}

// statement gives a prepared statement, to be used within one conn.Raw.
func (w *writer) statement(ctx context.Context, dc any, text string) (driver.Stmt, error) {
	if st, ok := w.made[text]; ok {
		return st, nil
	}
	if len(w.made) >= maxMade {
		if err := w.forget(); err != nil {
			return nil, err
		}
	}
	p, ok := dc.(driver.ConnPrepareContext)
	if !ok {
		return nil, errors.New("the SQLite driver prepares no statements")
	}
	st, err := p.PrepareContext(ctx, text)
	if err == nil {
		w.made[text] = st
	}
	return st, err
}

// exec runs a statement and gives how many rows it changed itself, without cascades and triggers.
func (w *writer) exec(ctx context.Context, text string, args ...any) (n int64, err error) {
	err = w.conn.Raw(func(dc any) error {
		st, err := w.statement(ctx, dc, text)
		if err != nil {
			return err
		}
		e, ok := st.(driver.StmtExecContext)
		if !ok {
			return errors.New("the SQLite driver runs no prepared statements")
		}
		res, err := e.ExecContext(ctx, positional(args))
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

// query runs a statement that gives rows; the caller closes them.
func (w *writer) query(ctx context.Context, dc any, q relational.Query) (driver.Rows, error) {
	st, err := w.statement(ctx, dc, q.SQL)
	if err != nil {
		return nil, err
	}
	e, ok := st.(driver.StmtQueryContext)
	if !ok {
		return nil, errors.New("the SQLite driver runs no prepared statements")
	}
	return e.QueryContext(ctx, positional(q.Args))
}

func positional(args []any) []driver.NamedValue {
	out := make([]driver.NamedValue, len(args))
	for i, a := range args {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return out
}
