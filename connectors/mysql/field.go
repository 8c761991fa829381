package mysql

import (
	"fmt"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
)

type field = cells.Field[[]byte]

// reader is how columns are written and their texts read.
type reader struct{}

func (reader) Bytes(c relational.Column) bool { return typeOf(c).kind == raw }

func (reader) Plain(expr string, c relational.Column) string { return plain(expr, typeOf(c)) }

// Sized gives a print of the bytes too: two transactions here cannot be made to see the same moment.
func (reader) Sized(expr string, limit int) []string {
	return []string{fmt.Sprintf("CASE WHEN LENGTH(%[1]s) <= %[2]d THEN %[1]s END", expr, limit),
		fmt.Sprintf("CASE WHEN LENGTH(%[1]s) > %[2]d THEN LENGTH(%[1]s) END", expr, limit), fmt.Sprintf("CASE WHEN LENGTH(%[1]s) > %[2]d THEN SHA2(%[1]s, 256) END", expr, limit)}
}

func (reader) Identity(at relational.At) ([]string, []relational.Column, error) { return identity(at) }

func (reader) Null(cell []byte) bool { return cell == nil }

func (reader) One(cell []byte) bool { return string(cell) == "1" }

func (reader) Read(c relational.Column, cell []byte) any { return typeOf(c).read(cell) }

func (reader) Blob(of cells.Place[[]byte]) connectors.Blob {
	n, _ := strconv.ParseInt(string(of.Size[0]), 10, 64) // a length
	h := handle{Schema: of.Arm.Schema, Table: of.Arm.From, Column: of.Column.Name, Size: n, Print: string(of.Size[1])}
	for i, v := range of.Row {
		own := typeOf(of.Names[i])
		h.Names = append(h.Names, naming{of.Names[i].Name, own.charset, own.collation, own.kind, own.unsigned})
		h.Row = append(h.Row, string(v))
	}
	return cells.Blob(of.Collection, of.Column.Name, n, h)
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
