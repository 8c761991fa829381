package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// query is a statement and what is bound to it: texts, and slices of texts. The statement casts each to what it is.
type query = relational.Query

// line is one connection, used by one call at a time. Values go and come as texts.
type line struct {
	pg   *pgconn.PgConn
	note string // every statement begins with it
	sent int    // statements so far
}

// ask is a statement of a batch, and who takes its rows and the number of rows it was about.
type ask struct {
	query
	doing string
	row   func([][]byte) error // nil: none is wanted. The values are the caller's only until it returns
	done  func(n int64) error  // nil: the number is not wanted
}

// with runs f on a connection of the pool.
func with(ctx context.Context, pool *pgxpool.Pool, f func(*line) error) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return failure(ctx, "connecting", err)
	}
	defer conn.Release() // which closes it where it is in a transaction, or broken
	return f(&line{pg: conn.Conn().PgConn()})
}

// send runs statements in one round trip. The first that fails ends it; what those before it said has been taken.
func (l *line) send(ctx context.Context, asks ...ask) error {
	l.sent += len(asks)
	names, err := l.prepare(ctx, asks...)
	if err != nil {
		return err
	}
	asks, names = planned(asks, names)
	batch := &pgconn.Batch{}
	for i, a := range asks {
		if names[i] != "" {
			batch.ExecPrepared(names[i], bound(a.Args), nil, nil)
			continue
		}
		batch.ExecParams(l.note+a.SQL, bound(a.Args), nil, nil, nil)
	}
	results := l.pg.ExecBatch(ctx, batch)
	taken := 0
	for _, a := range asks {
		if !results.NextResult() {
			break
		}
		taken++
		if err := a.take(ctx, results.ResultReader()); err != nil {
			return errors.Join(l.outdated(err), ignore(results.Close()))
		}
	}
	if err := results.Close(); err != nil {
		return l.outdated(failure(ctx, asks[min(taken, len(asks)-1)].doing, err))
	}
	return nil
}

// ignore drops the error of closing what has failed already.
func ignore(error) error { return nil }

// take reads the answer to one statement.
func (a ask) take(ctx context.Context, r *pgconn.ResultReader) error {
	for r.NextRow() {
		if a.row == nil {
			continue
		}
		if err := a.row(r.Values()); err != nil {
			return errors.Join(err, ignore(closed(r)))
		}
	}
	tag, err := r.Close()
	if err != nil {
		return failure(ctx, a.doing, err)
	}
	if a.done != nil {
		return a.done(tag.RowsAffected())
	}
	return nil
}

func closed(r *pgconn.ResultReader) error {
	_, err := r.Close()
	return err
}

// each runs one statement and gives its rows one by one. What f returns ends it.
func (l *line) each(ctx context.Context, doing string, q query, f func([][]byte) error) error {
	ctx, stop := context.WithCancel(ctx) // so that a statement nobody reads on from is given up by the server too
	defer stop()
	return l.send(ctx, ask{q, doing, func(row [][]byte) error {
		err := f(row)
		if err != nil {
			stop()
		}
		return err
	}, nil})
}

// run is a statement of a batch that wants nothing back.
func run(text string, args ...any) ask {
	return ask{query: query{SQL: text, Args: args}, doing: "talking to the database"}
}

// bound writes parameters as the text the database reads.
func bound(args []any) [][]byte {
	out := make([][]byte, len(args))
	for i, a := range args {
		switch x := a.(type) {
		case nil:
		case string:
			out[i] = []byte(x)
		case bool:
			out[i] = strconv.AppendBool(nil, x)
		case int64:
			out[i] = strconv.AppendInt(nil, x, 10)
		case []any:
			out[i] = list(x)
		default:
			panic(fmt.Sprintf("a parameter of Go type %T", a)) // written by this package alone
		}
	}
	return out
}

var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// list writes an array of texts and NULLs.
func list(values []any) []byte {
	out := []byte{'{'}
	for i, v := range values {
		if i > 0 {
			out = append(out, ',')
		}
		text, ok := v.(string)
		if !ok {
			out = append(out, "NULL"...)
			continue
		}
		out = append(append(append(out, '"'), escaped.Replace(text)...), '"')
	}
	return append(out, '}')
}
