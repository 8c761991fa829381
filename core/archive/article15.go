package archive

import "time"

// Article15 is what a person is told beside the data: arts. 15(1)(a)-(h), 15(2), 15(3)-(4), 12(4). All texts are in
// the language of the package and name labels only. In a portable copy it says whose data it is and what was left
// out; article15.json is then not written. [Article15From] assembles one.
type Article15 struct {
	Context   string    `json:"@context"` // set when written
	Type      string    `json:"@type"`    // set when written
	Language  string    `json:"language"`
	Request   string    `json:"request"`
	AsOf      time.Time `json:"as_of"`
	Processed bool      `json:"processed"` // data is processed at all, beside the request itself

	Controllers []Party  `json:"controllers"`
	DPO         *Party   `json:"dpo,omitempty"`
	Joint       []string `json:"joint_arrangement,omitempty"` // in essence (art. 26(2))

	Searched []Place  `json:"searched"`
	Found    []Place  `json:"found"`
	NotYet   []Place  `json:"not_yet,omitempty"`
	FoundBy  []string `json:"found_by"` // labels of the kinds of identifier used

	Purposes   []Purpose   `json:"purposes"`             // (a), (d)
	Categories []Category  `json:"categories"`           // (b), (g)
	Recipients []Recipient `json:"recipients"`           // (c)
	Planned    []Recipient `json:"planned,omitempty"`    // (c), who will be
	Transfers  []Transfer  `json:"transfers,omitempty"`  // 15(2)
	Rights     []Right     `json:"rights"`               // (e)
	Authority  Authority   `json:"authority"`            // (f)
	Decisions  []Decision  `json:"decisions,omitempty"`  // (h); empty: none
	LeftOut    []LeftOut   `json:"left_out,omitempty"`   // 15(4), 20(4)
	Restricted []Limited   `json:"restricted,omitempty"` // 18
	Own        []Own       `json:"own,omitempty"`        // what the executor itself keeps: a system of every map
	Erased     []Erased    `json:"erased,omitempty"`     // earlier erasures, and those under way
}

// Party is a controller or a DPO.
type Party struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Email   string `json:"email,omitempty"`
	Phone   string `json:"phone,omitempty"`
}

// Place is a system, by its label.
type Place struct {
	Label  string `json:"label"`
	Until  string `json:"until,omitempty"`  // not yet: the day a result is promised, 2006-01-02
	Reason string `json:"reason,omitempty"` // not yet: in words that tell nothing of how the system is built
}

// Purpose is why data is processed, on which basis and how long.
type Purpose struct {
	Name     string   `json:"name"`
	Explain  string   `json:"explain,omitempty"`
	Bases    []string `json:"legal_basis"`        // eu-gdpr:A6-1-c
	Basis    string   `json:"legal_basis_text"`   // "art. 6 ust. 1 lit. c RODO"
	Law      string   `json:"law,omitempty"`      // the provision beside the GDPR
	Interest string   `json:"interest,omitempty"` // legitimate interest pursued, art. 6(1)(f)
	Kept     Kept     `json:"kept"`
	For      string   `json:"for,omitempty"` // joint controller
}

// Kept is until when: a day or a range of days for this person's data, or the criterion.
type Kept struct {
	From string `json:"earliest_end,omitempty"` // 2006-01-02, the last day of keeping of what goes first
	To   string `json:"latest_end,omitempty"`
	Over string `json:"ended,omitempty"` // the latest day on which the period of something still held was over
	Text string `json:"text"`            // in words; always there
	Law  string `json:"law,omitempty"`
}

// Category is a kind of data with what the person has of it.
type Category struct {
	Name    string   `json:"name"`
	DPV     string   `json:"term,omitempty"` // pd:EmailAddress
	Count   int64    `json:"count"`          // values
	Special bool     `json:"special,omitempty"`
	Places  []string `json:"places"`  // labels of systems
	Sources []Source `json:"sources"` // (g)
}

// Source is where a category came from.
type Source struct {
	Kind string `json:"kind,omitempty"` // dpv:ProvidedPersonalData …; "" a source of its own
	Text string `json:"text"`
}

// Recipient is one to whom data was disclosed.
type Recipient struct {
	Name       string   `json:"name"`
	Category   string   `json:"category,omitempty"`
	Role       string   `json:"role,omitempty"` // in words
	First      string   `json:"since,omitempty"`
	Last       string   `json:"last,omitempty"`
	What       []string `json:"what,omitempty"` // labels of collections or categories
	FromRecord bool     `json:"from_record"`    // a disclosure log says so; else it is who receives such data
}

// Transfer is a disclosure outside the European Economic Area.
type Transfer struct {
	Country    string `json:"country"`
	Recipient  string `json:"recipient"`
	Ground     string `json:"ground"`
	Instrument string `json:"instrument,omitempty"`
}

// Right is one that applies to this person's data.
type Right struct {
	Term string `json:"right"` // eu-gdpr:A16
	Text string `json:"text"`
}

// Authority is where a complaint may be lodged (art. 77).
type Authority struct {
	Name      string `json:"name"`
	Address   string `json:"address,omitempty"`
	Site      string `json:"site,omitempty"`
	CheckedOn string `json:"checked_on,omitempty"`
}

// Decision is automated decision-making or profiling (art. 15(1)(h), 22).
type Decision struct {
	Kind         string `json:"kind"` // dpv:Profiling, dpv:AutomatedDecisionMaking
	Purpose      string `json:"purpose"`
	Logic        string `json:"logic"`
	Consequences string `json:"consequences"`
}

// LeftOut is what the copy does not hold, and why.
type LeftOut struct {
	What   string `json:"what"` // a kind of data, by its label
	Count  int64  `json:"count,omitempty"`
	Why    string `json:"why"`
	Law    string `json:"law,omitempty"`
	Later  string `json:"later,omitempty"`         // where it is still being looked at: the day of the answer, 2006-01-02
	Reason string `json:"justification,omitempty"` // justifications:ThirdPartyRightsImpaired
}

// Limited is data under restriction, which the copy marks.
type Limited struct {
	What   string `json:"what"`
	Since  string `json:"since"` // 2006-01-02
	Ground string `json:"ground"`
}

// Own is something the executor itself keeps.
type Own struct {
	What    string `json:"what"`
	System  string `json:"system,omitempty"` // the register of requests, by its label
	Purpose string `json:"purpose,omitempty"`
	Basis   string `json:"basis,omitempty"`
	Until   string `json:"until,omitempty"` // 2006-01-02
	End     string `json:"end,omitempty"`   // in words, where there is no day
	Why     string `json:"why,omitempty"`
}

// Erased is an erasure of this person's data: what a copy shows after it, or while it goes on, is what remains.
type Erased struct {
	Request string `json:"request"`
	On      string `json:"on"` // 2006-01-02: the day it was verified; while it goes on, the day it began
	Done    bool   `json:"done"`
}

// NothingUntil is until when the record of this request is kept; "" where nothing is said of it.
func (a *Article15) NothingUntil() string {
	if len(a.Own) == 0 {
		return ""
	}
	return a.Own[0].Until
}
