// Package plan is what would be done, as values: per system and collection the actions with their
// counts, reasons and ceilings, who would be told, and what a person has to do. A plan holds no
// identifier of the subject and no value of a row. Making one changes nothing; an approval signs its digest.
package plan

import "time"

// Format of a plan's JSON form.
const Format = "dossier.plan/v1"

// Plan is the dry run of one request.
type Plan struct {
	Format  string `json:"format"`
	Digest  string `json:"digest"` // sha256:… of [Plan.Bound]
	Request string `json:"request"`
	Right   string `json:"right"`
	Ground  string `json:"ground,omitempty"`
	Due     *Due   `json:"due,omitempty"` // of what an earlier erasure kept
	// Supplements is the digest of the plan whose systems it takes up again.
	Supplements string    `json:"supplements,omitempty"`
	AsOf        time.Time `json:"as_of"` // the instant all cut-offs were computed from, in the controller's zone
	ExpiresAt   time.Time `json:"expires_at"`
	Complete    bool      `json:"complete"`           // every system was reached
	Applicable  bool      `json:"applicable"`         // may be carried out as it is
	Blockers    []string  `json:"blockers,omitempty"` // why not, in words with the command that helps

	// What the digest binds beside the classes.
	Commitment string      `json:"commitment"` // HMAC-SHA-256 of the canonical request under a random salt
	Map        string      `json:"map"`
	Connectors []Connector `json:"connectors"`

	FoundBy    []FoundBy   `json:"found_by"` // how the person was found
	Systems    []System    `json:"systems"`
	Candidates []Candidate `json:"candidates,omitempty"`
	Decisions  []Decision  `json:"decisions,omitempty"` // of people, on what planning could not decide
	Recipients []Recipient `json:"recipients,omitempty"`
	Tasks      []Task      `json:"tasks,omitempty"`
	Attention  []Attention `json:"attention,omitempty"`
	Totals     []Total     `json:"totals"`
	Warnings   []string    `json:"warnings,omitempty"`
	Rehearsal  []Rehearsal `json:"rehearsal,omitempty"`
}

// Due says what a plan takes up: what the plan of an earlier request kept until a day that has passed. It was approved with that plan.
type Due struct {
	Of    string   `json:"of"` // the request
	Items []string `json:"items"`
}

// Connector is what will carry the plan out; another binary makes it another plan.
type Connector struct {
	System  string `json:"system"`
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256,omitempty"`
}

// FoundBy says in which system which kinds of identifier led to the person.
type FoundBy struct {
	System string   `json:"system"`
	Kinds  []string `json:"kinds"`
}

// System is one system's part.
type System struct {
	Name        string       `json:"name"`
	Label       string       `json:"label"`
	Reached     bool         `json:"reached"`
	Unreached   string       `json:"unreached,omitempty"`     // why, without an address: "connection refused"
	LeftOut     bool         `json:"left_out,omitempty"`      // --without: for a plan of its own
	Manual      bool         `json:"manual,omitempty"`        // paper: a person looks, how many rows there are nobody knows before
	Roots       int64        `json:"roots"`                   // rows that name the person
	RootsDigest string       `json:"roots_digest,omitempty"`  // keyed hash of the sorted root keys: who
	Transaction string       `json:"transaction,omitempty"`   // "one" or "slices": the form apply takes
	Backups     string       `json:"backups_until,omitempty"` // what is erased lives in backups until that day
	PooledUntil string       `json:"pooled_until,omitempty"`  // approved on the day of the plan, it waits for other requests there until that day
	Collections []Collection `json:"collections"`
}

// Collection is one collection's part.
type Collection struct {
	Name    string   `json:"name"`
	Label   string   `json:"label"`
	Total   int64    `json:"total"` // the person's rows found there
	Actions []Action `json:"actions"`
}

// Act is what is done with rows; the word is the one shown.
type Act string

// The acts.
const (
	Export       Act = "export"
	Review       Act = "review"
	Withhold     Act = "withhold"
	Delete       Act = "delete"
	Anonymise    Act = "anonymise"
	Correct      Act = "correct"
	Supplement   Act = "supplement"
	Mark         Act = "mark"
	Block        Act = "block"
	Move         Act = "move"
	Lift         Act = "lift"
	Recount      Act = "recount"
	Keep         Act = "keep"
	Refer        Act = "refer"
	Manual       Act = "manual"
	NothingFound Act = "nothing_found"
)

// Changes says whether the act alters a system.
func (a Act) Changes() bool {
	switch a {
	case Delete, Anonymise, Correct, Supplement, Mark, Block, Move, Lift, Recount:
		return true
	}
	return false
}

// Action is one class of rows with one fate.
type Action struct {
	Action  Act      `json:"action"`
	Rows    int64    `json:"rows"`
	Ceiling int64    `json:"ceiling,omitempty"` // apply aborts in its transaction above it
	Reason  Reason   `json:"reason"`
	Until   *Until   `json:"until,omitempty"`  // keep
	Shell   bool     `json:"shell,omitempty"`  // kept, or reduced, only because it leads to a kept row
	Fields  []string `json:"fields,omitempty"` // anonymise: the fields that change; keep: none
	Detail  string   `json:"detail,omitempty"` // "36 files are rewritten"
}

