package sample

import "time"

// Patient is one person and everything the stores hold of them. A text that is empty is NULL, or is not there at all where a store has no NULL. Days
// are ISO 8601 texts in [Zone].
type Patient struct {
	About string // of the cast: why they are here

	ID                          int64
	No, PESEL, PayerNo          string
	Email, Phone                string
	First, Last                 string
	Born, Died, LastContact     string
	Kind                        string // of the record: ordinary, child, injury
	Guardian                    string
	Authorised, AuthorisedPhone string
	Address, IBAN               string // on invoices
	Statement                   string // what she had added to her record
	Newsletter                  string // topics; the list is the site's
	Visits                      []Visit
	Referrals                   []Referral
	Plans                       []Plan
	Guarantees                  []Guarantee
	Disputes                    []Dispute
	Disclosures                 []Disclosure
	Invoices                    []Invoice
	Appointments                []Appointment
	Threads                     []Thread
	Photos                      []Photo
	XRays                       []XRay
	Doses                       []Dose
	Orders                      []Order    // made for another practice
	Questions                   []Question // asked on the site
	Charts                      bool       // a paper chart lies in the cabinet
}

// Visit is one, with what was entered in the record at it.
type Visit struct {
	ID                 int64
	At                 time.Time
	Doctor             int64
	Service, Complaint string
	Entries            []Entry
}

// Entry is one of the medical record.
type Entry struct {
	No                       int
	At                       time.Time
	Diagnosis, Text, Private string
	Findings                 string // JSON
}

// Referral is one the clinic issued or was given.
type Referral struct{ No, Issued, Served, Outcome, By string }

// Plan is a contract of orthodontic treatment; one that has not ended has no end.
type Plan struct{ No, Started, Ended, Appliance string }

// Guarantee is one on prosthetic work.
type Guarantee struct{ No, Given, Work string }

// Dispute is one that is pending.
type Dispute struct{ No, Opened, Subject string }

// Disclosure says who was told what.
type Disclosure struct{ Recipient, Sent string }

// Order is an examination another practice ordered, of a person it names by PESEL.
type Order struct{ No, Region, Made string }

// Invoice is one with its lines.
type Invoice struct {
	Series   string
	Number   int64
	Tax, Due string // Tax may be the zero date
	Total    int64  // grosze
	State    string
	Items    []Item
}

// Item is a line of an invoice.
type Item struct {
	Service string
	Price   int64 // grosze
}

// Appointment is one; Starts is a time, or a text that is none.
type Appointment struct {
	Starts           any
	Reason, BookedBy string
}

// Thread is a conversation, which several people write in.
type Thread struct {
	Topic    string
	Closed   time.Time // zero: open
	Messages []Message
}

// Message is one: of the patient who opened the thread where Author is empty, of the clinic where it is "-", else of the patient of that number.
type Message struct {
	No     int
	Author string
	At     time.Time
	Text   string
}

// Photo is a file somebody sent in.
type Photo struct {
	Name     string
	At       time.Time
	Contents []byte
}

// XRay is an image kept apart from the record.
type XRay struct {
	No, Taken string
	Contents  []byte
	Earlier   []byte // what it was before it was developed anew: an older version of the object
	Discarded bool   // somebody deleted it, in a bucket that keeps versions
}

// Dose is a row of a month's export.
type Dose struct {
	Day string
	MGy float64
}

// Question is one asked on the site, by who has no patient number there.
type Question struct {
	At   time.Time
	Text string
}
