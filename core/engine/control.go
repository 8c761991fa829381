package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// Resume wakes the steps of a request that wait or need attention: a person looked. Under a restriction that is done and in force it
// looks once more for what came since.
func (e *Engine) Resume(ctx context.Context, id string) error {
	now := e.Now()
	occasion, err := e.again(ctx, id)
	if err != nil {
		return err
	}
	if _, err := e.watch(ctx, id, occasion); err != nil { // of a restriction in force that is done: one more look
		return err
	}
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		if _, err := tx.Request(id); err != nil {
			return err
		}
		steps, err := tx.Steps(id)
		if err != nil {
			return err
		}
		return wakeWaiting(tx, steps, now)
	})
}

// wakeWaiting wakes steps somebody asks for; a second look has its time, and who waits for others does not wait alone ([Engine.WorkPools]).
func wakeWaiting(tx *state.Tx, steps []state.Step, now time.Time) error {
	for _, s := range steps {
		if s.WaitsFor == "settle" || s.WaitsFor == forPool {
			continue
		}
		if _, err := tx.WakeStep(s.ID, now); err != nil {
			return err
		}
	}
	return nil
}

// Cancel ends a request before anything was taken away; once a system has committed it cannot be cancelled any more, what is begun
// is finished.
func (e *Engine) Cancel(ctx context.Context, id string) error {
	now := e.Now()
	err := e.DB.Write(ctx, func(tx *state.Tx) error {
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		if request.State(x.State).Closed() {
			return hint(fmt.Errorf("request %s is %s already: %w", id, x.State, ErrState), "dossier request show %s", id)
		}
		steps, err := tx.Steps(id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(steps, state.Step.Shared) {
			return hint(fmt.Errorf("request %s is carried out together with others, in batch %s: %w; it cannot be cancelled by itself", id, x.Batch, ErrState), "dossier request show %s", id)
		}
		if err := mayCancel(tx, "request "+id, "dossier request show "+id, steps, now); err != nil {
			return err
		}
		if err := e.repool(tx, steps, now); err != nil {
			return err
		}
		return e.cancel(tx, id, now)
	})
	if err != nil {
		return err
	}
	return e.removeSpools(id)
}

// mayCancel ends steps of which none has begun to change anything.
func mayCancel(tx *state.Tx, what, see string, steps []state.Step, now time.Time) error {
	for _, s := range steps {
		begun, err := begun(tx, s)
		if err != nil {
			return err
		}
		if begun {
			return hint(fmt.Errorf("%s has begun in %s: %w; what is begun is finished", what, s.System, ErrState), "%s", see)
		}
	}
	for _, s := range steps {
		if err := tx.EndStep(s.ID, detail{Why: "cancelled"}.raw(), now); err != nil {
			return err
		}
	}
	return nil
}

// cancel ends a request whose steps have ended: what stood for it beside them is taken back.
func (e *Engine) cancel(tx *state.Tx, id string, now time.Time) error {
	if err := tx.CancelRequest(id, now); err != nil {
		return err
	}
	if err := e.voidTombstone(tx, id, now); err != nil {
		return err
	}
	if err := tx.EndHeld(id, "", now); err != nil { // it had entered what it was about to hold
		return err
	}
	if err := tx.DeleteNoContactsOf(id); err != nil {
		return err
	}
	if err := dropSpools(tx, id); err != nil {
		return err
	}
	return e.endAs(tx, id, request.Cancelled, "", now)
}

// begun says whether a step may have changed rows: also one that stopped half-way in a store without transactions.
func begun(tx *state.Tx, s state.Step) (bool, error) {
	if s.Phase != phaseApply {
		return false, nil
	}
	counts, err := tx.Counts(s.ID)
	return slices.Contains([]state.StepState{state.StepPrepared, state.StepCommitted, state.StepDone}, s.State) ||
		slices.ContainsFunc(counts, func(c state.Count) bool { return c.Prepared+c.Committed+c.Inferred > 0 }), err
}

// Reject refuses a request for one of [request.RefusalReasons]; the case system tells the subject. One for which what was asked for never came
// is left unexamined (Code B.I.12).
func (e *Engine) Reject(ctx context.Context, id, reason string) error {
	if !slices.Contains(request.RefusalReasons, reason) {
		return hint(wrongAnswer("the letter has no words for refusing request %s as %q", id, reason), "one of: %s", strings.Join(request.RefusalReasons, ", "))
	}
	outcome := request.OutcomeRefused
	if reason == string(request.LeftUnexamined) {
		outcome = request.LeftUnexamined
	}
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		if st := request.State(x.State); st == request.Running || st.Closed() {
			return hint(fmt.Errorf("request %s is %s: %w", id, x.State, ErrState), "dossier request show %s", id)
		}
		if err := tx.PutFact(id, "refusal", map[string]string{"reason": reason, "by": e.Operator}, now); err != nil {
			return err
		}
		return e.endAs(tx, id, request.Refused, outcome, now)
	})
}

// answeredByPerson is the code of a step a person answered for.
const answeredByPerson = "answered_by_person"

