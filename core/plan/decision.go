package plan

import "time"

// Decision is what a person answered to a question of planning, and this plan rests on. Why they did is kept with the task.
type Decision struct {
	Task       int64     `json:"task"`
	Kind       string    `json:"kind"` // candidate, conflict, minor, deceased
	System     string    `json:"system,omitempty"`
	Collection string    `json:"collection,omitempty"`
	Rows       int64     `json:"rows,omitempty"` // it was said of
	Answer     string    `json:"answer"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
}

// The answers.
const (
	Confirmed = "confirmed"  // of a candidate: it is this person's, and treated as such
	NotTheirs = "not_theirs" // of a candidate: it is not, and nothing is done with it
	GoesOn    = "goes_on"    // of anything else: the request is carried out nevertheless
	Stops     = "stops"      // it is not
)
