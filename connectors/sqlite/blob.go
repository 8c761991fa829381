package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
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
	return cells.Blob(c, col.Name, size, h) // a REAL key that is infinite cannot be written; opening the blob then says so
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
	var h handle
	err := cells.Handle(b, &h)
	if err == nil && (len(h.Row) == 0 || len(h.Row) != len(h.Names)) {
		err = cells.ErrHandle
	}
	if err != nil {
		return nil, errors.Join(err, end())
	}
	text, args, err := h.query()
	if err != nil {
		return nil, errors.Join(failure(ctx, "opening a blob", err), end())
	}
	var size sql.NullInt64
	err = conn.QueryRowContext(ctx, fmt.Sprintf(text, "CASE typeof(b.c) WHEN 'blob' THEN length(b.c) END"), args...).Scan(&size)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && size.Int64 != h.Size:
		err = errors.New("opening a blob: it is not there any more, or has changed")
	default:
		err = failure(ctx, "opening a blob", err)
	}
	if err != nil {
		return nil, errors.Join(err, end())
	}
	return &cells.Pieces{Size: h.Size, End: end, Next: func(at int64) (piece []byte, err error) {
		err = conn.QueryRowContext(ctx, fmt.Sprintf(text, fmt.Sprintf("substr(b.c, %d, %d)", at+1, int64(chunk))), args...).Scan(&piece)
		return piece, failure(ctx, "reading a blob", err)
	}}, nil
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
