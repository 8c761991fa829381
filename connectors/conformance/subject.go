package conformance

import "github.com/dossier-dsr/dossier/connectors"

// Subject is what is tested: a connector, and the settings of a scratch system whose collections the
// suite may overwrite.
type Subject struct {
	Connector connectors.Connector
	Config    connectors.Config
	// Shapes: the suite runs once in each. None: one for each row format of the card, or else the zero Shape,
	// with Folds found out by trying.
	Shapes []Shape
}

// Shape says which of the suite's fixtures a store can hold, and how. The zero Shape is all of them, each at
// its own name, as a SQL store holds them. It is data, so that it can be read from a file.
type Shape struct {
	Name   string           `json:"name"`   // stands before case names where there are several
	Places map[string]Place `json:"places"` // by fixture; a fixture left out is not laid out; nil: all
	Lacks  []Kind           `json:"lacks"`  // kinds of value that do not come back as they were
	// Folds: the fixture gives fields whose name ends in _ci an equality that ignores the case of letters.
	Folds bool `json:"folds"`
	// Blocks are the methods of the card by which rows of this shape can be blocked; nil: all.
	Blocks []string `json:"blocks"`
	// Groups are the groups of cases that are run in this shape; nil: all.
	Groups []string `json:"groups"`
}

// Place is where and how a store holds one fixture.
type Place struct {
	At     string                `json:"at"`     // address; "" is the fixture's name
	Key    []string              `json:"key"`    // nil: the fixture's
	Rows   *connectors.RowFormat `json:"rows"`   // rows inside objects
	Fields []string              `json:"fields"` // fields it holds; nil: all
	Lookup []string              `json:"lookup"` // the only fields rows can be looked up by, one at a time; nil: any
}

// Kind is a kind of value.
type Kind string

// The kinds a Shape may lack. Rows are laid out without them, and cases about them are left out.
const (
	Null    Kind = "null"     // NULL, told from the empty text
	Empty   Kind = "empty"    // the empty text
	Bytes   Kind = "bytes"    // bytes that are no text
	Exact   Kind = "exact"    // numbers beyond 2^53, decimals beyond a float
	OddDate Kind = "odd_date" // dates that are zero or cannot be read
)
