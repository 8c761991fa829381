package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/state"
)

// Recipients is the art. 19 list of a request, by name; [state.ErrNotFound] where there is no such request.
func (e *Engine) Recipients(ctx context.Context, id string) ([]state.Notice, error) {
	return read(ctx, e, func(tx *state.Tx) ([]state.Notice, error) {
		if _, err := tx.Request(id); err != nil {
			return nil, err
		}
		return tx.Notices(id)
	})
}

// Told is what a person records of a recipient.
type Told struct {
	Recipient string    `json:"-"`
	To        string    `json:"to"`  // recipient.Sent, recipient.Acknowledged or recipient.Done
	At        time.Time `json:"at"`  // the day it was told
	How       string    `json:"how"` // letter, telephone …
}

// RecordTold records that a recipient was told, by a person and outside this program, for every event of the request it stands
// in. What is recorded already stays as it is. The task about it is answered with it, and a request that waited goes on.
func (e *Engine) RecordTold(ctx context.Context, id string, t Told) error {
	if t.At.After(e.Now()) {
		return fmt.Errorf("recipient %s: the day it was told is still to come", t.Recipient)
	}
	return e.recordNotice(ctx, id, t.Recipient, "recipient.told", said{Told: &t}, func(tx *state.Tx, n state.Notice) error { return e.advance(tx, n, t) })
}

// usual is the limb of art. 19 and the reasoning of each letter of Code B.VII.4, where a person says no more.
var usual = map[string]state.Exemption{
	"a":     {Limb: "disproportionate", Reasoning: "the change is not visible to the recipient and would need a channel of its own"},
	"b":     {Limb: "impossible", Reasoning: "the recipient is dissolved or struck off"},
	"c":     {Limb: "impossible", Reasoning: "the recipient processes the data no longer"},
	"other": {Limb: "disproportionate"},
}

// RecordExempt records a person's decision that a recipient is not told (art. 19; Code B.VII.4): letter, evidence, and the
// reasoning where the letter's own is not enough.
func (e *Engine) RecordExempt(ctx context.Context, id, name string, x state.Exemption) error {
	return e.recordNotice(ctx, id, name, "recipient.exempt", said{Exempt: &x}, func(tx *state.Tx, n state.Notice) error {
		return recipient.Exclude(tx, id, n.Recipient, n.Event, e.exemption(x))
	})
}

func (e *Engine) recordNotice(ctx context.Context, id, name, kind string, s said, record func(*state.Tx, state.Notice) error) error {
	now := e.Now()
	err := e.DB.Write(ctx, func(tx *state.Tx) error {
		if _, err := tx.Request(id); err != nil {
			return err
		}
		rows, err := tx.Notices(id)
		if err != nil {
			return err
		}
		found := false
		for _, n := range rows {
			if n.Recipient != name {
				continue
			}
			found = true
			if err := record(tx, n); err != nil {
				return err
			}
			if err := e.answered(tx, n, s, now); err != nil {
				return err
			}
			if err := note(tx, kind, id, map[string]string{"event": n.Event}, now); err != nil {
				return err
			}
		}
		if !found {
			return hint(fmt.Errorf("request %s has no recipient %s: %w", id, name, state.ErrNotFound), "dossier recipients %s", id)
		}
		return wakeTelling(tx, id, now)
	})
	if err != nil {
		return err
	}
	return e.workHere(ctx, id)
}

// workHere works the steps of a request that are due and need no system.
func (e *Engine) workHere(ctx context.Context, id string) error {
	for {
		due, err := read(ctx, e, func(tx *state.Tx) ([]state.Step, error) { return tx.DueSteps(e.Now(), 1000) })
		if err != nil {
			return err
		}
		worked := false
		for _, s := range due {
			if s.Request == id && (s.Phase == phaseTell || s.Phase == phaseClose) && !worked {
				if worked, err = e.Work(ctx, s.ID); err != nil {
					return err
				}
			}
		}
		if !worked {
			return e.summarise(ctx, id)
		}
	}
}
