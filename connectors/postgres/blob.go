package postgres

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// handle is what the ID of a Blob says: the cell it stands in. It holds key values, so it is no text to log.
type handle struct {
	Schema, Table, Column string
	Names                 []string // of the columns that name the row
	Row                   []string
	Size                  int64
}

// blob stands for a bytea that is too large for a row.
func blob(c connectors.Collection, arm relational.Arm, col relational.Column, id [][]byte, size []byte) connectors.Blob {
	n, _ := strconv.ParseInt(string(size), 10, 64) // a length
	h := handle{Schema: arm.Schema, Table: arm.From, Column: col.Name, Names: arm.Identity, Size: n}
	for _, v := range id {
		h.Row = append(h.Row, string(v))
	}
	text, _ := json.Marshal(h) // texts and a number
	return connectors.Blob{ID: base64.RawURLEncoding.EncodeToString(text), Name: c.Name + "-" + col.Name + ".bin",
		MediaType: "application/octet-stream", Size: n}
}

// chunk is how much of a bytea is read at a time, in bytes.
const chunk = 1 << 20

// OpenBlob reads a large bytea in pieces, in one snapshot, which ends when the reader is closed.
func (s *store) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	return openBlob(ctx, s.pool, b, "")
}

// openBlob opens a blob in a transaction of its own, which sees the snapshot named, if one is.
func openBlob(ctx context.Context, pool *pgxpool.Pool, b connectors.Blob, snapshot string) (io.ReadCloser, error) {
	text, err := base64.RawURLEncoding.DecodeString(b.ID)
	var h handle
	if err != nil || json.Unmarshal(text, &h) != nil || len(h.Row) == 0 || len(h.Row) != len(h.Names) {
		return nil, errors.New("opening a blob: its ID is none this connector gives")
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, failure(ctx, "connecting", err)
	}
	r := &blobReader{ctx: ctx, conn: conn, line: &line{pg: conn.Conn().PgConn()}, query: h.query(), size: h.Size}
	begin := []ask{run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")}
	if snapshot != "" {
		begin = append(begin, run("SET TRANSACTION SNAPSHOT "+literal(snapshot)))
	}
	there := false
	begin = append(begin, ask{r.piece("octet_length(%s)"), "opening a blob", func(row [][]byte) error {
		there = string(row[0]) == strconv.FormatInt(h.Size, 10)
		return nil
	}, nil})
	err = r.line.send(ctx, begin...)
	if err == nil && !there {
		err = errors.New("opening a blob: it is not there any more, or has changed")
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// query selects something of the cell, which stands for %s.
func (h handle) query() query {
	d := dialect{}
	var on []string
	var args []any
	for i, n := range h.Names {
		on = append(on, d.Quote(n)+" = "+d.Placeholder(i+1))
		args = append(args, h.Row[i])
	}
	return query{SQL: d.Quote(h.Column) + "\x00" + d.Quote(h.Schema) + "." + d.Quote(h.Table) + " WHERE " + strings.Join(on, " AND "), Args: args}
}

// blobReader reads one bytea, in the transaction of its connection.
type blobReader struct {
	ctx   context.Context
	conn  *pgxpool.Conn // nil once it is closed
	line  *line
	query query
	size  int64
	done  int64 // bytes read from the database
	have  []byte
}

func (r *blobReader) piece(of string) query {
	column, from, _ := strings.Cut(r.query.SQL, "\x00")
	return query{SQL: "SELECT " + fmt.Sprintf(of, column) + " FROM " + from, Args: r.query.Args}
}

func (r *blobReader) Read(p []byte) (int, error) {
	if len(r.have) == 0 {
		if r.done >= r.size {
			return 0, io.EOF
		}
		q := r.piece("substr(%s, " + strconv.FormatInt(r.done+1, 10) + ", " + strconv.Itoa(chunk) + ")")
		err := r.line.each(r.ctx, "reading a blob", q, func(row [][]byte) error {
			r.have, _ = typed{kind: raw}.read(row[0]).([]byte)
			return nil
		})
		if err != nil {
			return 0, err
		}
		r.done += int64(len(r.have))
		if len(r.have) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
	}
	n := copy(p, r.have)
	r.have = r.have[n:]
	return n, nil
}

// Close gives the connection back. Twice is no error.
func (r *blobReader) Close() error {
	if r.conn == nil {
		return nil
	}
	conn := r.conn
	r.conn = nil
	defer conn.Release()
	return r.line.send(context.WithoutCancel(r.ctx), run("ROLLBACK"))
}
