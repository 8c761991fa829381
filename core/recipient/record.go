package recipient

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/state"
)

// Queue stores a list. A row that is there keeps its state and what was recorded of it; only what the recipient had is brought up to date.
// Repeating it changes nothing.
func Queue(tx *state.Tx, rows []state.Notice) error {
	for _, n := range rows {
		if n.State == Exempt && n.NotOne == "" {
			if err := CheckExemption(n, n.Exemption); err != nil {
				return err
			}
			if n.Exemption.Letter == "other" {
				return fmt.Errorf("the exemption of %s does not stand: other is for one request, by a person", n.Recipient)
			}
		}
		old, err := tx.Notice(n.Request, n.Recipient, n.Event)
		switch {
		case errors.Is(err, state.ErrNotFound):
		case err != nil:
			return err
		default:
			old.Categories, old.FirstOn, old.LastOn, old.KnownFrom = n.Categories, n.FirstOn, n.LastOn, n.KnownFrom
			n = old
		}
		if err := tx.PutNotice(n); err != nil {
			return err
		}
	}
	return nil
}

// order in which a row goes forward; a later state is never taken back.
var order = map[string]int{Queued: 0, Failed: 0, Exempt: 0, Sent: 1, Acknowledged: 2, Done: 3}

// Advance records that the recipient was told (sent), answered (acknowledged) or did the same with its copy (done), at that instant. What is
// recorded already, or more than it, stays.
func Advance(tx *state.Tx, request, recipient, event, to string, at time.Time) error {
	n, err := tx.Notice(request, recipient, event)
	if err != nil {
		return err
	}
	if order[to] == 0 {
		return fmt.Errorf("recipient %s: %s is no way forward; want sent, acknowledged or done", recipient, to)
	}
	if n.NotOne != "" {
		return fmt.Errorf("recipient %s is none (%s) and is not told", recipient, n.NotOne)
	}
	if order[n.State] >= order[to] {
		return nil
	}
	n.State, n.NotBefore, n.Exemption = to, time.Time{}, state.Exemption{}
	switch to {
	case Sent:
		n.SentAt, n.Attempts = at, n.Attempts+1
	case Acknowledged:
		n.AcknowledgedAt = at
	case Done:
		n.DoneAt = at
	}
	return tx.PutNotice(n)
}

// Fail records a try that did not reach the recipient, and when the next one comes. What was sent already stays sent.
func Fail(tx *state.Tx, request, recipient, event, why string, now time.Time) error {
	n, err := tx.Notice(request, recipient, event)
	if err != nil {
		return err
	}
	if n.State != Queued && n.State != Failed {
		return nil
	}
	n.State, n.Attempts = Failed, n.Attempts+1
	n.NotBefore = now.Add(Backoff(n.Attempts))
	n.Efforts = append(n.Efforts, state.Effort{At: now, What: why})
	return tx.PutNotice(n)
}

// Backoff is the pause after that many tries: 1 minute, doubled, up to 6 hours.
func Backoff(attempts int) time.Duration {
	d := time.Minute
	for i := 1; i < attempts && d < 6*time.Hour; i++ {
		d *= 2
	}
	return min(d, 6*time.Hour)
}

// Effort records something else that was tried (Code B.VII.4).
func Effort(tx *state.Tx, request, recipient, event, what, by string, at time.Time) error {
	n, err := tx.Notice(request, recipient, event)
	if err != nil {
		return err
	}
	e := state.Effort{At: at.UTC(), What: what, By: by}
	if slices.ContainsFunc(n.Efforts, func(x state.Effort) bool { return x.What == what && x.By == by && x.At.Equal(at) }) {
		return nil
	}
	n.Efforts = append(n.Efforts, e)
	return tx.PutNotice(n)
}

// CheckExemption says why an exemption cannot stand for a row (art. 19; Code B.VII.4).
func CheckExemption(n state.Notice, x state.Exemption) error {
	var wrong []string
	if !slices.Contains([]string{"impossible", "disproportionate"}, x.Limb) {
		wrong = append(wrong, "the limb is impossible or disproportionate")
	}
	switch {
	case !slices.Contains([]string{"a", "b", "c", "other"}, x.Letter):
		wrong = append(wrong, "the letter is a (the change is not visible to it), b (dissolved), c (processes the data no longer) or, for one request, other")
	case x.Letter == "a" && n.Role == "processor":
		wrong = append(wrong, "letter a never serves for a processor: it holds a copy and is instructed (art. 28(3))")
	}
	for name, v := range map[string]string{"reasoning": x.Reasoning, "evidence": x.Evidence, "who decided": x.DecidedBy} {
		if strings.TrimSpace(v) == "" {
			wrong = append(wrong, name+" is missing")
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("the exemption of %s does not stand: %s", n.Recipient, strings.Join(wrong, "; "))
}

// Exclude records that a recipient is not told, by a person's decision for this request. One that was told cannot be exempt any more.
func Exclude(tx *state.Tx, request, recipient, event string, x state.Exemption) error {
	n, err := tx.Notice(request, recipient, event)
	if err != nil {
		return err
	}
	if err := CheckExemption(n, x); err != nil {
		return err
	}
	if order[n.State] > 0 {
		return fmt.Errorf("recipient %s was told already: it is %s", recipient, n.State)
	}
	n.State, n.Exemption, n.NotBefore = Exempt, x, time.Time{}
	return tx.PutNotice(n)
}

// Open lists the rows for which a request is not complete yet: who was not told, and every processor that has not confirmed.
func Open(rows []state.Notice) []state.Notice {
	return slices.DeleteFunc(slices.Clone(rows), func(n state.Notice) bool {
		if n.State == Exempt {
			return true
		}
		if n.Role == "processor" {
			return n.State == Acknowledged || n.State == Done
		}
		return order[n.State] > 0
	})
}

// Given records that the person received the list.
func Given(tx *state.Tx, request string, at time.Time) error {
	rows, err := tx.Notices(request)
	if err != nil {
		return err
	}
	for _, n := range rows {
		if n.ToldSubjectAt = at; n.NotOne != "" {
			continue
		}
		if err := tx.PutNotice(n); err != nil {
			return err
		}
	}
	return nil
}
