package archive

import (
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
)

// Findings is what neither the map nor the plan knows: what was met while this person's rows were read.
type Findings struct {
	Language    string       // of the texts
	Tally       []Tally      // from [Builder.Tally]: the categories that occur; nil: all of the collections the plan found rows in
	Purposes    []Held       // the purposes that hold the person's rows; nil: those of the plan's reasons, else of the map's rules
	Disclosures []Disclosure // from disclosure logs
	Planned     []string     // recipients of the map that will receive data, by their name in it
	LeftOut     []LeftOut    // in the language of the texts
	Restricted  []Limited
	Own         []Own
	Erased      []Erased
	Register    Register
	NotYetBy    time.Time // the day a result is promised for systems not reached; zero: none is
}

// Register is how the register of requests stands among the places that were searched.
type Register struct {
	Searched bool
	Found    bool // it holds more of the person than the request that is answered
}

// Held is a purpose, by its name in the map, with an end of keeping of some of the person's rows.
type Held struct {
	Purpose  string
	Until    plan.Until // zero: the purpose holds rows, and nothing more is known
	Standing Standing
}

// Standing is how the period of rows stands on the day of the package.
type Standing string

// The standings.
const (
	Runs    Standing = ""             // Until is when it ends
	Over    Standing = "over"         // it ended on Until.Date, and the rows are still there
	NotYet  Standing = "not_begun"    // the date it counts from is not there yet
	Unclear Standing = "date_unknown" // that date cannot be read
)

// Disclosure is what a disclosure log says of one recipient.
type Disclosure struct {
	Recipient string // its name in the map, or the text that stands in the log
	First     time.Time
	Last      time.Time
	What      []string // labels
}
