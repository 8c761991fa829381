package postgres

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Bare is a value as the column it is compared with takes it, as if it had been read and sent as a key: NULL, which equals nothing, where no
// value of the column can be what it is.
func (dialect) Bare(of relational.Term, to relational.Column) string {
	from, into := typeOf(of.Column), typeOf(to)
	switch {
	case into.cast == "", numeric(from.kind) && numeric(into.kind), dates(from.kind) && dates(into.kind):
		return of.SQL
	case into.kind == text:
		return bareText(of, into)
	case from.cast == into.cast:
		return of.SQL
	}
	x := "NULL"
	switch {
	case numeric(into.kind) && from.kind == boolean:
		x = of.SQL + "::int"
	case from.kind == text:
		x = fromText(bytewise(of.SQL), into)
	case into.kind == boolean && from.kind == whole:
		x = fmt.Sprintf("(CASE %s WHEN 1 THEN TRUE WHEN 0 THEN FALSE END)", of.SQL)
	case into.kind == other, into.kind == nested, into.kind == array:
		return of.SQL // the database says whether it compares the two
	}
	if x == "NULL" {
		x = into.as(x)
	}
	return x
}

func dates(k kind) bool { return k == date || k == stamp || k == instant }

// bareText is any value as a text of a column's type, under that column's collation.
func bareText(of relational.Term, into typed) string {
	from, x := typeOf(of.Column), of.SQL
	switch {
	case from.kind == raw:
		x = "encode(" + x + ", 'escape')::" + into.cast
	case from.kind == instant:
		x = "(regexp_replace(to_char(" + x + " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '\\.?0+$', '') || 'Z')::" + into.cast
	case from.kind != text:
		x = canonical(of) + "::" + into.cast
	case from.cast != into.cast:
		x += "::text::" + into.cast
	}
	if from.kind == text && from.collation != into.collation { // else none would decide
		x = "(" + x + " COLLATE " + into.collation + ")"
	}
	return x
}

// fromText is a text as a value of another type.
func fromText(x string, into typed) string {
	switch {
	case numeric(into.kind):
		return fmt.Sprintf(`(CASE WHEN %[1]s ~ '^[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})$' THEN %[1]s::numeric END)`, x)
	case into.kind == boolean:
		return fmt.Sprintf("(CASE WHEN lower(%[1]s) IN ('1', 't', 'true') THEN TRUE WHEN lower(%[1]s) IN ('0', 'f', 'false') THEN FALSE END)", x)
	case into.kind == uuid:
		return fmt.Sprintf(`(CASE WHEN %[1]s ~* '^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$' THEN %[1]s::uuid END)`, x)
	case dates(into.kind):
		return moment(relational.Term{SQL: x, Column: relational.Column{Own: typed{kind: text}}}, "")
	case into.kind == raw:
		return "convert_to(" + x + ", 'UTF8')"
	case into.kind == enum:
		return fmt.Sprintf(`(CASE WHEN %[1]s = ANY(enum_range(NULL::%[2]s)::text[]) THEN %[1]s::%[2]s END)`, x, into.cast)
	}
	return x
}
