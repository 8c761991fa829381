package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Facts is what a receipt attests of a request. It holds no personal data: the person is behind the number.
type Facts struct {
	Request    string        `json:"request"`
	Number     string        `json:"number,omitempty"`
	Controller string        `json:"controller,omitempty"`
	Right      string        `json:"right"`
	Ground     string        `json:"ground,omitempty"`
	Due        *DueFacts     `json:"due,omitempty"`
	Outcome    string        `json:"outcome"`
	ReceivedAt time.Time     `json:"received_at,omitzero"`
	ClosedAt   time.Time     `json:"closed_at,omitzero"`
	Map        string        `json:"map,omitempty"`
	Plans      []PlanFacts   `json:"plans,omitempty"`
	Systems    []SystemFacts `json:"systems"`
	Kept       []KeptFacts   `json:"kept,omitempty"`
	Recipients []NoticeFacts `json:"recipients,omitempty"`
	Decisions  []Decision    `json:"decisions,omitempty"`
	Letters    []LetterFacts `json:"letters,omitempty"`
	Tombstone  string        `json:"tombstone,omitempty"` // its state
}

// DueFacts says of which earlier request a receipt's erased what had come due.
type DueFacts struct {
	Of    string   `json:"of"`
	Items []string `json:"items"`
}

// PlanFacts names a plan that was carried out.
type PlanFacts struct {
	Digest     string      `json:"digest"`
	AsOf       time.Time   `json:"as_of"`
	ApprovedAt []time.Time `json:"approved_at,omitempty"`
}

// SystemFacts is what was done in one system, and how it is known.
type SystemFacts struct {
	Name        string       `json:"name"`
	State       string       `json:"state"` // settled, verified, kept, answered_for, refer …
	Counts      []CountFacts `json:"counts,omitempty"`
	VerifiedAt  time.Time    `json:"verified_at,omitzero"` // the first look after the work
	SettledAt   time.Time    `json:"settled_at,omitzero"`  // the second
	VerifiedBy  string       `json:"verified_by,omitempty"`
	AnsweredFor string       `json:"answered_for,omitempty"` // a person said so: the hash of the evidence
	Evidence    int          `json:"evidence,omitempty"`     // files handed in with that, kept sealed with the request
	Answer      string       `json:"answer,omitempty"`       // of paper: done, nothing_found or refused
	ConfirmedBy string       `json:"confirmed_by,omitempty"` // of paper: the person who said so

	Unproven []UnprovenFacts `json:"unproven,omitempty"` // of a restriction: what the looks do not prove
}

// UnprovenFacts says of restricted rows of one collection how many of them the account that cannot read or change them could not before,
// either.
type UnprovenFacts struct {
	Collection string `json:"collection"`
	Rows       int64  `json:"rows"`
	Unread     int64  `json:"unread,omitempty"`
	Unchanged  int64  `json:"unchanged,omitempty"`
}

// CountFacts is rows of one collection with one fate. Committed was acknowledged by the store; inferred was prepared and then found gone. A
// planned count is never one of them.
type CountFacts struct {
	Collection string `json:"collection"`
	Treatment  string `json:"treatment"`
	Committed  int64  `json:"committed"`
	Inferred   int64  `json:"inferred"`
}

// KeptFacts is what stays, why and until when.
type KeptFacts struct {
	System     string `json:"system"`
	Collection string `json:"collection"`
	Rule       string `json:"rule"`
	Law        string `json:"law,omitempty"`
	Until      string `json:"until,omitempty"`
	Count      int64  `json:"count"`
}

// Decision is what a person answered where planning or carrying out could not decide: whose rows were found, whether a request goes on, what
// was changed meanwhile.
type Decision struct {
	Kind       string    `json:"kind"` // of the task
	System     string    `json:"system,omitempty"`
	Collection string    `json:"collection,omitempty"`
	Items      int       `json:"items,omitempty"`    // decided about
	Except     int       `json:"except,omitempty"`   // of these, so many otherwise than the answer says
	Answer     string    `json:"answer"`             // done, nothing_found or refused
	Because    string    `json:"because,omitempty"`  // the hash of the reason
	Evidence   int       `json:"evidence,omitempty"` // files handed in, kept sealed with the request
	By         string    `json:"by"`
	At         time.Time `json:"at"`
}

// NoticeFacts is a recipient and how far telling it has come.
type NoticeFacts struct {
	Recipient string `json:"recipient"`
	Event     string `json:"event"`
	State     string `json:"state"`
}

// LetterFacts is a letter by its hash.
type LetterFacts struct {
	Letter  string    `json:"letter"`
	Version string    `json:"version"`
	SHA256  string    `json:"sha256"`
	SentAt  time.Time `json:"sent_at,omitzero"`
}

func canonical(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}
