package archive

import "time"

type timeType = time.Time

// Type says what a field is declared to hold. What its values really are decides in the end.
type Type string

// The types.
const (
	Auto     Type = ""         // as the values are; instants for time.Time
	Text     Type = "text"     //
	Integer  Type = "integer"  //
	Number   Type = "number"   //
	Boolean  Type = "boolean"  //
	Date     Type = "date"     // time.Time without its clock, in its own zone; or the text 2006-01-02
	DateTime Type = "datetime" // an instant
	Nested   Type = "nested"   // JSON
	Binary   Type = "binary"   // bytes: in the cell up to 4 KiB, above that a file named in the column NAME_file
	Document Type = "document" // Blob: a file, the cell holds its path in the package
)

// Field is one column, as the subject is told of it. All texts are in the subject's language.
type Field struct {
	Name        string // short and neutral; made unique and plain ASCII: [a-z0-9_]
	Title       string // label of the field
	Description string // may be empty
	Type        Type
	Codes       map[string]string // value as text → what it means
	Unit        string            // "PLN", "m3"
	Category    string            // name of the category; groups [Builder.Tally]
	CategoryTag string            // label of the category
	DPV         string            // prefixed term of the category: pd:EmailAddress
	Special     bool              // art. 9
	Source      string            // provided observed inferred derived, or "" with SourceLabel
	SourceLabel string            // a named source, in words (art. 15(1)(g))
}

// TableInfo is what the subject is told of a collection.
type TableInfo struct {
	System      string // label of the system, never its name
	Label       string // label of the collection; the file is named after it
	Description string
	Restricted  string // since when and why its processing is restricted (art. 18), in words; "" it is not
	Kept        string // that an earlier erasure kept it, why and until when, in words; "" it is not
	Fields      []Field

	own bool // of the executor's own records: [Builder.Records]
}