// Settle answers for a system that cannot answer itself (it is gone, it is broken), or that was left out: by whom and why is kept, and
// the receipt says so. What proves it is kept sealed with the request. A closed request is answered for no more.
func (e *Engine) Settle(ctx context.Context, id, system, because string, proof ...Attachment) error {
	now := e.Now()
	p, err := e.CurrentPlan(ctx, id)
	if err != nil {
		return err
	}
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return err
	}
	defer o.Key.Wipe()
	files, parts, err := o.sealFiles(proof, func(n int) string { return fmt.Sprintf("answered/%s/file/%d", system, n) })
	if err != nil {
		return err
	}
	left := leftOut(p)
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		if request.State(x.State).Closed() {
			return hint(fmt.Errorf("request %s is %s already: %w", id, x.State, ErrState), "dossier request show %s", id)
		}
		steps, err := tx.Steps(id)
		if err != nil {
			return err
		}
		found := false
		for _, s := range steps {
			if s.System != system || s.State == state.StepSettled {
				continue
			}
			if s.Shared() {
				if s.State == state.StepDone || s.State == state.StepVerified || standsApart(steps, system) {
					continue
				}
				return hint(fmt.Errorf("%s is worked for all requests of batch %s together: %w; it is answered for all of them, or for none", system, s.Batch, ErrState), "dossier request settle %s --system %s --because TEXT", s.Batch, system)
			}
			found = true
			if s.State == state.StepDone || s.State == state.StepVerified {
				continue
			}
			if err := errors.Join(tx.EndStep(s.ID, detail{Why: because, Codes: []string{answeredByPerson}}.raw(), now), tx.CancelStepTasks(s.ID, now)); err != nil {
				return err
			}
		}
		for _, s := range steps {
			if s.Phase != phaseClose || !slices.Contains(left, system) {
				continue
			}
			found = true
			if _, err := tx.WakeStep(s.ID, now); err != nil {
				return err
			}
		}
		if !found {
			return hint(fmt.Errorf("request %s has nothing open in %s: %w", id, system, state.ErrNotFound), "dossier request show %s", id)
		}
		if err := tx.PutFact(id, answerFact(system), answer{because, e.Operator, files}, now); err != nil {
			return err
		}
		if err := putParts(tx, id, parts, now); err != nil {
			return err
		}
		err = note(tx, "system.answered", id, map[string]string{"system": system}, now)
		return err
	})
}

// Note appends an event to a request; due dates follow it. That the time was extended is noted with its reason, by [Engine.Extend].
func (e *Engine) Note(ctx context.Context, id string, event request.EventType, when time.Time) error {
	if event == request.Extended {
		return noReason(id)
	}
	return e.noteEvent(ctx, id, event, "", when)
}

// Extend notes that the person was told of two more months, and why: one of [request.ExtensionReasons] (art. 12(3)).
func (e *Engine) Extend(ctx context.Context, id, reason string, when time.Time) error {
	if !slices.Contains(request.ExtensionReasons, reason) {
		return noReason(id)
	}
	return e.noteEvent(ctx, id, request.Extended, reason, when)
}

func noReason(id string) error {
	return hint(wrongAnswer("an extension of request %s needs its reason: the law knows that it is complex, and the number of requests (art. 12(3))", id),
		"dossier request note %s extended --reason %s", id, strings.Join(request.ExtensionReasons, "|"))
}

func (e *Engine) noteEvent(ctx context.Context, id string, event request.EventType, reason string, when time.Time) error {
	now := e.Now()
	if !slices.Contains(request.EventTypes, event) {
		return hint(fmt.Errorf("no event %s", event), "one of: %s", joined(request.EventTypes))
	}
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return err
	}
	defer o.Key.Wipe()
	if event == request.FeeTold && o.Content.Right.Free() {
		return hint(fmt.Errorf("request %s costs no fee: objection and withdrawal never do (Code B.IX.5)", id), "dossier request show %s", id)
	}
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		noted := state.Event{Request: id, Type: string(event), At: when, NotedAt: now, Actor: e.Operator}
		if reason != "" {
			noted.Detail, _ = json.Marshal(map[string]string{"reason": reason}) // values only
		}
		if _, err := tx.AddEvent(noted); err != nil {
			return err
		}
		if event == request.ReplySent {
			if err := e.keepLetter(tx, o, when, now); err != nil {
				return err
			}
		}
		events, err := eventsOf(tx, id)
		if err != nil {
			return err
		}
		if st := request.State(x.State); st == request.Received || st == request.Waiting && x.WaitingFor != string(request.ForPerson) {
			waitFor(&x, o.Content, events)
		}
		m := e.Planner.Graph.Map
		due := request.Due(x.ReceivedAt.In(m.Zone), events, m.Country)
		x.DueStrict, x.DueCode = due.Strict.Format(time.DateOnly), due.Code.Format(time.DateOnly)
		if event == request.Complained || event == request.ProceedingOpened {
			x.Suspended = string(event)
		}
		if event == request.ComplaintClosed || event == request.ProceedingClosed {
			x.Suspended = ""
		}
		if err := tx.SaveRequest(x, now); err != nil {
			return err
		}
		steps, err := tx.Steps(id)
		if err != nil {
			return err
		}
		if err := e.repool(tx, steps, now); err != nil {
			return err
		}
		return note(tx, "request.noted", id, map[string]string{"event": string(event)}, now)
	})
}

// waitFor brings a request that was not planned yet in line with what is still missing.
func waitFor(x *state.Request, content *request.Request, events []request.Event) {
	code, why := request.WaitsFor(content, events...)
	x.State, x.WaitingFor, x.WaitingWhy = string(request.Received), string(code), why
	if code != "" {
		x.State = string(request.Waiting)
	}
}

func joined(list []request.EventType) string {
	var out []string
	for _, x := range list {
		out = append(out, string(x))
	}
	return strings.Join(out, ", ")
}
