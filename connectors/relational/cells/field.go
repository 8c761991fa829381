package cells

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Large is the size in bytes above which bytes leave as a Blob.
const Large = 64 << 10

// Reader is what a kind of store does its own way. C is what its rows are made of.
type Reader[C any] interface {
	// Bytes says that a column may hold more bytes than belong in a row.
	Bytes(c relational.Column) bool
	// Plain writes a column as SQL whose cell can be read.
	Plain(expr string, c relational.Column) string
	// Sized writes a column of bytes: its value where that is of at most limit bytes; then, NULL unless it is longer, its size and what else
	// is to be known of it.
	Sized(expr string, limit int) []string
	// Identity writes what names a row within its arm, and says of which columns it is.
	Identity(at relational.At) ([]string, []relational.Column, error)
	Null(cell C) bool
	// One says that a cell is the number 1.
	One(cell C) bool
	Read(c relational.Column, cell C) any
	Blob(of Place[C]) connectors.Blob
}

// Place is where bytes stand that are too large for a row.
type Place[C any] struct {
	Collection connectors.Collection
	Column     relational.Column
	Arm        relational.Arm
	Names      []relational.Column // that name the row
	Row        []C                 // its names
	Size       []C                 // the size of the bytes, and what else [Reader.Sized] gives
}

// Field is how one field of a row is read.
type Field[C any] struct {
	reader Reader[C]
	column relational.Column
	at     int
	sized  int // how many columns after at tell of bytes too large for the row; 0: it has none
	id     int // where it is said whether the row is held, and then what names it
	arms   []relational.Arm
	names  []relational.Column
}

// At is the field that stands in one column of a query and is never too large for it.
func At[C any](r Reader[C], c relational.Column, at int) Field[C] {
	return Field[C]{reader: r, column: c, at: at}
}

// Fields gives the columns to select for fields, before which stand others, and how to read them. Bytes above [Large] leave as a Blob, and the
// content of a document whatever its size.
func Fields[C any](r Reader[C], at relational.At, names []string, before int) ([]string, []Field[C], error) {
	var cols []string
	fields := make([]Field[C], len(names))
	large := false
	for i, name := range names {
		expr, col, err := at.Field(name)
		if err != nil {
			return nil, nil, err
		}
		fields[i] = Field[C]{reader: r, column: col, at: before + len(cols), arms: at.Arms()}
		if !r.Bytes(col) {
			cols = append(cols, r.Plain(expr, col))
			continue
		}
		large = true
		limit := Large
		if name == connectors.DocumentField {
			limit = -1
		}
		sized := r.Sized(expr, limit)
		fields[i].sized = len(sized) - 1
		cols = append(cols, sized...)
	}
	if large {
		ids, columns, err := r.Identity(at)
		if err != nil {
			return nil, nil, err
		}
		for i := range fields {
			fields[i].id, fields[i].names = before+len(cols), columns
		}
		cols = append(append(cols, at.Held()), ids...)
	}
	return cols, fields, nil
}

// Value reads the field from a row of the query.
func (f Field[C]) Value(c connectors.Collection, row []C) any {
	if f.sized == 0 || f.reader.Null(row[f.at+1]) {
		return f.reader.Read(f.column, row[f.at])
	}
	arm := f.arms[0]
	if f.reader.One(row[f.id]) {
		arm = f.arms[1]
	}
	return f.reader.Blob(Place[C]{Collection: c, Column: f.column, Arm: arm, Names: f.names, Row: row[f.id+1 : f.id+1+len(arm.Identity)], Size: row[f.at+1 : f.at+1+f.sized]})
}
