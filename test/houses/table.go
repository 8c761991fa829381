package houses

import "strings"

// Type is what a column holds.
type Type int

// The types. A day and a moment are written as texts: 2020-02-29, 2020-02-29 10:00:00.
const (
	Text Type = iota // short enough to be a key
	Whole
	Day
	Moment
)

// Column is one column of a table.
type Column struct {
	Name    string
	Type    Type
	NotNull bool
	Default string // as SQL; "" none
}

// Reference is a foreign key.
type Reference struct {
	Fields   []string
	Table    string
	Targets  []string
	OnDelete string // as SQL; "" nothing is done, and the row stays
}

// Table is a table and its rows, by the order of its columns. Names are plain: small letters, digits, underscores, and no words of SQL.
type Table struct {
	Name       string
	Columns    []Column
	Key        []string
	Unique     [][]string
	References []Reference
	Rows       [][]any // nil, int64 or string
}

// names are those of the columns.
func (t Table) names() []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, c.Name)
	}
	return out
}

// Row is a row as an application reads it: texts by column, nil for NULL.
type Row map[string]*string

// Line is the row in one line, in the order of the columns of t.
func (t Table) Line(r Row) string {
	var out []string
	for _, c := range t.Columns {
		if v := r[c.Name]; v == nil {
			out = append(out, "NULL")
		} else {
			out = append(out, *v)
		}
	}
	return strings.Join(out, " | ")
}
