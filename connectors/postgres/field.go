package postgres

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// blobLimit is the size in bytes above which a bytea leaves as a Blob.
const blobLimit = 64 << 10

// field is how one field of a row is read: where its value stands among the columns of the query, and, of a bytea, where its size does
// and what names its row.
type field struct {
	column relational.Column
	at     int
	size   int // 0: no size is asked for
	id     int // where it is said whether the row is held, and then what names it
	arms   []relational.Arm
}

// plain is a column as SQL whose text can be read.
func plain(expr string, t typed) string {
	switch t.kind {
	case array:
		return "to_json(" + expr + ")"
	case other:
		return expr + "::text"
	}
	return expr
}

// fieldsOf gives the columns to select for fields, before which stand others, and how to read them. A bytea above 64 KiB leaves as a Blob,
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
		cols = append(cols, fmt.Sprintf("CASE WHEN octet_length(%[1]s) <= %[2]d THEN %[1]s END", expr, limit),
			fmt.Sprintf("CASE WHEN octet_length(%[1]s) > %[2]d THEN octet_length(%[1]s) END", expr, limit))
	}
	if large {
		for i := range fields {
			fields[i].id = before + len(cols)
		}
		cols = append(append(cols, at.Held()), at.Identity()...)
	}
	return cols, fields, nil
}

// value reads the field from a row of the query.
func (f field) value(c connectors.Collection, row [][]byte) any {
	if f.size > 0 && row[f.size] != nil {
		arm := f.arms[0]
		if string(row[f.id]) == "1" {
			arm = f.arms[1]
		}
		return blob(c, arm, f.column, row[f.id+1:f.id+1+len(arm.Identity)], row[f.size])
	}
	return typeOf(f.column).read(row[f.at])
}
