package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// field is how one field of a row is read: where its value stands among the columns of the query, and, of a
// column that may hold large BLOBs, where its size does.
type field struct {
	column relational.Column
	decode decoder
	at     int
	size   int // 0: no size is asked for
	id     int // where it is said whether the row is held, and then what names it
	arms   []relational.Arm
}

// fieldsOf gives the columns to select for fields, after the person, and how to read them.
//
// A BLOB above 64 KiB leaves as a Blob, and the content of a document whatever its size.
func fieldsOf(at relational.At, names []string) ([]string, []field, error) {
	var cols []string
	fields := make([]field, len(names))
	large := false
	for i, name := range names {
		expr, col, err := at.Field(name)
		if err != nil {
			return nil, nil, err
		}
		fields[i] = field{column: col, decode: decoderFor(col), at: 1 + len(cols), arms: at.Arms()}
		if col.Class != "" {
			cols = append(cols, plain(expr, col))
			continue
		}
		large = true
		fields[i].size = 2 + len(cols)
		limit := blobLimit
		if name == connectors.DocumentField {
			limit = -1
		}
		test := fmt.Sprintf("typeof(%[1]s) = 'blob' AND length(%[1]s) > %[2]d", expr, limit)
		cols = append(cols, fmt.Sprintf("CASE WHEN %s THEN NULL ELSE %s END", test, expr),
			fmt.Sprintf("CASE WHEN %s THEN length(%s) END", test, expr))
	}
	if large {
		for i := range fields {
			fields[i].id = 1 + len(cols)
		}
		cols = append(append(cols, at.Held()), stored(at.Identity())...)
	}
	return cols, fields, nil
}

// value reads the field from a row of the query.
func (f field) value(c connectors.Collection, row []driver.Value) any {
	if f.size > 0 {
		if size, ok := row[f.size].(int64); ok {
			arm := f.arms[0]
			if held, _ := row[f.id].(int64); held == 1 {
				arm = f.arms[1]
			}
			return blob(c, arm, f.column, row[f.id+1:], size)
		}
	}
	return f.decode.decode(row[f.at])
}

// shift says that n columns stand before those the field was given.
func (f *field) shift(n int) {
	f.at += n
	f.id += n
	if f.size > 0 {
		f.size += n
	}
}
