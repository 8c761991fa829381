package engine

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// Register enters a request in the register, its content sealed. The same id with the same content is the
// same request; with other content it is [ErrConflict], unless it is still a draft: until approved or applied a new
// version replaces it, and replaced says so.
func (e *Engine) Register(ctx context.Context, r *request.Request) (entered state.Request, replaced bool, err error) {
	return e.register(ctx, r, func(*state.Tx, time.Time) error { return nil })
}

// register enters a request, and with it, in the same transaction, what else is known of it.
func (e *Engine) register(ctx context.Context, r *request.Request, also func(*state.Tx, time.Time) error) (entered state.Request, replaced bool, err error) {
	canonical, err := r.Canonical()
	if err != nil {
		return entered, false, err
	}
	now := e.Now()
	month := keys.MonthOf(e.Planner.Graph.Map.Requests.Keep.Add(now).AddDate(0, 4, 0)) // moved to the true month when it closes
	key, wrapped, err := e.Ring.NewDataKey(month)
	if err != nil {
		return entered, false, err
	}
	defer key.Wipe()
	salt := make([]byte, 32)
	_, _ = rand.Read(salt)
	x := state.Request{ID: r.ID, Right: string(r.Right), Ground: r.Ground, Controller: r.Controller, State: string(request.Received),
		ReceivedAt: r.ReceivedAt, MapDigest: e.Planner.Graph.Map.Digest, DEK: wrapped, Month: string(month), MAC: e.contentMAC(canonical)}
	if r.Asked != nil {
		x.Channel = r.Asked.Channel
	}
	if x.Body, err = key.Seal(keys.Part{Owner: r.ID, Name: "body"}, canonical); err != nil {
		return entered, false, err
	}
	if x.Salt, err = key.Seal(keys.Part{Owner: r.ID, Name: "salt"}, salt); err != nil {
		return entered, false, err
	}
	m := e.Planner.Graph.Map
	due := r.Due(nil, m.Zone, m.Country)
	x.DueStrict, x.DueCode = due.Strict.Format(time.DateOnly), due.Code.Format(time.DateOnly)
	if code, why := request.WaitsFor(r); code != "" {
		x.State, x.WaitingFor, x.WaitingWhy = string(request.Waiting), string(code), why
	}
	marks, err := e.personMarks(r.Subject.Identifiers)
	if err != nil {
		return entered, false, err
	}
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		old, err := tx.Request(r.ID)
		switch {
		case errors.Is(err, state.ErrNotFound):
			if entered, err = tx.InsertRequest(x, now); err != nil {
				return err
			}
			if err := errors.Join(tx.PutRequestMarks(r.ID, marks), also(tx, now)); err != nil {
				return err
			}
			err = note(tx, "request.received", r.ID, map[string]string{"right": x.Right, "due": x.DueStrict}, now)
			return err
		case err != nil:
			return err
		case hmac.Equal(old.MAC, x.MAC):
			entered = old
			return nil
		case !draft(old.State):
			return hint(fmt.Errorf("request %s: %w", r.ID, ErrConflict), "it is %s already; a changed request needs an id of its own", old.State)
		}
		if p, err := tx.CurrentPlan(r.ID); err == nil && (p.State == state.PlanApproved || p.State == state.PlanApplied) {
			return hint(fmt.Errorf("request %s: %w", r.ID, ErrConflict), "its plan is approved already; a changed request needs an id of its own")
		}
		x.Number, replaced = old.Number, true
		if err := tx.SaveRequest(x, now); err != nil {
			return err
		}
		if err := errors.Join(tx.PutRequestMarks(r.ID, marks), also(tx, now)); err != nil {
			return err
		}
		entered, err = tx.Request(r.ID)
		return err
	})
	return entered, replaced, err
}

func (e *Engine) contentMAC(canonical []byte) []byte {
	mac := hmac.New(sha256.New, e.Ring.RegisterKey().Bytes())
	_, _ = mac.Write([]byte("dossier/request/v1\x00"))
	_, _ = mac.Write(canonical)
	return mac.Sum(nil)
}

// draft says whether a request may still be replaced by a new version of itself.
func draft(st string) bool {
	switch request.State(st) {
	case request.Received, request.Planned, request.Waiting:
		return true
	}
	return false
}

// open is a request with its content.
type open struct {
	state.Request
	Content    *request.Request
	Events     []request.Event // what happened to it since, oldest first
	Salt       []byte
	Key        keys.DataKey
	due        *dueWork            // what it takes up, once it was planned here
	supplement *planner.Supplement // the systems a plan of a running request takes up
}

// openRequest reads a request and unseals it. Wipe its key after use.
func (e *Engine) openRequest(ctx context.Context, id string) (*open, error) {
	var events []request.Event
	x, err := read(ctx, e, func(tx *state.Tx) (x state.Request, err error) {
		if x, err = tx.Request(id); err != nil {
			return x, err
		}
		events, err = eventsOf(tx, id)
		return x, err
	})
	if err != nil {
		return nil, err
	}
	if !x.ShreddedAt.IsZero() {
		return nil, fmt.Errorf("request %s was forgotten on %s", id, x.ShreddedAt.Format(time.DateOnly))
	}
	o := &open{Request: x, Events: events}
	if o.Key, err = e.Ring.Unwrap(x.DEK); err != nil {
		return nil, fmt.Errorf("request %s: %w", id, err)
	}
	body, err := o.Key.Open(keys.Part{Owner: id, Name: "body"}, x.Body)
	if err != nil {
		return nil, err
	}
	if o.Salt, err = o.Key.Open(keys.Part{Owner: id, Name: "salt"}, x.Salt); err != nil {
		return nil, err
	}
	content, problems := request.Parse(bytes.NewReader(body))
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("request %s: %w", id, err)
	}
	o.Content = content
	return o, nil
}

// eventsOf reads what was noted of a request.
func eventsOf(tx *state.Tx, id string) ([]request.Event, error) {
	stored, err := tx.Events(id)
	var out []request.Event
	for _, s := range stored {
		out = append(out, request.Event{Type: request.EventType(s.Type), At: s.At})
	}
	return out, err
}

// commitment binds a plan to a request without giving it away: an HMAC under the request's own random salt.
func (o *open) commitment() (string, error) {
	canonical, err := o.Content.Canonical()
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, o.Salt)
	_, _ = mac.Write(canonical)
	return fmt.Sprintf("hmac-sha256:%x", mac.Sum(nil)), nil
}
