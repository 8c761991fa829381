package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
)

// handle is what the ID of a Blob says: the cell it stands in. It holds key values, so it is no text to log.
type handle struct {
	Schema, Table, Column string
	Names                 []string // of the columns that name the row
	Row                   []string
	Size                  int64
}

// chunk is how much of a bytea is read at a time, in bytes.
const chunk = 1 << 20

// OpenBlob reads a large bytea in pieces, in one snapshot, which ends when the reader is closed.
func (s *store) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	return openBlob(ctx, s.pool, b, "")
}

// openBlob opens a blob in a transaction of its own, which sees the snapshot named, if one is.
func openBlob(ctx context.Context, pool *pgxpool.Pool, b connectors.Blob, snapshot string) (io.ReadCloser, error) {
	var h handle
	if err := cells.Handle(b, &h); err != nil {
		return nil, err
	}
	if len(h.Row) == 0 || len(h.Row) != len(h.Names) {
		return nil, cells.ErrHandle
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, failure(ctx, "connecting", err)
	}
	l := &line{pg: conn.Conn().PgConn()}
	end := func() error {
		defer conn.Release()
		return l.send(context.WithoutCancel(ctx), run("ROLLBACK"))
	}
	begin := []ask{run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")}
	if snapshot != "" {
		begin = append(begin, run("SET TRANSACTION SNAPSHOT "+literal(snapshot)))
	}
	there := false
	begin = append(begin, ask{h.piece("octet_length(%s)"), "opening a blob", func(row [][]byte) error {
		there = string(row[0]) == strconv.FormatInt(h.Size, 10)
		return nil
	}, nil})
	err = l.send(ctx, begin...)
	if err == nil && !there {
		err = errors.New("opening a blob: it is not there any more, or has changed")
	}
	if err != nil {
		return nil, errors.Join(err, end())
	}
	return &cells.Pieces{Size: h.Size, End: end, Next: func(at int64) (piece []byte, err error) {
		err = l.each(ctx, "reading a blob", h.piece("substr(%s, "+strconv.FormatInt(at+1, 10)+", "+strconv.Itoa(chunk)+")"), func(row [][]byte) error {
			piece, _ = typed{kind: raw}.read(row[0]).([]byte)
			return nil
		})
		return piece, err
	}}, nil
}

// piece selects something of the cell, which stands for %s.
func (h handle) piece(of string) query {
	d := dialect{}
	q := query{}
	var on []string
	for i, n := range h.Names {
		on = append(on, d.Quote(n)+" = "+d.Placeholder(i+1))
		q.Args = append(q.Args, h.Row[i])
	}
	q.SQL = "SELECT " + fmt.Sprintf(of, d.Quote(h.Column)) + " FROM " + relational.Arm{Schema: h.Schema, From: h.Table}.Table(d) + " WHERE " + strings.Join(on, " AND ")
	return q
}