// Reason is why, for the operator and the subject.
type Reason struct {
	Code    string `json:"code"`              // one of the Reason codes of this package
	Purpose string `json:"purpose,omitempty"` // its name in the map
	Law     string `json:"law,omitempty"`
	Label   string `json:"label,omitempty"`   // in the first language of the map
	Explain string `json:"explain,omitempty"` // one line
	Since   string `json:"since,omitempty"`   // period over since this day (2006-01-02), the latest of the class
}

// The reason codes.
const (
	PeriodOver      = "period_over"   // retention lapsed
	NoRule          = "no_rule"       // no purpose's rule is about it
	Withdrawn       = "withdrawn"     // consent withdrawn, art. 17(1)(b)
	Objected        = "objected"      // art. 17(1)(c)
	Unlawful        = "unlawful"      // art. 17(1)(d), (e), (f)
	GoesWith        = "goes_with"     // follows the row that owns it
	CopyOf          = "copy_of"       // derived
	Reference       = "reference"     // another row's reference to what goes
	Counter         = "counter"       // recounted
	Retention       = "retention"     // held for a purpose until a day
	Exception       = "exception"     // art. 17(3)
	OtherPurpose    = "other_purpose" // the ground does not reach this purpose
	NotBegun        = "not_begun"     // the date it counts from is not there yet
	DateUnknown     = "date_unknown"  // the date cannot be read; never lapses
	Shared          = "shared"        // another person owns it too
	LeadsToKept     = "leads_to_kept" // shell
	OutOfScope      = "out_of_scope"
	Processor       = "processor"        // held for another controller, on whose behalf we process it (art. 28)
	OtherController = "other_controller" // another controller of the map answers for it
	Requested       = "requested"        // access, portability: asked for
	NotPortable     = "not_portable"
	ThirdPerson     = "third_person"
	NeedsReview     = "needs_review"
	NotSearchable   = "not_searchable"
	HeldElsewhere   = "restricted" // held by a restriction

	Rectified    = "rectified"     // art. 16: the old value is replaced
	Completed    = "completed"     // art. 16: a supplementary statement is added
	Annotated    = "annotated"     // stays as it is, beside a statement
	Already      = "already"       // holds the new value
	Conflict     = "conflict"      // holds neither the old nor the new value
	ByHand       = "by_hand"       // corrected by a person, as the map says
	NotCorrected = "refuse"        // stays as it is, as the map says
	ToBeErased   = "to_be_erased"  // an open erasure takes it away
	Consent      = "consent_proof" // that consent was given and withdrawn (art. 7(1))
	NotReached   = "not_reached"   // an objection or a withdrawal does not end this purpose
)

// Until is the end of keeping: one of the three.
type Until struct {
	Date      string `json:"date,omitempty"` // the last day, 2006-01-02
	Event     string `json:"event,omitempty"`
	Criterion string `json:"criterion,omitempty"`
}

// Candidate is a row that may be the person's: matched by shared identifiers alone, and nobody has said yet whose it is. Nothing is done with it.
type Candidate struct {
	System     string   `json:"system"`
	Collection string   `json:"collection"`
	Rows       int64    `json:"rows"`
	Matched    []string `json:"matched"` // kinds
	Why        string   `json:"why"`     // "the same e-mail stands on another person's row"
}

// Attention is something a person must look at, with a code.
type Attention struct {
	Code       string `json:"code"` // conflict guard unknown_date deceased minor …
	System     string `json:"system,omitempty"`
	Collection string `json:"collection,omitempty"`
	Rows       int64  `json:"rows,omitempty"`
	Text       string `json:"text"`
	Blocks     bool   `json:"blocks"`         // the plan is not applicable while it stands
	Asks       bool   `json:"asks,omitempty"` // the plan wants an approval, whatever the map says of its right
}

// Recipient is one line of the art. 19 list, made before anything goes.
type Recipient struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	How       string `json:"how"` // email, webhook, task, exempt
	Detail    string `json:"detail,omitempty"`
	Processor bool   `json:"processor,omitempty"`
	KnownFrom string `json:"known_from"` // disclosure_log, map
	Rows      int64  `json:"rows"`
}

// Task is what a person has to do by hand.
type Task struct {
	System     string `json:"system,omitempty"`
	Collection string `json:"collection,omitempty"`
	Kind       string `json:"kind"` // manual, review, candidate, conflict …
	Department string `json:"department,omitempty"`
	By         string `json:"by,omitempty"` // 2006-01-02
	Text       string `json:"text"`
}

// Total is the number of rows of one act.
type Total struct {
	Action Act   `json:"action"`
	Rows   int64 `json:"rows"`
}

// Rehearsal is what running the statements and rolling them back showed.
type Rehearsal struct {
	System string   `json:"system"`
	Locks  int64    `json:"row_locks,omitempty"`
	Held   string   `json:"held,omitempty"` // how long the rows were locked
	Notes  []string `json:"notes,omitempty"`
	// Failed is what stood in the way, with the edge of the map that would fix it; the plan cannot be applied. Skipped is why nothing was
	// tried, or not to its end. Both empty: all statements fit.
	Failed  string `json:"failed,omitempty"`
	Skipped string `json:"not_rehearsed,omitempty"`
}

// Asks says whether something in the plan is for a person to decide by approving it, whatever the map says of its right.
func (p *Plan) Asks() bool {
	for _, a := range p.Attention {
		if a.Asks {
			return true
		}
	}
	return false
}
