package relational

import (
	"errors"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Dialect is what one kind of store writes its own way. Everything it is given as a [Term] or as an end of a range is SQL text made
// here, everything it is given as a name or a value comes from outside and is quoted or bound by it.
type Dialect interface {
	// Quote quotes an identifier.
	Quote(name string) string
	// Placeholder is the n-th bound parameter, counted from 1.
	Placeholder(n int) string
	// Beforehand is what stands before a common table that is to be worked out once and kept, with a space after it; "" where there is
	// no such word.
	Beforehand() string
	// Anew is what stands before a common table that is to be worked out wherever it is read, and never kept, with a space after it; ""
	// where there is no such word.
	Anew() string
	// Beside says that a common table is worked out anew in every place that reads it: so it is read in one, with the arms of a table
	// beside each other.
	Beside() bool
	// Then is JOIN, with a space after it, in a way that has the table on its left read first; that on its right is looked up by its key.
	Then() string
	// Asked is a condition on a row that is reached another way, written so that no row is looked up by it: a list of a thousand values
	// would be gone through for each row reached.
	Asked(cond string) string
	// Tuples writes a SELECT that gives one row per tuple: person, one column per field of cols, and, with within,
	// the two ends of its range. bind adds a parameter and gives its placeholder.
	Tuples(cols []Column, tuples []connectors.Tuple, within bool, bind func(any) string) (string, error)
	// Folded is the value as [connectors.Fold] makes it where it is a text, and as it is elsewhere.
	Folded(of Term) string
	// Caseless is the value as an index compares it that takes upper and lower case of the letters a to z as one.
	Caseless(of Term) string
	// Single says that a recursive common table may refer to itself in one place only, and that LATERAL is understood.
	Single() bool
	// Bound binds a value of the contract, and gives it as SQL to be compared with or stored in col. Its error wraps [ErrForeign] where
	// no value of the column can equal v.
	Bound(col Column, v any, bind func(any) string) (string, error)
	// Bare is of's value stripped of its column's type conversions, as a bound value would be, to be compared with column to.
	Bare(of Term, to Column) string
	// Filled is true where the value is neither NULL nor empty.
	Filled(of Term) string
	// Dated is true where the value is a known date, and false, never NULL, where not. zone is an IANA name, "" is UTC.
	Dated(of Term, zone string, bind func(any) string) string
	// Before is true where the value is a known date before t, and false where not.
	Before(of Term, zone string, t time.Time, bind func(any) string) string
	// Within is true where the value is a known date between the two ends Tuples gave; a NULL end is open.
	Within(of Term, zone, from, to string, bind func(any) string) string
	// During is true where date, of a row stepped to, lies in the time row stepped from names; to may be the zero Term.
	During(date Term, dateZone string, from, to Term, fromZone string, bind func(any) string) string
}

// Lister is a dialect that binds a list of values as one parameter, so that a statement's text is the same however many there are.
type Lister interface {
	// List writes what stands after a column that equals one of some values: those that are none of its type, and NULL, equal nothing. ok is
	// false where the column takes no such list.
	List(col Column, values []any, bind func(any) string) (list string, ok bool)
}

// ErrForeign says that a value is none of a column's type, so that no row can hold it.
var ErrForeign = errors.New("no value of the column's type")

// Term is a column of a row as SQL, or what the column is.
type Term struct {
	SQL string
	Column
}

// Column is one column of a table.
type Column struct {
	Name string
	Type string // as declared
	// Class is the dialect's own: columns of one class convert values alike, so that two different values of one never
	// equal the same value of another. "" where that is not known.
	Class string
	Own   any // what the dialect itself knows of it

	NotNull  bool
	Points   bool // it is part of a foreign key
	Computed bool // by the store, from other columns
	Numbered bool // by the store, which takes a number where a row is put in and no other one after
	// Folded says, of a column tuples are given for, that it is compared with them as [Dialect.Folded] makes it.
	Folded bool
}

// Arm is one place where rows of a table stand: the table itself, and where Block put rows of it.
type Arm struct {
	Schema   string   // where From is, unquoted; "" where nothing need be said
	From     string   // physical name, unquoted
	Identity []string // columns that name a row within the arm
	Held     bool
	// Indexed are columns by which rows of the arm are looked up without reading all of them, in lower case.
	Indexed map[string]bool
	// Caseless are columns with an index that compares as [Dialect.Caseless] does, in lower case.
	Caseless map[string]bool
	// Hide, where set, is a condition on alias that leaves out rows whose content stands in another arm.
	Hide func(alias string) string
}

// Table is what has to be known of a collection's table.
type Table struct {
	Name     string
	Columns  []Column
	Arms     []Arm      // at least one; all have as many identity columns
	Unique   [][]string // keys no two rows share, compared byte by byte: what proves that no row is reached twice
	Collated bool       // some column may compare otherwise than byte by byte
}

// Catalog finds the table of a collection: ErrNoCollection where there is none, a Diagnostics error where it cannot be used.
type Catalog func(connectors.Collection) (*Table, error)
