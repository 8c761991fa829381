package datamap

import "time"

// System is one place data is in: a database, a folder, a shelf.
type System struct {
	Name        string
	Label       Label
	Connector   string
	Config      map[string]string // as written: ${ENV} unresolved; see [System.Settings]
	Department  string
	Backups     Period // how long erased data lives on in backups
	Restrict    Restrict
	Pool        *Period // erasures wait for each other so long, see [System.PoolEnds]; nil: they do not
	Settle      time.Duration
	MaxRows     int               // rows_per_transaction, 20,000 unless said
	MaxRate     int               // max_rows_per_second, 0 none
	Window      string            // hours in which it may be written to: "22:00-05:00", "" always
	Outside     map[string]string // table → why it is left out
	Zone        *time.Location    // of dates that carry none
	Portable    string            // source: default of its fields
	Collections []*Collection
	Said        []string       // the keys its file writes; the rest are defaults
	ConfigPos   map[string]Pos // where each setting stands
	Pos         Pos
}

// Collection returns the collection of that name, or nil.
func (s *System) Collection(name string) *Collection {
	for _, c := range s.Collections {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Restrict is how art. 18 is carried out: Block is a method of the connector, or task; Mark a field.
type Restrict struct {
	Block string
	Mark  string
	Pos   Pos // of block:, here or where it is inherited from
}

// Collection is a table, a kind of document, a drawer.
type Collection struct {
	System        *System
	Name, At      string
	Label         Label
	Rows          *RowFormat
	Document      *Category // the object itself is data of this category
	FreeText      string    // of the document: review, export, withhold
	Key           []string
	Rules         []*Rule // own; empty: those of Inherits
	Inherits      *Edge   // the edge to the one collection whose rules hold here
	Recipients    []*Recipient
	Discloses     *Discloses
	Erase         Erase
	Placeholder   map[string]string // field → text as written; nil none
	Each          bool              // a placeholder of its own for each row
	Restrict      Restrict
	DerivedFrom   *Collection // a copy: goes with it, is not exported
	Fields        []*Field
	Edges         []*Edge // declared here, single-field ones included
	Onward        []*Edge // over which rights lead on from here, wherever declared; self-references too
	Inward        []*Edge // over which rights lead here
	Ignore        []string
	Rectify       Rectify
	Growth        string  // none, bounded, any
	RootRows      int     // guard: at most so many rows of one person named by identifiers; 5 unless raised
	Share         float64 // guard: at most this part of a collection of over 10,000 rows; 0.01 unless raised
	GuardsBecause string  // why they are raised
	Created       string  // field: when the row was born
	Published     []When
	OnePerson     bool     // one_person_per_value: a verified shared identifier decides here
	Said          []string // the keys the map writes for it; the rest are defaults
	Pos           Pos
}

// RowFormat says how rows stand inside an object.
type RowFormat struct {
	Format, Delimiter, Encoding, Each string
	NoHeader                          bool
}

// Discloses marks a disclosure log: the field that names the recipient and the one that dates it.
type Discloses struct{ To, On string }

// Rectify is the way corrections are made: replace, supplement, by_hand, refuse.
type Rectify struct {
	Mode string
	Law  string
	Text Label
}

// Erase is what an erasure does with a row that nothing keeps.
type Erase struct {
	Mode      string // delete, anonymise, keep
	Fields    map[string]Anonymise
	Exception string // keep: art17_3_x
	Because   Label
}

// Anonymise is the treatment of one field; a field not named becomes NULL.
type Anonymise struct {
	How  string // null keep year month placeholder set
	Text string // set: as written
}

// Field returns the mapped field of that name, or nil.
func (c *Collection) Field(name string) *Field {
	for _, f := range c.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Address is SYSTEM/COLLECTION.
func (c *Collection) Address() string { return c.System.Name + "/" + c.Name }
