package rowfile

import (
	"fmt"
	"io"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Codec reads and rewrites the rows inside one file. It streams: at most one row is held at a time, of a Parquet file one row group.
type Codec interface {
	// Pass reads r to its end, asks ask what becomes of each row, and copies to w what stays: the bytes of
	// every row kept, and all that stands between rows. added are rows put behind the last one; one or
	// more rows may be added only where the file has a place for them. An error speaks of row numbers only.
	Pass(r io.Reader, w io.Writer, ask func(Record) (Change, error), added []connectors.Row) error
	// pieces reads r to its end and names what it consists of, in order: rows, and what stands between them.
	pieces(r io.Reader, see func(piece) error) error
	// Position is the field that names a row by its place in the file.
	Position() string
	// Grows says whether the format is written by appending to the file.
	Grows() bool
	// Check says whether v can be written at all.
	Check(v any) error
}

// Record is one row as it stands in a file. It is valid until ask returns.
type Record interface {
	Names() []string                       // its fields
	Number() int64                         // its place among the rows of the file, from 1
	Bytes() []byte                         // without what separates it from its neighbours
	Value(name string) (v any, there bool) // there is false where the row has no such field
	Fixed() bool                           // all rows of the file have the same fields: another name is a mistake
}

// Change is what becomes of a row; the zero change keeps it.
type Change struct {
	Drop bool
	Set  connectors.Row
}

// maxRow is the size beyond which a row is not believed to be one: it is an unclosed quote.
const maxRow = 16 << 20

// Formats are the row formats this connector reads.
var Formats = []string{"csv", "jsonl", "json", "parquet"}

// CodecFor reads rows: of the map; dates without a zone are written as in loc. It is nil for a collection whose objects are rows.
func CodecFor(f *connectors.RowFormat, loc *time.Location) (Codec, error) {
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
	if f.Format == "parquet" && f.Encoding != "" {
		return nil, fmt.Errorf("rows: encoding belongs to csv, not to parquet, which says itself what is text")
	}
	if f.Format != "csv" && set.table != nil {
		return nil, fmt.Errorf("rows: %s is always utf-8", f.Format)
	}
	switch f.Format {
	case "csv":
		c, err := csvCodec(f, set)
		if err != nil {
			return nil, err
		}
		c.loc = loc
		return c, nil
	case "jsonl":
		return jsonLines{}, nil
	case "json":
		return JSONArrayCodec(f.Each)
	case "parquet":
		return &parquetFile{limit: RowGroup}, nil
	}
	return nil, fmt.Errorf("%w: rows of format %q", connectors.ErrNotSupported, f.Format)
}

// Malformed is an error about the form of a file: it may be one that is just being written.
type Malformed struct {
	row  int64 // 0: not in a row
	what string
}

func (m *Malformed) Error() string {
	if m.row == 0 {
		return m.what
	}
	return fmt.Sprintf("row %d: %s", m.row, m.what)
}
