package mysql

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
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
	var h handle
	if err := cells.Handle(b, &h); err != nil {
		return nil, err
	}
	if len(h.Row) == 0 || len(h.Row) != len(h.Names) {
		return nil, cells.ErrHandle
	}
	same := false
	err := l.each(ctx, "opening a blob", h.piece("LENGTH(%[1]s), SHA2(%[1]s, 256)"), func(row [][]byte) error {
		same = string(row[0]) == strconv.FormatInt(h.Size, 10) && string(row[1]) == h.Print
		return nil
	})
	if err == nil && !same {
		err = fmt.Errorf("opening a blob: %w: it is not there any more, or has changed", connectors.ErrTryLater)
	}
	if err != nil {
		return nil, err
	}
	return &cells.Pieces{Size: h.Size, End: done, Next: func(at int64) (piece []byte, err error) {
		err = l.each(ctx, "reading a blob", h.piece("SUBSTR(%[1]s, "+strconv.FormatInt(at+1, 10)+", "+strconv.Itoa(chunk)+")"), func(row [][]byte) error {
			piece = append(piece[:0:0], row[0]...)
			return nil
		})
		return piece, err
	}}, nil
}

// piece selects something of the cell, which stands for %[1]s.
func (h handle) piece(of string) query {
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
