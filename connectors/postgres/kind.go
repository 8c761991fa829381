package postgres

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// kind is a family of types whose values are written, read and compared alike.
type kind int

// The kinds. What is none of them is other, and travels as its text.
const (
	other kind = iota
	whole
	exact
	inexact
	boolean
	text
	uuid
	date
	stamp   // timestamp without time zone
	instant // timestamp with time zone
	raw
	nested
	enum
	array
)

var kinds = map[string]kind{
	"int2": whole, "int4": whole, "int8": whole, "oid": whole, "numeric": exact, "float4": inexact, "float8": inexact, "bool": boolean,
	"text": text, "varchar": text, "bpchar": text, "name": text, "citext": text, "uuid": uuid, "date": date, "timestamp": stamp, "timestamptz": instant,
	"bytea": raw, "json": nested, "jsonb": nested,
}

// typed is what is known of a column's type; a domain is what it is a domain over.
type typed struct {
	kind      kind
	name      string // of the type, bare: int4, varchar
	cast      string // as it is cast to, without a length, which would cut what is too long
	full      string // with it
	labels    []string
	collation string // quoted; "" where the type has none
	folds     bool   // texts of different bytes may be equal
}

// typeOf is what is known of a column; of one made up here, nothing.
func typeOf(c relational.Column) typed {
	t, _ := c.Own.(typed)
	return t
}

// class is the column's in the sense of [relational.Column].
func (t typed) class() string {
	switch {
	case t.folds || t.name == "bpchar" || t.name == "citext":
		return ""
	case t.kind == whole, t.kind == exact:
		return relational.ClassNumber
	case t.kind == text:
		return relational.ClassText
	case t.kind == uuid, t.kind == date, t.kind == instant, t.kind == stamp:
		return t.name
	}
	return ""
}

// cast writes text of SQL as a value of the column's type.
func (t typed) as(text string) string {
	if t.cast == "" {
		return text
	}
	return text + "::" + t.cast
}

// numeric says whether the database compares values of both kinds without being told how.
func numeric(k kind) bool { return k == whole || k == exact || k == inexact }

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal is a text in SQL; only for texts that are written here or come from the schema.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
