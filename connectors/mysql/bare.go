package mysql

import (
	"strconv"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Bare is a value as the column it is compared with takes it, as if it had been read and sent as a key: NULL, which equals nothing, where no
// value of the column can be what it is.
func (d dialect) Bare(of relational.Term, to relational.Column) string {
	from, into := typeOf(of.Column), typeOf(to)
	switch {
	case into.kind == text:
		return d.bareText(of, into)
	case numeric(from.kind) && numeric(into.kind), dates(from.kind) && dates(into.kind), from.kind == into.kind && from.kind != other:
		return of.SQL
	case from.json && (numeric(into.kind) || dates(into.kind) || into.kind == raw):
		return "NULL" // JSON is no number, no date and no bytes, even where it reads like one
	case from.kind == text:
		return d.fromText(bytewise(of.SQL), to)
	case into.kind == raw && (numeric(from.kind) || dates(from.kind)):
		return "NULL"
	}
	return "NULL"
}

// bareText is any value as a text of a column's type, under that column's collation; NULL where that takes it for the empty one.
func (d dialect) bareText(of relational.Term, into typed) string {
	from, x := typeOf(of.Column), of.SQL
	switch {
	case from.kind == text && from.collation == into.collation:
		return x
	case from.kind == raw:
		x = "CONVERT(" + x + " USING utf8mb4)"
	case from.boolean:
		x = "CASE " + plain(x, from) + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE CAST(" + plain(x, from) + " AS CHAR) END"
	case from.kind == instant:
		x = "CONCAT(CAST(" + x + " AS CHAR), 'Z')"
	case from.kind != text:
		x = "CAST(" + plain(x, from) + " AS CHAR)"
	}
	return "NULLIF(" + as(x, into) + ", '')"
}

// fromText is a text as a value of another type.
func (d dialect) fromText(x string, to relational.Column) string {
	into := typeOf(to)
	when := func(pattern, then string) string {
		return "(CASE WHEN " + x + " REGEXP '" + pattern + `\\z' THEN ` + then + " END)"
	}
	switch into.kind {
	case whole, exact, inexact, bits:
		return when("^[+-]?([0-9]{1,30}([.][0-9]{0,30})?|[.][0-9]{1,30})", "CAST("+x+" AS DECIMAL(65,"+strconv.Itoa(fraction)+"))")
	case date, stamp, instant: // a text that names a zone is nobody's key
		return when("^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?", "CAST("+x+" AS DATETIME(6))")
	case clock:
		return when("^-?[0-9]{1,3}:[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?", d.cell(x, to))
	case uuid:
		return when("^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}", x)
	case raw:
		return "CAST(" + x + " AS BINARY)"
	case nested:
		return "(CASE WHEN JSON_VALID(" + x + ") THEN CAST(" + x + " AS JSON) END)"
	}
	return "NULL"
}
