// Package request is a request as the case system states it: the right, the person, the scope, and
// the events of its life. [Parse] reads one strictly and says every mistake at once.
package request

import (
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

// Right is what is asked for.
type Right string

// The rights, with their articles.
const (
	Access        Right = "access"        // art. 15
	Portability   Right = "portability"   // art. 20
	Rectification Right = "rectification" // art. 16
	Erasure       Right = "erasure"       // art. 17
	Restriction   Right = "restriction"   // art. 18
	Lift          Right = "lift"          // art. 18(3)
	Objection     Right = "objection"     // art. 21
	Withdrawal    Right = "withdrawal"    // art. 7(3)
)

// Rights in the order they are listed.
var Rights = []Right{Access, Portability, Rectification, Erasure, Restriction, Lift, Objection, Withdrawal}

// Destroys says whether carrying it out takes data away.
func (r Right) Destroys() bool { return r == Erasure || r == Objection || r == Withdrawal }

// Free says whether it never costs anything (Code B.IX.5).
func (r Right) Free() bool { return r == Objection || r == Withdrawal }

// Mutates says whether carrying it out changes any system.
func (r Right) Mutates() bool { return r != Access && r != Portability }

// Request is one request; its JSON form is documented with the interfaces. It never changes after it is
// approved; what happens to it is appended as events. Marshalled by [Request.Canonical] alone it shows its identifiers.
type Request struct {
	ID          string            `json:"id"`
	Right       Right             `json:"right"`
	Controller  string            `json:"controller,omitempty"`
	Subject     Subject           `json:"subject"`
	Requester   *Requester        `json:"requester,omitempty"`
	ReceivedAt  time.Time         `json:"received_at"`
	Asked       *Asked            `json:"asked,omitempty"`
	Identity    *Identity         `json:"identity,omitempty"`
	Ground      string            `json:"ground,omitempty"` // art17_1_a … f, art18_1_a … d, art21_1, art21_2
	Scope       *Scope            `json:"scope,omitempty"`
	Keep        []Keep            `json:"keep,omitempty"`
	Corrections []Correction      `json:"corrections,omitempty"`
	Statement   *Statement        `json:"statement,omitempty"`
	Restriction *RestrictionTerms `json:"restriction,omitempty"`
	Transfer    *Transfer         `json:"transfer,omitempty"`
	Instruction *Instruction      `json:"instruction,omitempty"`
	Reply       *Reply            `json:"reply,omitempty"`
	Callback    string            `json:"callback,omitempty"`
}

// Subject is the person, by the identifiers the case system gave.
type Subject struct {
	Identifiers []subject.Identifier `json:"identifiers"`
}

// Requester acts for the person, or is the person (self).
type Requester struct {
	Capacity  string         `json:"capacity"` // self parent guardian proxy heir next_of_kin
	Authority *Authority     `json:"authority,omitempty"`
	Name      subject.Secret `json:"name,omitzero"`
}

// Authority is on what a representative acts, and for which rights.
type Authority struct {
	Document string     `json:"document"`
	Covers   []Right    `json:"covers"`
	SeenAt   *time.Time `json:"seen_at,omitempty"`
}

// Asked is how the request came.
type Asked struct {
	Channel string `json:"channel"` // office post email edelivery form self_service
}

// Identity is how and when the person's identity was established (art. 12(6)).
type Identity struct {
	VerifiedAt *time.Time `json:"verified_at,omitempty"`
	Method     string     `json:"method,omitempty"` // document_seen two_answers trusted_profile qualified_signature account known_in_person
}

// Scope is which data. All is everything, said aloud.
type Scope struct {
	All        bool     `json:"all,omitempty"`
	Systems    []string `json:"systems,omitempty"`
	Purposes   []string `json:"purposes,omitempty"`
	Categories []string `json:"categories,omitempty"`
}

// Keep is an exception the case system decided: this purpose holds until that day.
type Keep struct {
	Purpose string `json:"purpose"`
	Ground  string `json:"ground"` // art17_3_a … e
	Until   string `json:"until"`  // 2006-01-02, the last day of keeping
}

// Correction replaces one value of a category, wherever it is held (art. 16).
type Correction struct {
	Category string         `json:"category"`
	From     subject.Secret `json:"from"`
	To       subject.Secret `json:"to"`
}

// Statement completes what is incomplete (art. 16, second sentence).
type Statement struct {
	Category string         `json:"category"`
	Text     subject.Secret `json:"text"`
}

// RestrictionTerms tie a lift to its restriction, a restriction to its review, and an erasure to the restriction the person gives
// up for it.
type RestrictionTerms struct {
	Of           string     `json:"of,omitempty"`
	ReviewBy     *time.Time `json:"review_by,omitempty"`
	NoticeSentAt *time.Time `json:"notice_sent_at,omitempty"`
}

// Transfer sends a portability package to another controller (art. 20(2)).
type Transfer struct {
	To           string     `json:"to"`
	RecipientKey string     `json:"recipient_key"`
	ConsentAt    *time.Time `json:"consent_at,omitempty"`
}

// Instruction of the controller we are processor for (art. 28(3)).
type Instruction struct {
	Controller string     `json:"controller"`
	Reference  string     `json:"reference"`
	At         *time.Time `json:"at,omitempty"`
}

// Reply is where and in which language the answer goes.
type Reply struct {
	Channel  string         `json:"channel,omitempty"`
	Address  subject.Secret `json:"address,omitzero"`
	Language string         `json:"language,omitempty"`
}
