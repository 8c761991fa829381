package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// query is a statement and what is bound to it: texts, and numbers in Go's types.
type query = relational.Query

// line is one connection, used by one call at a time. Values come as texts.
type line struct {
	conn *sql.Conn
	id   string // the server's number of the connection
	note string // every statement begins with it
	sent int    // statements so far
}

// with runs f on a connection of the pool. A statement that goes on when ctx has ended is ended on the server too, and with it what it holds.
func with(ctx context.Context, pool *sql.DB, f func(*line) error) error {
	l, err := take(ctx, pool)
	if err != nil {
		return err
	}
	defer l.conn.Close() // which gives it back
	err = f(l)
	if err != nil && ctx.Err() != nil {
		l.kill(ctx, pool)
	}
	return err
}

// take takes a connection out of the pool.
func take(ctx context.Context, pool *sql.DB) (*line, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, failure(ctx, "connecting", err)
	}
	l := &line{conn: conn}
	err = conn.Raw(func(c any) error {
		if n, ok := c.(*numbered); ok {
			l.id = n.id
		}
		return nil
	})
	if err != nil {
		conn.Close()
		return nil, failure(ctx, "connecting", err)
	}
	return l, nil
}

// kill ends the connection on the server: the driver has only hung up, which a server at work does not hear.
func (l *line) kill(ctx context.Context, pool *sql.DB) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	l.drop()
	_, _ = pool.ExecContext(ctx, "KILL "+l.id) // where it has ended already there is nothing to end
}

// drop has the pool close the connection instead of keeping it.
func (l *line) drop() {
	_ = l.conn.Raw(func(any) error { return driver.ErrBadConn })
}

// each runs one statement and gives its rows one by one. What f returns ends it. The values are the caller's only until f returns.
func (l *line) each(ctx context.Context, doing string, q query, f func([][]byte) error) error {
	l.sent++
	text, args := placed(q)
	rows, err := l.conn.QueryContext(ctx, l.note+text, args...)
	if err != nil {
		return failure(ctx, doing, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return failure(ctx, doing, err)
	}
	raw, into, row := make([]sql.RawBytes, len(columns)), make([]any, len(columns)), make([][]byte, len(columns))
	for i := range raw {
		into[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return failure(ctx, doing, err)
		}
		for i, b := range raw {
			row[i] = b
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return failure(ctx, doing, rows.Err())
}

// exec runs a statement and gives the number of rows it was about.
func (l *line) exec(ctx context.Context, doing string, q query) (int64, error) {
	l.sent++
	text, args := placed(q)
	done, err := l.conn.ExecContext(ctx, l.note+text, args...)
	if err != nil {
		return 0, failure(ctx, doing, err)
	}
	n, err := done.RowsAffected()
	return n, failure(ctx, doing, err)
}

// run runs statements that want nothing back, one by one.
func (l *line) run(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := l.exec(ctx, "talking to the database", query{SQL: s}); err != nil {
			return err
		}
	}
	return nil
}

// opened and closed enclose the number of a parameter in SQL that is written here; nothing else in it holds them.
const opened, closed = "\x03", "\x04"

func placeholder(n int) string { return opened + strconv.Itoa(n) + closed }

// placed gives parameters in the order in which the text reads them, as often as it does.
func placed(q query) (text string, args []any) {
	var out strings.Builder
	for rest := q.SQL; ; {
		before, after, found := strings.Cut(rest, opened)
		out.WriteString(before)
		if !found {
			return out.String(), args
		}
		number, more, _ := strings.Cut(after, closed)
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || n > len(q.Args) { // not written here: a name nobody should give
			rest = after
			continue
		}
		out.WriteByte('?')
		args = append(args, q.Args[n-1])
		rest = more
	}
}

// together is several statements of two columns as one, which gives the number of the statement before them. It sees one moment.
func together(all []query) query {
	var out query
	parts := make([]string, len(all))
	for i, q := range all {
		parts[i] = "SELECT " + strconv.Itoa(i) + ", q" + strconv.Itoa(i) + ".* FROM (" + renumbered(q.SQL, len(out.Args)) + ") AS q" + strconv.Itoa(i)
		out.Args = append(out.Args, q.Args...)
	}
	out.SQL = strings.Join(parts, "\nUNION ALL ")
	return out
}

// renumbered has the parameters of a text begin after so many others.
func renumbered(text string, after int) string {
	var out strings.Builder
	for rest := text; ; {
		before, more, found := strings.Cut(rest, opened)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		number, left, _ := strings.Cut(more, closed)
		if n, err := strconv.Atoi(number); err == nil {
			out.WriteString(placeholder(n + after))
		}
		rest = left
	}
}

// arrive has the server look again at what the account may do in the database: it keeps what it knew when the connection was made, and does not
// tell of a trigger the account was let see since.
func (s *store) arrive() string { return "USE " + quote(s.name) }

// end ends a transaction, even when the call that began it is over.
func (l *line) end(ctx context.Context, how string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settings.Idle)
	defer cancel()
	_, err := l.exec(ctx, "ending the transaction", query{SQL: how})
	if err != nil {
		l.drop() // which ends it too
	}
	return err
}

// broken says whether the connection is no more.
func (l *line) broken() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return l.conn.PingContext(ctx) != nil
}
