package connectors

// Schema is what a store says of itself. Names are physical: as they stand in `at:`.
type Schema struct {
	Collections []SchemaCollection
	Feeds       []Feed
	Routines    []Routine
}

// SchemaCollection is one table, collection or folder. What a part of it has for itself, a reference, a trigger, is said of the whole.
type SchemaCollection struct {
	Name        string
	Fields      []SchemaField
	Key         []string   // primary key
	Unique      [][]string // unique keys beside it
	Indexes     [][]string // leading columns of every index
	Caseless    []string   // columns with an index that finds texts in whatever case they are written
	References  []Reference
	Triggers    []Trigger
	Parts       []Part   // partitions that have keys the whole lacks
	Partitioned bool     // rows stand in parts that can be reached without the whole
	Policies    []string // rules by which the store shows some accounts some of its rows
	Versioned   bool     // the store keeps earlier versions of rows: what is deleted or changed stays there
	Unsafe      bool     // its engine has no transactions: what was changed cannot be taken back
	View        bool     // a view: refused as a collection
	Copy        bool     // a view that keeps what it read until it is refreshed
	Remote      bool     // a view of rows another server keeps
	Unbound     bool     // a view that reads as an account no policy on rows binds
	Reads       []string // of a view: the tables it shows, through other views too
	Rows        int64    // a count or the store's own estimate; -1 unknown
	Sampled     int64    // of a store without a schema: how many rows were looked at for Fields, which may be more; 0: the store says them
}

// Family is what kind of values a column takes, the same word for every store.
type Family string

// The families. A store that does not say, or a type that is none of these, has "".
const (
	TextFamily    Family = "text"
	WholeFamily   Family = "whole number"
	NumberFamily  Family = "number"
	BooleanFamily Family = "boolean"
	DateFamily    Family = "date" // with or without a time
	BytesFamily   Family = "bytes"
	NestedFamily  Family = "nested" // JSON, arrays, documents
)

// SchemaField is one column.
type SchemaField struct {
	Name      string
	Type      string // the store's own word
	NotNull   bool
	Generated bool // computed by the store, or an identity it gives out: not assigned
	Family    Family
	Length    int    // of a text, in characters; 0: as long as may be
	Collation string // by which its texts are compared, in the store's own word; "": the store compares all texts alike, or does not say
	Undated   bool   // of a date: a row that does not say otherwise holds one that is none, 0000-00-00
	Stamped   bool   // of a date: the store gives it the time of each change of its row that does not say otherwise
}

// Reference is a foreign key.
type Reference struct {
	Fields   []string
	Target   string
	Targets  []string // the target's fields
	OnDelete string   // no action, restrict, cascade, set null, set default
	OnUpdate string
	Deferred bool // checked when the transaction ends, unless somebody asks for it earlier
	ByRow    bool // checked as each row goes, and neither the end of the statement nor that of the transaction is waited for
}

// Trigger is one trigger or rule, and what its text names. Stores record nothing of what a trigger does: its text, and that of the functions it
// calls, is read, so that it *may* write where it says, and may do what its text does not say.
type Trigger struct {
	Name   string
	On     string   // insert, update, delete
	Writes []string // tables its text names as written to
	Tells  []string // ways out of the store that its text names: notify, another database
	Loud   bool     // it goes off as the connector moves rows out of reach and back, which it therefore refuses to do
	Unread bool     // it puts statements together as it runs, or is in a language that is not read: there may be more
}

// Part is one partition that has keys the whole lacks.
type Part struct {
	Name string
	Keys [][]string
}

// Feed is a way by which changes leave the store as they happen: a publication, a replication slot, a binary log.
type Feed struct {
	Name        string
	Kind        string   // the store's own word
	Collections []string // nil: every one
}

// Routine is a function that runs with the rights of an account no policy on rows binds, whoever calls it.
type Routine struct {
	Name  string
	Reads []string // tables its text names
}
