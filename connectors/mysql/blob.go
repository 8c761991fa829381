package mysql

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// handle is what the ID of a Blob says: the cell it stands in. It holds key values, so it is no text to log.
type handle struct {
	Schema, Table, Column string
	Names                 []naming // the columns that name the row
	Row                   []string
	Size                  int64
	Print                 string // SHA-256 of the bytes
}

// naming is a column that names a row, and what has to be known to compare it.
type naming struct {
	Name, Charset, Collation string
	Kind                     kind
	Unsigned                 bool
}

// blob stands for bytes that are too large for a row.
func blob(c connectors.Collection, arm relational.Arm, col relational.Column, names []relational.Column, id [][]byte, size, print []byte) connectors.Blob {
	n, _ := strconv.ParseInt(string(size), 10, 64) // a length
	h := handle{Schema: arm.Schema, Table: arm.From, Column: col.Name, Size: n, Print: string(print)}
	for i, v := range id {
		own := typeOf(names[i])
		h.Names = append(h.Names, naming{names[i].Name, own.charset, own.collation, own.kind, own.unsigned})
		h.Row = append(h.Row, string(v))
	}
	text, _ := json.Marshal(h) // texts and a number
	return connectors.Blob{ID: base64.RawURLEncoding.EncodeToString(text), Name: c.Name + "-" + col.Name + ".bin",
		MediaType: "application/octet-stream", Size: n}
}

// chunk is how much of a blob is read at a time, in bytes: less than any server takes for one packet.
const chunk = 1 << 19

// OpenBlob reads large bytes in pieces, in one snapshot, which ends when the reader is closed.
func (s *store) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	l, err := take(ctx, s.pool)
	if err != nil {
		return nil, err
	}
	done := func() error {
		defer l.conn.Close()
		if l.broken() {
			return nil
		}
		return l.end(context.WithoutCancel(ctx), "ROLLBACK")
	}
	if err := l.run(ctx, snapshot...); err != nil {
		return nil, errors.Join(err, ignore(done()))
	}
	r, err := openBlob(ctx, l, b, done)
	if err != nil {
		return nil, errors.Join(err, ignore(done()))
	}
	return r, nil
}

// openBlob opens a blob in the transaction of a connection; closing it calls done once.
func openBlob(ctx context.Context, l *line, b connectors.Blob, done func() error) (io.ReadCloser, error) {
	text, err := base64.RawURLEncoding.DecodeString(b.ID)
	var h handle
	if err != nil || json.Unmarshal(text, &h) != nil || len(h.Row) == 0 || len(h.Row) != len(h.Names) {
		return nil, errors.New("opening a blob: its ID is none this connector gives")
	}
	r := &blobReader{ctx: ctx, line: l, handle: h, close: done}
	same := false
	err = l.each(ctx, "opening a blob", r.piece("LENGTH(%[1]s), SHA2(%[1]s, 256)"), func(row [][]byte) error {
		same = string(row[0]) == strconv.FormatInt(h.Size, 10) && string(row[1]) == h.Print
		return nil
	})
	if err == nil && !same {
		err = fmt.Errorf("opening a blob: %w: it is not there any more, or has changed", connectors.ErrTryLater)
	}
	if err != nil {
		return nil, err
	}
	return r, nil
}

// blobReader reads one blob.
type blobReader struct {
	ctx    context.Context
	line   *line
	handle handle
	close  func() error
	read   int64 // bytes read from the database
	have   []byte
}

// piece selects something of the cell, which stands for %[1]s.
func (r *blobReader) piece(of string) query {
	h := r.handle
	var on []string
	q := query{}
	for i, n := range h.Names {
		col := relational.Column{Own: typed{kind: n.Kind, unsigned: n.Unsigned, charset: n.Charset, collation: n.Collation}}
		on = append(on, "b."+quote(n.Name)+" = "+dialect{}.cell(placeholder(i+1), col))
		q.Args = append(q.Args, h.Row[i])
	}
	q.SQL = "SELECT " + fmt.Sprintf(of, "b."+quote(h.Column)) + " FROM " + quote(h.Schema) + "." + quote(h.Table) + " AS b WHERE " + strings.Join(on, " AND ")
	return q
}

func (r *blobReader) Read(p []byte) (int, error) {
	if len(r.have) == 0 {
		if r.read >= r.handle.Size {
			return 0, io.EOF
		}
		q := r.piece("SUBSTR(%[1]s, " + strconv.FormatInt(r.read+1, 10) + ", " + strconv.Itoa(chunk) + ")")
		err := r.line.each(r.ctx, "reading a blob", q, func(row [][]byte) error {
			r.have = append(r.have[:0:0], row[0]...)
			return nil
		})
		if err != nil {
			return 0, err
		}
		r.read += int64(len(r.have))
		if len(r.have) == 0 {
			return 0, io.ErrUnexpectedEOF
		}
	}
	n := copy(p, r.have)
	r.have = r.have[n:]
	return n, nil
}

// Close ends the reading. Twice is no error.
func (r *blobReader) Close() error {
	done := r.close
	r.close = func() error { return nil }
	return done()
}
