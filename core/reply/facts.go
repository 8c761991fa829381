// Package reply writes what the person, and recipients, are told: one letter for each right and outcome (arts. 12, 15-22 GDPR). Its functions are
// pure: facts in, a letter out, which is rendered as HTML, Markdown or JSON. A letter can be made at any time: it says what is
// done, what waits, and until when. It names labels only: no host, no table, no product, no safeguard, no member of staff. Where the
// personal part of a request has been forgotten, the letter says what can still be said.
package reply

import "github.com/dossier-dsr/dossier/core/request"

// Facts is what a letter is written from. Texts are in the letter's language; days are 2006-01-02, "" not known.
type Facts struct {
	Language   string // pl or en
	Today      string
	Request    string // number
	Right      request.Right
	Ground     string // art17_1_b
	State      request.State
	Outcome    request.Outcome
	Waits      request.Wait
	ReceivedOn string
	DueOn      string
	AsOf       string
	Forgotten  bool // the request's content was destroyed; what was personal is gone

	Controllers []Party
	DPO         *Party
	Authority   Authority
	Addressee   string // where the answer goes; personal
	Capacity    string // of who asked: self parent guardian proxy heir next_of_kin
	Fee         bool   // a fee was taken

	Searched   []string // labels of systems
	Found      []string
	NotYet     []string
	FoundBy    []string // kinds of identifier
	Done       []Done
	Kept       []Kept
	LeftOut    []LeftOut
	Recipients Recipients
	Backups    string // the last day erased data may live in backups
	WillErase  bool   // what is kept with an end stands among what is erased by itself
	Trace      *Trace // after an erasure
	Register   Register
	Archive    *Archive

	Purposes    []string  // labels: objection, withdrawal
	Marketing   bool      // a do-not-contact entry stands
	Corrections []Changed // personal
	Statement   string    // label of the category that was completed
	Restriction *Restriction
	Refusal     *Refusal
	Extension   *Extension
	Transfer    string // to which controller a portable copy goes
	ProofUntil  string // of consent given and withdrawn
}

// Party is a controller or a data protection officer.
type Party struct{ Name, Address, Email, Phone string }

// Authority is where a complaint may be lodged.
type Authority struct{ Name, Address, Site string }

// Done is something that was done and checked.
type Done struct {
	What  string // label of the data
	Place string
	How   How
	On    string
}

// How something was done.
type How string

// The ways.
const (
	Deleted      How = "deleted"
	Anonymised   How = "anonymised"
	Corrected    How = "corrected"
	Supplemented How = "supplemented"
	Limited      How = "limited"
	Freed        How = "freed"
)

// Kept is what was not erased, corrected or restricted, why, and until when.
type Kept struct {
	What, Place string
	Purpose     string // label; "" where Code says all
	Code        string // of the plan's reasons
	Because     string // beside it, in a person's words
	Provision   string // of the GDPR, as art17_3_b
	Law         string // beside it, as the map words it
	Until       string // a day
	End         string // in words, where there is no day
	Who         string // who answers for it, and how to reach them, where that is another controller
}

// LeftOut is what a copy does not hold.
type LeftOut struct {
	What, Code string
	Who        string // who answers for it, and how to reach them, where that is another controller
}

// Recipients is how far the art. 19 list has come.
type Recipients struct{ Told, UnderWay, Exempt int }

// Trace is what is kept of an erasure (Code B.V.7).
type Trace struct {
	ReeraseUntil, ProofUntil string
	Basis                    string // art6_1_c, art6_1_f
	Plain                    bool   // more than marks
}

// Register is how long the record of the request itself is kept, and on which basis.
type Register struct {
	Until, Basis, Why string
	Health            bool // being known to the controller at all tells of health: art. 9(2)(f)
}

// Archive is the copy.
type Archive struct {
	Until string
	Ended bool
}

// Changed is a value that was corrected. Personal.
type Changed struct{ Category, From, To string }

// Restriction is one that stands, or is to be lifted.
type Restriction struct {
	Of       string // its number
	Since    string
	Ground   string // art18_1_a
	ReviewBy string
	What     []string
	LiftOn   string // the first day it may be lifted
}

// Refusal is why.
type Refusal struct{ Code string }

// Extension of the time (art. 12(3)).
type Extension struct{ From, To, Reason string }
