package request

import (
	"slices"
	"time"
)

// Prompt is within how many days of the reception a question must have been asked to stop the strict clock: without delay.
const Prompt = 7

// Dates are a request's due dates, as midnights in the zone of the reception; each is the last day.
type Dates struct {
	Strict   time.Time // art. 12(3) with Regulation 1182/71
	Code     time.Time // Code B.I.13: a new month from the last answer
	ExtendBy time.Time // the notice of an extension must be sent by this day
	Stopped  bool      // the strict clock stands: a question asked without delay is not answered yet; Strict is what it is so far
}

// Due computes both dates of a request with its events. Zone and country (ISO 3166, for holidays) are the controller's.
func (r *Request) Due(events []Event, zone *time.Location, country string) Dates {
	all := slices.Clone(events)
	if r.Identity != nil && r.Identity.VerifiedAt != nil && r.Identity.VerifiedAt.After(r.ReceivedAt) {
		all = append(all, Event{Type: IdentityGiven, At: *r.Identity.VerifiedAt})
	}
	return Due(r.ReceivedAt.In(zone), all, country)
}

// Due counts from received, in whose zone all days are taken.
//
// Strict: a month from the day of the reception (Regulation 1182/71, art. 3(1), (2)(c): it ends on the same date, or on the last day of the
// month where there is none), three where an extension was told inside the first; longer by the days between a question about identity,
// clarification or a fee and its answer, if it was asked within [Prompt] days and was no routine check; then, if that is a
// Saturday, a Sunday or a public holiday, the next working day (art. 3(4)).
//
// Code: the same month from the last answer, whatever was asked and when.
func Due(received time.Time, events []Event, country string) Dates {
	start := day(received)
	zone := received.Location()
	stops, stopped := pauses(start, zone, events)
	first := workingDay(addMonths(start, 1).AddDate(0, 0, stops), country)
	months := 1
	for _, e := range events {
		if e.Type == Extended && !day(e.At.In(zone)).After(first) {
			months = 3
		}
	}
	answered := start
	for _, e := range events {
		if slices.Contains([]EventType{IdentityGiven, ClarificationGiven, FeePaid, FeeWaived}, e.Type) && day(e.At.In(zone)).After(answered) {
			answered = day(e.At.In(zone))
		}
	}
	return Dates{
		Strict:   workingDay(addMonths(start, months).AddDate(0, 0, stops), country),
		Code:     workingDay(addMonths(answered, months), country),
		ExtendBy: first,
		Stopped:  stopped,
	}
}

// pauses adds up the days on which the strict clock stood, each once, and says whether it stands still.
func pauses(start time.Time, zone *time.Location, events []Event) (days int, stopped bool) {
	answers := map[EventType][]EventType{IdentityAsked: {IdentityGiven}, ClarificationAsked: {ClarificationGiven}, FeeTold: {FeePaid, FeeWaived}}
	stood := map[string]bool{}
	for _, asked := range events {
		from := day(asked.At.In(zone))
		if answers[asked.Type] == nil || asked.Routine || from.After(start.AddDate(0, 0, Prompt)) {
			continue
		}
		var until time.Time // the first answer to it
		for _, e := range events {
			if slices.Contains(answers[asked.Type], e.Type) && !e.At.Before(asked.At) && (until.IsZero() || e.At.Before(until)) {
				until = e.At
			}
		}
		if until.IsZero() {
			stopped = true
			continue
		}
		for d := from; d.Before(day(until.In(zone))); d = d.AddDate(0, 0, 1) {
			stood[d.Format(time.DateOnly)] = true
		}
	}
	return len(stood), stopped
}

func day(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// addMonths stays inside the month it comes to: 31 January and a month is the last of February.
func addMonths(t time.Time, n int) time.Time {
	y, m, d := t.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return time.Date(y, m+time.Month(n), min(d, last), 0, 0, 0, 0, t.Location())
}
