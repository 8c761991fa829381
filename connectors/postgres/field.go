package postgres

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

func (reader) Plain(expr string, c relational.Column) string {
	switch typeOf(c).kind {
	case array:
		return "to_json(" + expr + ")"
	case other:
		return expr + "::text"
	}
	return expr
}

func (reader) Sized(expr string, limit int) []string {
	return []string{fmt.Sprintf("CASE WHEN octet_length(%[1]s) <= %[2]d THEN %[1]s END", expr, limit),
		fmt.Sprintf("CASE WHEN octet_length(%[1]s) > %[2]d THEN octet_length(%[1]s) END", expr, limit)}
}

func (reader) Identity(at relational.At) ([]string, []relational.Column, error) {
	return at.Identity(), nil, nil
}

func (reader) Null(cell []byte) bool { return cell == nil }

func (reader) One(cell []byte) bool { return string(cell) == "1" }

func (reader) Read(c relational.Column, cell []byte) any { return typeOf(c).read(cell) }

func (reader) Blob(of cells.Place[[]byte]) connectors.Blob {
	n, _ := strconv.ParseInt(string(of.Size[0]), 10, 64) // a length
	h := handle{Schema: of.Arm.Schema, Table: of.Arm.From, Column: of.Column.Name, Names: of.Arm.Identity, Size: n}
	for _, v := range of.Row {
		h.Row = append(h.Row, string(v))
	}
	return cells.Blob(of.Collection, of.Column.Name, n, h)
}
