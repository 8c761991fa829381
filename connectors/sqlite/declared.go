package sqlite

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// declared is the declared type of a column, from which SQLite takes its affinity (https://www.sqlite.org/datatype3.html, 3.1).
type declared string

func (d declared) has(words ...string) bool {
	up := strings.ToUpper(string(d))
	for _, w := range words {
		if strings.Contains(up, w) {
			return true
		}
	}
	return false
}

// base is the type's first word, in capitals: DECIMAL of "decimal(10, 2)".
func (d declared) base() string {
	up := strings.ToUpper(strings.TrimSpace(string(d)))
	if i := strings.IndexAny(up, " (\t\n"); i >= 0 {
		return up[:i]
	}
	return up
}

// family is what becomes of a text that looks like a number: a column of INTEGER or NUMERIC affinity, and what SQLite does not know is NUMERIC, a STRING
// too, keeps it as one, without its leading zeros. Lengths are not enforced.
func (d declared) family() connectors.Family {
	switch {
	case d.has("INT"):
		return connectors.WholeFamily
	case d.has("CHAR", "CLOB", "TEXT"):
		return connectors.TextFamily
	case d.base() == "" || d.has("BLOB") || d.base() == "ANY":
		return ""
	}
	return connectors.NumberFamily
}

// class is the column's in the sense of [relational.Column]; strict says that the table is STRICT, where ANY keeps what it is given.
func (d declared) class(strict bool) string {
	switch {
	case strict && d.base() == "ANY":
		return ""
	case d.has("INT"):
		return relational.ClassNumber
	case d.has("CHAR", "CLOB", "TEXT"):
		return relational.ClassText
	case d == "", d.has("BLOB"):
		return ""
	}
	return relational.ClassNumber
}

// boolean says whether the store's 0 and 1 mean false and true.
func (d declared) boolean() bool { return d.base() == "BOOLEAN" || d.base() == "BOOL" }

// exact says whether a number kept as text is an exact number.
func (d declared) exact() bool { return d.has("DECIMAL", "NUMERIC") }

// nested says whether texts are JSON.
func (d declared) nested() bool { return d.has("JSON") }

// timed says whether the driver would turn texts of the column into instants if asked for it by name.
func (d declared) timed() bool {
	switch strings.ToUpper(strings.TrimSpace(string(d))) {
	case "DATE", "DATETIME", "TIMESTAMP":
		return true
	}
	return false
}
