package mysql

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// blobLimit is the size in bytes above which bytes leave as a Blob.
const blobLimit = 64 << 10

// field is how one field of a row is read: where its value stands among the columns of the query, and, of bytes, where their size and
// their print do and what names their row.
type field struct {
	column relational.Column
	at     int
	size   int // 0: no size is asked for
	id     int // where it is said whether the row is held, and then what names it
	arms   []relational.Arm
	names  []relational.Column // that name the row
}

// fieldsOf gives the columns to select for fields, before which stand others, and how to read them. Bytes above 64 KiB leave as a Blob,
// and the content of a document whatever its size.
func fieldsOf(at relational.At, names []string, before int) ([]string, []field, error) {
	var cols []string
	fields := make([]field, len(names))
	large := false
	for i, name := range names {
		expr, col, err := at.Field(name)
		if err != nil {
			return nil, nil, err
		}
		own := typeOf(col)
		fields[i] = field{column: col, at: before + len(cols), arms: at.Arms()}
		if own.kind != raw {
			cols = append(cols, plain(expr, own))
			continue
		}
		large = true
		fields[i].size = fields[i].at + 1
		limit := blobLimit
		if name == connectors.DocumentField {
			limit = -1
		}
		cols = append(cols, fmt.Sprintf("CASE WHEN LENGTH(%[1]s) <= %[2]d THEN %[1]s END", expr, limit),
			fmt.Sprintf("CASE WHEN LENGTH(%[1]s) > %[2]d THEN LENGTH(%[1]s) END", expr, limit), fmt.Sprintf("CASE WHEN LENGTH(%[1]s) > %[2]d THEN SHA2(%[1]s, 256) END", expr, limit))
	}
	if large {
		ids, names, err := identity(at)
		if err != nil {
			return nil, nil, err
		}
		for i := range fields {
			fields[i].id, fields[i].names = before+len(cols), names
		}
		cols = append(append(cols, at.Held()), ids...)
	}
	return cols, fields, nil
}

// identity is what names a row, as SQL whose text can be read and sent back, and the columns it is read from.
func identity(at relational.At) (ids []string, names []relational.Column, err error) {
	ids = at.Identity()
	for i, name := range at.Arms()[0].Identity {
		col := hidden(name)
		if _, known, err := at.Field(name); err == nil {
			col = known
		}
		ids[i], names = named(ids[i], col), append(names, col)
	}
	return ids, names, nil
}

// named is a column that names a row, as SQL: bytes in hexadecimal, as they are sent back.
func named(expr string, col relational.Column) string {
	if own := typeOf(col); own.kind == raw {
		return "LOWER(HEX(" + expr + "))"
	} else if own.kind != other {
		return plain(expr, own)
	}
	return expr
}

// value reads the field from a row of the query.
func (f field) value(c connectors.Collection, row [][]byte) any {
	if f.size > 0 && row[f.size] != nil {
		arm := f.arms[0]
		if string(row[f.id]) == "1" {
			arm = f.arms[1]
		}
		return blob(c, arm, f.column, f.names, row[f.id+1:f.id+1+len(arm.Identity)], row[f.size], row[f.size+1])
	}
	return typeOf(f.column).read(row[f.at])
}
