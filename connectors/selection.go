package connectors

import "time"

// Collection is where rows live, in the store's own words.
type Collection struct {
	Name     string     // its name in the map, for diagnostics
	At       string     // physical address: table, schema.table, coll.array[], path template, glob
	Key      []string   // the fields that name a row, in order
	Rows     *RowFormat // rows inside objects; nil: one object (or table row) is one row
	Document bool       // the object itself is data: Locate offers it as the field [DocumentField]
	Zone     string     // IANA zone of dates and times that carry none; "" is UTC
}

// DocumentField is the name under which Locate returns the object itself, as a [Blob].
const DocumentField = "$document"

// RowFormat says how rows stand inside an object.
type RowFormat struct {
	Format    string // csv jsonl json parquet
	Delimiter string // csv, "," if empty
	Encoding  string // IANA name, "utf-8" if empty
	NoHeader  bool   // csv without a header line: fields are c1, c2 …
	Each      string // json: path of the array whose elements are rows, e.g. "signatories[]"
}

// Place is the name of the field of a key that is the place of a row in its object: what stands before the row moves it.
func (f *RowFormat) Place() string {
	switch f.Format {
	case "json":
		return "no"
	case "parquet":
		return "row"
	}
	return "line"
}

// Selection names rows of one collection. The zero Selection is no row; everything is All, said aloud.
type Selection struct {
	Collection Collection
	Any        []Match  // a row is in when one of these fits …
	Where      []Cond   // … and all of these hold (cut-offs, when:)
	All        bool     // tombstone replay, a look at a few rows, and tests only; Any is empty, and rows are reached for person 0
	Enough     int      // of Locate: so many rows will do, whichever they are, and a store may stop after them; 0: all
	Fields     []string // what Locate returns; Rows.Add takes values in this order
}

// Match ties rows to persons. Without Via, Fields are the collection's own. With Via they are those
// of Via[0].Collection, and each hop joins to the next, the last to the selection's collection.
type Match struct {
	Via    []Hop
	Fields []string
	Values []Tuple
	Folded bool // texts compare as [Fold] makes them, whatever the store's equality; only where Description.Folds
}

// Tuple is one value per Match field. Person is the index of the subject in a batch, so that a
// thousand erasures in one statement still yield a thousand receipts. It prints masked.
type Tuple struct {
	Person int
	Values []any
	Within *Range // during: of the map; nil where the edge has none
}

// Range limits a tuple to rows whose Field, a date, lies in [From, To]; a nil end is open. A row whose
// date is NULL or cannot be read is not in it.
type Range struct {
	Field    string
	From, To *time.Time // instants; a date without time counts from its midnight in the collection's zone
}

// Hop steps from rows of Collection to rows of the next one: those whose To fields equal its From
// fields, where If holds of the row stepped from and Then of the row stepped to.
type Hop struct {
	Collection Collection
	From       []string // fields of Collection
	To         []string // fields of the next collection
	If         []Cond   // on rows of Collection
	Then       []Cond   // on rows of the next collection
	During     *Between // only while a date of the next row lies between two of this one's
	Repeat     bool     // Collection is also the next: followed zero or more times, to a fixed point
}

// Between is the during: of an edge. A To date that is NULL or empty is open; a From or Date that is missing,
// and any date that cannot be read, fits nothing.
type Between struct {
	Date     string // field of the row stepped to
	From, To string // fields of the row stepped from; To covers its whole day where it has no time
}
