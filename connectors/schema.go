package connectors

// Schema is what a store says of itself. Names are physical: as they stand in `at:`.
type Schema struct {
	Collections []SchemaCollection
}

// SchemaCollection is one table, collection or folder.
type SchemaCollection struct {
	Name       string
	Fields     []SchemaField
	Key        []string   // primary key
	Unique     [][]string // unique keys beside it
	Indexes    [][]string // leading columns of every index
	Caseless   []string   // columns with an index that finds texts in whatever case they are written
	References []Reference
	Triggers   []Trigger
	View       bool  // a view: refused as a collection
	Rows       int64 // a count or the store's own estimate; -1 unknown
}

// SchemaField is one column.
type SchemaField struct {
	Name      string
	Type      string // the store's own word
	NotNull   bool
	Generated bool // computed by the store, or an identity it gives out: not assigned
}

// Reference is a foreign key.
type Reference struct {
	Fields   []string
	Target   string
	Targets  []string // the target's fields
	OnDelete string   // no action, restrict, cascade, set null, set default
	OnUpdate string
	Deferred bool
}

// Trigger is one trigger, and the tables its body names.
type Trigger struct {
	Name   string
	On     string // insert, update, delete
	Writes []string
}
