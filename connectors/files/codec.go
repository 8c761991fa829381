package files

import (
	"fmt"
	"io"

	"github.com/dossier-dsr/dossier/connectors"
)

// codec reads and rewrites the rows inside one file. It streams: at most one row is held at a time.
type codec interface {
	// pass reads r to its end, asks ask what becomes of each row, and copies to w what stays: the bytes of
	// every row kept, and all that stands between rows. added are rows put behind the last one; one or
	// more rows may be added only where the file has a place for them. An error speaks of row numbers only.
	pass(r io.Reader, w io.Writer, ask func(record) (change, error), added []connectors.Row) error
	// pieces reads r to its end and names what it consists of, in order: rows, and what stands between them.
	pieces(r io.Reader, see func(piece) error) error
	// position is the field that names a row by its place in the file.
	position() string
	// grows says whether the format is written by appending to the file.
	grows() bool
	// check says whether v can be written at all.
	check(v any) error
}

// record is one row as it stands in a file. It is valid until ask returns.
type record interface {
	names() []string                       // its fields
	number() int64                         // its place among the rows of the file, from 1
	bytes() []byte                         // without what separates it from its neighbours
	value(name string) (v any, there bool) // there is false where the row has no such field
	fixed() bool                           // all rows of the file have the same fields: another name is a mistake
}

// change is what becomes of a row; the zero change keeps it.
type change struct {
	drop bool
	set  connectors.Row
}

// maxRow is the size beyond which a row is not believed to be one: it is an unclosed quote.
const maxRow = 16 << 20

// formats are the row formats this connector reads.
var formats = []string{"csv", "jsonl", "json"}

// codecFor is nil for a collection whose objects are rows.
func codecFor(f *connectors.RowFormat) (codec, error) {
	if f == nil {
		return nil, nil
	}
	set, err := charsetOf(f.Encoding)
	if err != nil {
		return nil, err
	}
	if f.Format != "json" && f.Each != "" {
		return nil, fmt.Errorf("rows: each belongs to json, not to %s", f.Format)
	}
	if f.Format != "csv" && (f.Delimiter != "" || f.NoHeader) {
		return nil, fmt.Errorf("rows: delimiter and header belong to csv, not to %s", f.Format)
	}
	if f.Format != "csv" && set.table != nil {
		return nil, fmt.Errorf("rows: %s is always utf-8", f.Format)
	}
	switch f.Format {
	case "csv":
		return csvCodec(f, set)
	case "jsonl":
		return jsonLines{}, nil
	case "json":
		return jsonArrayCodec(f.Each)
	}
	return nil, fmt.Errorf("%w: rows of format %q", connectors.ErrNotSupported, f.Format)
}

// malformed is an error about the form of a file: it may be one that is just being written.
type malformed struct {
	row  int64 // 0: not in a row
	what string
}

func (m *malformed) Error() string {
	if m.row == 0 {
		return m.what
	}
	return fmt.Sprintf("row %d: %s", m.row, m.what)
}
