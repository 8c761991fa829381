package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// handle is what the ID of a Blob says: the cell it stands in. It holds key values, so it is no text to log.
type handle struct {
	Table, Column string
	Names         []string // of the columns that name the row
	Row           []cell
	Size          int64
}

// cell is a value as JSON carries it without loss: one of the members is set.
type cell struct {
	Int   *int64   `json:",omitempty"`
	Real  *float64 `json:",omitempty"`
	Text  []byte   `json:",omitempty"`
	Bytes []byte   `json:",omitempty"`
}

func cellOf(v driver.Value) cell {
	switch x := v.(type) {
	case int64:
		return cell{Int: &x}
	case float64:
		return cell{Real: &x}
	case string:
		return cell{Text: []byte(x)}
	case []byte:
		return cell{Bytes: x}
	}
	return cell{}
}

func (c cell) value() any {
	switch {
	case c.Int != nil:
		return *c.Int
	case c.Real != nil:
		return *c.Real
	case c.Bytes != nil:
		return c.Bytes
	}
	return string(c.Text)
}

// blob stands for a BLOB that is too large for a row.
func blob(c connectors.Collection, arm relational.Arm, col relational.Column, id []driver.Value, size int64) connectors.Blob {
	h := handle{Table: arm.From, Column: col.Name, Names: arm.Identity, Size: size}
	for _, v := range id[:len(arm.Identity)] {
		h.Row = append(h.Row, cellOf(v))
	}
	text, _ := json.Marshal(h) // a REAL key that is infinite cannot be written; opening the blob then says so
	return connectors.Blob{ID: base64.RawURLEncoding.EncodeToString(text), Name: c.Name + "-" + col.Name + ".bin",
		MediaType: "application/octet-stream", Size: size}
}

// chunk is how much of a BLOB is read at a time, in bytes.
const chunk = 4 << 20

// OpenBlob reads a large BLOB in pieces, in one snapshot, which ends when the reader is closed.
func (s *store) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return nil, failure(ctx, "opening the database file", err)
	}
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return nil, errors.Join(failure(ctx, "opening a blob", err), conn.Close())
	}
	return openBlob(ctx, conn, b, func() error {
		rollback(conn)
		return conn.Close()
	})
}

// openBlob opens a blob in the transaction conn is in; end is called once, when the reader is closed or there is none.
func openBlob(ctx context.Context, conn *sql.Conn, b connectors.Blob, end func() error) (io.ReadCloser, error) {
	r := &blobReader{ctx: ctx, conn: conn, end: end}
	text, err := base64.RawURLEncoding.DecodeString(b.ID)
	var h handle
	if err != nil || json.Unmarshal(text, &h) != nil || len(h.Row) == 0 || len(h.Row) != len(h.Names) {
		return nil, errors.Join(errors.New("opening a blob: its ID is none this connector gives"), r.Close())
	}
	if r.query, r.args, err = h.query(); err != nil {
		return nil, errors.Join(failure(ctx, "opening a blob", err), r.Close())
	}
	var size sql.NullInt64
	err = conn.QueryRowContext(ctx, fmt.Sprintf(r.query, "CASE typeof(b.c) WHEN 'blob' THEN length(b.c) END"), r.args...).Scan(&size)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && size.Int64 != h.Size:
		err = errors.New("opening a blob: it is not there any more, or has changed")
	default:
		err = failure(ctx, "opening a blob", err)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.size = h.Size
	return r, nil
}

// query selects something of the cell, which stands for %s, under the name b.c.
func (h handle) query() (string, []any, error) {
	d := dialect{}
	var args []any
	tuple := connectors.Tuple{}
	cols := make([]relational.Column, len(h.Row))
	var on []string
	names := []string{"person"}
	for i, c := range h.Row {
		tuple.Values = append(tuple.Values, c.value())
		on = append(on, fmt.Sprintf("t.%s = k.v%d", d.Quote(h.Names[i]), i))
		names = append(names, fmt.Sprintf("v%d", i))
	}
	tuples, err := d.Tuples(cols, []connectors.Tuple{tuple}, false, func(v any) string {
		args = append(args, v)
		return d.Placeholder(len(args))
	})
	text := fmt.Sprintf("WITH k(%s) AS (%s), b(c) AS (SELECT t.%s FROM k JOIN %s AS t ON %s) SELECT ", strings.Join(names, ", "), tuples,
		d.Quote(h.Column), d.Quote(h.Table), strings.Join(on, " AND "))
	return strings.ReplaceAll(text, "%", "%%") + "%s FROM b", args, err
}

// blobReader reads one BLOB, in the transaction of its connection.
type blobReader struct {
	ctx   context.Context
	conn  *sql.Conn
	end   func() error // nil once it is closed
	query string
	args  []any
	size  int64
	done  int64 // bytes read from the file
	have  []byte
}

func (r *blobReader) Read(p []byte) (int, error) {
	if len(r.have) == 0 {
		if r.done >= r.size {
			return 0, io.EOF
		}
		piece := fmt.Sprintf("substr(b.c, %d, %d)", r.done+1, int64(chunk))
		if err := r.conn.QueryRowContext(r.ctx, fmt.Sprintf(r.query, piece), r.args...).Scan(&r.have); err != nil {
			return 0, failure(r.ctx, "reading a blob", err)
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
	if r.end == nil {
		return nil
	}
	end := r.end
	r.end = nil
	return end()
}
