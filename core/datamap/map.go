// Package datamap is the data map: what an organisation holds about people, where, why and for how
// long. One map is a folder with controller.yaml and a file for each system. [Load] reads it and
// reports every mistake at once, with its place; everything else in core works on the values here.
package datamap

import (
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

// Map is a whole data map, resolved: names have become pointers, defaults are filled in.
type Map struct {
	Dir         string
	Digest      string // sha256:… over the files that make it, by name and content
	Controllers []*Controller
	Authority   Authority
	Languages   []string // the first answers requests that name none
	Zone        *time.Location
	Country     string // ISO 3166, for holidays
	Identifiers map[string]*Identifier
	Categories  map[string]*Category // built-in ones included
	Purposes    map[string]*Purpose
	Recipients  map[string]*Recipient
	Sources     map[string]*Source
	Approval    map[string]string // right → nobody, anybody, another_person; every right is present
	DueApproval string            // the same for what has come due
	LiftNotice  Period
	Tombstone   Tombstone
	Requests    KeptBecause
	Systems     []*System // in the order of their file names
}

// Controller decides why data is held. Most maps have one.
type Controller struct {
	ID      string // its short name where the map has several, else ""
	Name    string
	Contact Contact
	DPO     *Contact // nil: none appointed
	Pos     Pos
}

// Contact is printed on every answer.
type Contact struct{ Name, Address, Email, Phone string }

// Authority is the supervisory authority a person may complain to (art. 77).
type Authority struct {
	Name, Address, Site Label
	CheckedOn           string // the day name and address were last checked
}

// Identifier is a kind of identifier with what a reader is told of it.
type Identifier struct {
	subject.Kind
	Label    Label
	Category *Category
	Pos      Pos
}

// Category says what a value is.
type Category struct {
	Name    string
	Label   Label
	DPV     string // W3C Data Privacy Vocabulary term, prefixed: pd:Name
	Special bool   // art. 9
	BuiltIn bool
}

// Source is where data came from, if not from the person (art. 15(1)(g)).
type Source struct {
	Name   string
	Label  Label
	Public bool
}

// Recipient is to whom data is disclosed (art. 4(9), 15(1)(c), 19).
type Recipient struct {
	Name, Title string // id in the map; the name people know
	Category    Label
	Role        string // controller, joint, processor
	Country     string // outside the EEA; "" inside
	Safeguard   string // adequacy, scc, bcr, code, derogation
	Reference   string // of the safeguard
	Notify      Notify
	Exempt      *Exempt
	NotOne      string // art4_9: an authority in an inquiry, not a recipient
	Pos         Pos
}

// Notify is how a recipient is told (art. 19). One of the three.
type Notify struct{ Email, Webhook, Secret, Task string }

// Exempt is why a recipient is not told (art. 19; Code B.VII.4).
type Exempt struct {
	Letter    string // a not visible to it, b dissolved, c no longer processed
	Limb      string // impossible, disproportionate
	Evidence  string
	Because   Label
	DecidedBy string
}

// Tombstone is what is kept after an erasure (Code B.V.7).
type Tombstone struct {
	Reerase   *Period           // nil: longest backup + 30 days
	Proof     Period            // counted from the day of erasure
	Because   string            // why, for Proof
	Basis     string            // art6_1_f unless said
	Plain     map[string]string // opted-in plain field → reason
	RootMarks bool
}

// KeptBecause is a period with its reason.
type KeptBecause struct {
	Keep    Period
	Because string
}

// Label is a text by language.
type Label map[string]string

// In is the text in lang, else in any of the fallbacks, else some text.
func (l Label) In(lang string, fallback ...string) string {
	for _, x := range append([]string{lang}, append(fallback, "en", "pl")...) {
		if t := l[x]; t != "" {
			return t
		}
	}
	for _, t := range l {
		return t
	}
	return ""
}

// Pos is a place in a file of the map, for messages: file:line:col.
type Pos struct {
	File      string
	Line, Col int
}
