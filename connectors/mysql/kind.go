package mysql

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// kind is a family of types whose values are written, read and compared alike.
type kind int

// The kinds. What is none of them is other: it is read as text and compares with nothing.
const (
	other kind = iota
	whole
	exact
	inexact
	bits
	text // enum and set too, whose values are texts with a collation
	date
	stamp   // datetime, which knows no zone
	instant // timestamp
	clock
	raw
	nested // json of MySQL; that of MariaDB is a text
	uuid
	inet4
	inet6
)

var kinds = map[string]kind{
	"tinyint": whole, "smallint": whole, "mediumint": whole, "int": whole, "bigint": whole, "year": whole, "decimal": exact, "float": inexact, "double": inexact, "bit": bits,
	"char": text, "varchar": text, "tinytext": text, "text": text, "mediumtext": text, "longtext": text, "enum": text, "set": text,
	"date": date, "datetime": stamp, "timestamp": instant, "time": clock,
	"binary": raw, "varbinary": raw, "tinyblob": raw, "blob": raw, "mediumblob": raw, "longblob": raw, "json": nested, "uuid": uuid, "inet4": inet4, "inet6": inet6,
}

// typed is what is known of a column's type.
type typed struct {
	kind      kind
	name      string // of the type, bare: int, varchar
	unsigned  bool
	boolean   bool // tinyint(1), bit(1)
	json      bool // a text that is checked to be JSON
	scale     int
	length    int // of a text, in characters
	charset   string
	collation string
	label     string // the first of an enum
	touched   bool   // given the time of the change, where a change does not say otherwise
	undated   bool   // a row that does not say otherwise has a date in it that is none, 0000-00-00
}

// typeOf is what is known of a column; of one made up here, nothing.
func typeOf(c relational.Column) typed {
	t, _ := c.Own.(typed)
	return t
}

// family is the column's in the words of the contract.
func (t typed) family() connectors.Family {
	switch t.kind {
	case whole, bits:
		if t.boolean {
			return connectors.BooleanFamily
		}
		return connectors.WholeFamily
	case exact, inexact:
		return connectors.NumberFamily
	case text:
		if t.json {
			return connectors.NestedFamily
		}
		return connectors.TextFamily
	case date, stamp, instant:
		return connectors.DateFamily
	case raw:
		return connectors.BytesFamily
	case nested:
		return connectors.NestedFamily
	}
	return ""
}

// class is the column's in the sense of [relational.Column]. Texts have none: hardly a collation compares byte by byte.
func (t typed) class() string {
	switch t.kind {
	case whole, exact:
		return relational.ClassNumber
	case date, stamp, instant:
		return t.name
	}
	return ""
}

// numeric says whether the database compares values of both kinds without being told how.
func numeric(k kind) bool { return k == whole || k == exact || k == inexact || k == bits }

func dates(k kind) bool { return k == date || k == stamp || k == instant }

func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return out
}

// literal is a text in SQL; only for texts that are written here or come from the schema.
func literal(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(s) + "'"
}
