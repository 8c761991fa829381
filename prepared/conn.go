package prepared

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
)

// inner is what a driver's connection has to be able to do.
type inner interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
	driver.Pinger
}

// statement is what its statements have to be able to do.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// conn is a connection that keeps statements. Like every connection it is used by one goroutine at a time.
type conn struct {
	inner

	idle map[string]statement // by text; one that is being read from is not in it
	keep int
}

// kept says whether a statement of this text is worth keeping: one that reads or changes rows. Others, such as pragmas, may do
// their work while they are prepared.
func kept(text string) bool {
	word := text
	if i := strings.IndexAny(text, " \t\n"); i >= 0 {
		word = text[:i]
	}
	switch word {
	case "SELECT", "WITH", "INSERT", "UPDATE", "DELETE":
		return true
	}
	return false
}

// take gives the statement of a text, out of what is kept where it is there.
func (c *conn) take(ctx context.Context, text string) (statement, error) {
	if st, ok := c.idle[text]; ok {
		delete(c.idle, text)
		return st, nil
	}
	made, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	st, ok := made.(statement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("statements of the driver (%T) cannot be kept", made), made.Close())
	}
	return st, nil
}

// give keeps a statement for the next time.
func (c *conn) give(text string, st statement) error {
	if _, twice := c.idle[text]; twice {
		return st.Close()
	}
	var err error
	if len(c.idle) >= c.keep {
		err = c.forget()
	}
	c.idle[text] = st
	return err
}

func (c *conn) forget() error {
	var errs []error
	for text, st := range c.idle {
		errs = append(errs, st.Close())
		delete(c.idle, text)
	}
	return errors.Join(errs...)
}

// drop closes a statement that failed: what it says then is the same failure again.
func drop(st statement, err error) error {
	_ = st.Close()
	return err
}

// ExecContext implements [driver.ExecerContext].
func (c *conn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if !kept(text) {
		return c.inner.ExecContext(ctx, text, args)
	}
	st, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	res, err := st.ExecContext(ctx, args)
	if err != nil {
		return nil, drop(st, err)
	}
	return res, c.give(text, st)
}

// QueryContext implements [driver.QueryerContext]. The statement is kept once its rows are closed.
func (c *conn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if !kept(text) {
		return c.inner.QueryContext(ctx, text, args)
	}
	st, err := c.take(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := st.QueryContext(ctx, args)
	if err != nil {
		return nil, drop(st, err)
	}
	return &rows{Rows: r, from: c, text: text, st: st}, nil
}

// Close forgets the statements first: a database may stay open while some are left.
func (c *conn) Close() error { return errors.Join(c.forget(), c.inner.Close()) }

// rows gives its statement back when it is closed.
type rows struct {
	driver.Rows

	from *conn
	text string
	st   statement // nil once it is given back
}

// Close implements [driver.Rows]. Doing it twice is doing it once.
func (r *rows) Close() error {
	st := r.st
	if st == nil {
		return nil
	}
	r.st = nil
	if err := r.Rows.Close(); err != nil {
		return drop(st, err)
	}
	return r.from.give(r.text, st)
}
