package request

import (
	"io"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

// EventType is what happened to a request outside the executor, or is to be remembered of it.
type EventType string

// The events that may be noted.
const (
	IdentityAsked        EventType = "identity_asked"
	IdentityGiven        EventType = "identity_given"
	ClarificationAsked   EventType = "clarification_asked"
	ClarificationGiven   EventType = "clarification_given"
	FeeTold              EventType = "fee_told"
	FeePaid              EventType = "fee_paid"
	FeeWaived            EventType = "fee_waived"
	Extended             EventType = "extended"  // notice of two more months sent (art. 12(3))
	Withdrawn            EventType = "withdrawn" // the request, by the person
	Complained           EventType = "complained"
	ComplaintClosed      EventType = "complaint_closed"
	ProceedingOpened     EventType = "proceeding_opened"
	ProceedingClosed     EventType = "proceeding_closed"
	ReplySent            EventType = "reply_sent"
	ReplyDelivered       EventType = "reply_delivered"
	HandedOver           EventType = "handed_over"            // the copy arrived
	WaitWaived           EventType = "wait_waived"            // an erasure need not wait for the copy
	NoticeSent           EventType = "notice_sent"            // before a lifting (art. 18(3))
	RestrictionGivenUp   EventType = "restriction_given_up"   // the person wants the erasure rather than the restriction
	ObjectionUpheld      EventType = "objection_upheld"       // the controller's decision on an objection
	ObjectionRejected    EventType = "objection_rejected"     // with its reasons
	DeathKnown           EventType = "death_known"            // stop, a person decides
	RecipientsAsked      EventType = "recipients_asked"       // art. 19, second sentence
	RecipientsGiven      EventType = "recipients_given"       //
	LeftUnexaminedNotice EventType = "left_unexamined_notice" // Code B.I.12
)

// EventTypes in the order they are listed.
var EventTypes = []EventType{IdentityAsked, IdentityGiven, ClarificationAsked, ClarificationGiven, FeeTold, FeePaid, FeeWaived, Extended, Withdrawn, Complained,
	ComplaintClosed, ProceedingOpened, ProceedingClosed, ReplySent, ReplyDelivered, HandedOver, WaitWaived, NoticeSent, RestrictionGivenUp, ObjectionUpheld,
	ObjectionRejected, DeathKnown, RecipientsAsked, RecipientsGiven, LeftUnexaminedNotice}

// RefusalReasons are the codes of why a request is not carried out; the letter has words for each (art. 12(4); Code B.I.11, B.I.12).
var RefusalReasons = []string{"manifestly_unfounded", "excessive", "repeated", "identity", "unclear", "fee_unpaid", "secret", "deceased", "no_ground", "legal_obligation",
	"claims", "overriding_grounds", string(LeftUnexamined), "other"}

// ExtensionReasons are those art. 12(3) knows.
var ExtensionReasons = []string{"complex", "number"}

// Event is one of them. It is appended to its request; the request itself never changes.
type Event struct {
	Type    EventType      `json:"type"`
	At      time.Time      `json:"at"`                // when it happened
	Reason  string         `json:"reason,omitempty"`  // extended: complex or number; else a code of the case system
	Channel string         `json:"channel,omitempty"` // how it was sent or came
	Routine bool           `json:"routine,omitempty"` // identity_asked: a check every request gets; it stops nothing
	Ref     string         `json:"ref,omitempty"`     // the case system's own mark; tells two events of one kind and instant apart
	Text    subject.Secret `json:"text,omitzero"`     // wording; kept sealed
}

// ParseEvent reads one event from JSON as strictly as [Parse] reads a request.
func ParseEvent(r io.Reader) (*Event, Problems) {
	e := new(Event)
	ps := decode(r, e)
	if len(ps) == 0 {
		ps = e.check()
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return e, nil
}

func (e *Event) check() Problems {
	var ps Problems
	if e.Type == "" {
		ps.add("/type", "is missing", "")
	} else if !slices.Contains(EventTypes, e.Type) {
		names := make([]string, len(EventTypes))
		for i, t := range EventTypes {
			names[i] = string(t)
		}
		ps.add("/type", "is no event", near(string(e.Type), names))
	}
	if e.At.IsZero() {
		ps.add("/at", "is missing", "when it happened")
	}
	if e.Type == Extended {
		oneOf(&ps, "/reason", e.Reason, ExtensionReasons, true)
	} else if e.Reason != "" && !kindPattern.MatchString(e.Reason) {
		ps.add("/reason", "is no code", "lower-case letters, digits and _; wording belongs in text, which is kept sealed")
	}
	if e.Channel != "" {
		oneOf(&ps, "/channel", e.Channel, append(slices.Clone(Channels), "collection"), false)
	}
	if e.Ref != "" && (!idPattern.MatchString(e.Ref) || eleven.MatchString(e.Ref)) {
		ps.add("/ref", "may hold 1 to 64 of A-Z a-z 0-9 . _ -, and no 11 digits in a row", "")
	}
	if e.Routine && e.Type != IdentityAsked {
		ps.add("/routine", "belongs to identity_asked", "leave it out")
	}
	return ps
}

// CheckEvent says why an event cannot follow what is known of a request: it lies in the future or before the reception, answers what
// nobody asked, or extends what can be extended no more. Zone and country are the controller's.
func CheckEvent(r *Request, before []Event, e Event, now time.Time, zone *time.Location, country string) Problems {
	var ps Problems
	if e.At.After(now.Add(slack)) {
		ps.add("/at", "lies in the future", "")
	}
	if e.At.Before(r.ReceivedAt) && e.Type != IdentityGiven {
		ps.add("/at", "lies before the request was received", "")
	}
	asks := map[EventType]EventType{ClarificationGiven: ClarificationAsked, FeePaid: FeeTold, FeeWaived: FeeTold, ComplaintClosed: Complained,
		ProceedingClosed: ProceedingOpened, RecipientsGiven: RecipientsAsked, ReplyDelivered: ReplySent}
	if asked, ok := asks[e.Type]; ok && !has(before, asked) {
		ps.add("/type", "there was no "+string(asked)+" before it", "")
	}
	if e.Type == Extended {
		switch last := r.Due(before, zone, country).ExtendBy; {
		case has(before, Extended):
			ps.add("/type", "the time was extended already", "art. 12(3) knows one extension")
		case day(e.At.In(zone)).After(last):
			ps.add("/at", "lies after "+last.Format(time.DateOnly)+", the last day of the first month", "an extension told later extends nothing")
		}
	}
	return ps
}

func has(events []Event, t EventType) bool {
	return slices.ContainsFunc(events, func(e Event) bool { return e.Type == t })
}

// open says whether the last asking is later than the last answer.
func open(events []Event, asked EventType, answers ...EventType) bool {
	var a, b time.Time
	for _, e := range events {
		if e.Type == asked && e.At.After(a) {
			a = e.At
		}
		if slices.Contains(answers, e.Type) && e.At.After(b) {
			b = e.At
		}
	}
	return !a.IsZero() && !b.After(a)
}

// Suspends says why a request's record must not be forgotten while these events stand (Desk 5-6); "" nothing does.
func Suspends(events []Event) string {
	if open(events, Complained, ComplaintClosed) {
		return "a complaint is pending"
	}
	if open(events, ProceedingOpened, ProceedingClosed) {
		return "a proceeding is pending"
	}
	return ""
}
