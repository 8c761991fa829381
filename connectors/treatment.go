package connectors

import (
	"context"
	"time"
)

// Verb is what is done to rows. Set with Assign.From is a correction; without, an anonymisation.
type Verb string

// The verbs.
const (
	Delete  Verb = "delete"
	Set     Verb = "set"
	Ensure  Verb = "ensure"  // insert the row unless its key (or unique field) exists: placeholder persons, statements
	Block   Verb = "block"   // make unreadable and unchangeable for ordinary accounts, and mark
	Release Verb = "release" // undo Block, byte for byte
	Recount Verb = "recount" // set a counter to the number of rows that refer to its row
)

// Treatment is one verb on one selection.
type Treatment struct {
	ID      string // unique in the call; outcomes and retries speak of it
	Verb    Verb
	On      Selection // Ensure: only the Collection counts; its Key are the fields the row is recognised by
	Assign  []Assign  // Set, Ensure, Recount
	Method  string    // Block and Release: one of Description.Blocking
	Mark    string    // Block and Release: the request on whose account the row is held
	Capture []string  // fields whose values are wanted in Outcome.LinkKeys, as they were under the lock
	AtMost  int64     // the plan's ceiling; if more would change, change nothing and return ErrMoreRows
}

// How says where an assigned value comes from.
type How string

// The ways to assign.
const (
	Value  How = ""       // To as it stands; a text is converted to the column's type
	Year   How = "year"   // the date the row holds, cut to 1 January, 00:00 where it has a time; an unreadable date becomes NULL
	Month  How = "month"  // the same, cut to the first of its month
	Derive How = "derive" // a text of Derive's HMAC over the row's key: the same on a retry, unlinkable without Derive
	Count  How = "count"  // Recount: the number of rows over Over
)

// Assign gives one field a value.
type Assign struct {
	Field  string
	How    How
	To     any   // Value: nil clears the field
	From   []any // correction: only rows that hold one of these; the others are conflicts. nil: any row
	Derive []byte
	Over   *Step // Count
}

// ApplyOptions come with one Apply call.
type ApplyOptions struct {
	// Confirm is called when the work is done and nothing is committed, with the outcomes: commit if
	// it returns nil, roll back otherwise and return its error. A store without transactions calls it
	// before each unit of at most 1,000 rows, with the outcome of that unit, and touches the unit only after nil.
	Confirm func(ctx context.Context, outcomes []Outcome) error
	// Rehearse: do everything, report, roll back; Confirm is not called.
	Rehearse bool
	// Lock names the step ("request/system") for an advisory lock, where the store has one. No personal data.
	Lock string
}

// Outcome says what became of one treatment. Changed+Already+Conflicts is every row that was there;
// a row deleted before is not there, so a second delete reports nothing. With an error, Changed and
// ByPerson are what stays changed: nothing after a rollback, the units done where there is none.
type Outcome struct {
	ID               string
	Changed, Already int64         // rows this call changed; rows found as they should be
	Conflicts        []Row         // keys of rows holding neither From nor the new value; unchanged
	ByPerson         map[int]int64 // Changed, by Tuple.Person
	LinkKeys         *Keys         // the values of Treatment.Capture, captured as the rows were locked
	DoneBy           time.Time     // a service accepted and promises; zero: done now
	Notes            Diagnostics   // severity, summary, detail, path; never a value of a row
	LocksHeld        time.Duration // rehearsals
}

// Keys are captured values, one tuple a row. They print masked.
type Keys struct {
	Fields []string
	Tuples []Tuple
}
