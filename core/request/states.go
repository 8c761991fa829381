package request

// State is where a request stands.
type State string

// The states.
const (
	Received  State = "received"
	Waiting   State = "waiting"
	Planned   State = "planned"
	Approved  State = "approved"
	Running   State = "running"
	Done      State = "done"
	Refused   State = "refused"
	Cancelled State = "cancelled"
)

// Closed says whether nothing follows.
func (s State) Closed() bool { return s == Done || s == Refused || s == Cancelled }

// Wait is what a waiting request waits for.
type Wait string

// The waiting codes.
const (
	ForIdentity      Wait = "identity"
	ForScope         Wait = "scope"
	ForClarification Wait = "clarification"
	ForFee           Wait = "fee"
	ForApproval      Wait = "approval"
	ForNotice        Wait = "notice"
	ForPerson        Wait = "person"
	ForStore         Wait = "store"
	ForSpace         Wait = "space"
	ForPool          Wait = "pool"
	ForSettle        Wait = "settle"
	ForWindow        Wait = "window"
)

// Outcome is how a request ended.
type Outcome string

// The outcomes.
const (
	Fulfilled      Outcome = "fulfilled"
	Partly         Outcome = "partly"
	NothingHeld    Outcome = "nothing_held"
	OutcomeRefused Outcome = "refused"
	LeftUnexamined Outcome = "left_unexamined" // Code B.I.12: needs a notice
	Referred       Outcome = "referred"        // held as processor for another controller
)

// Flags of a request.
const (
	FlagRepeated = "repeated"
	FlagDueSoon  = "due_soon"
	FlagOverdue  = "overdue"
)

// Codes of what a person must look at.
const (
	AttentionCandidate  = "candidate"
	AttentionReview     = "review"
	AttentionConflict   = "conflict"
	AttentionReusedKey  = "reused_key"
	AttentionLateRows   = "late_rows"
	AttentionBreach     = "possible_breach"
	AttentionMinor      = "minor"
	AttentionDeceased   = "deceased"
	AttentionGuard      = "guard"
	AttentionNoDate     = "unknown_date"
	AttentionCheckDigit = "check_digit" // a PESEL whose check digit does not fit: a slip of the pen, or one of the few issued so
	AttentionNoReview   = "no_review_date"
)
