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

// RegisterAll enters several requests in one transaction: one that conflicts, and none is entered. replaced counts the drafts that a new
// version took the place of.
func (e *Engine) RegisterAll(ctx context.Context, requests []*request.Request) (replaced int, err error) {
	entries := make([]entry, len(requests))
	now := e.Now()
	for i, r := range requests {
		if entries[i], err = e.seal(r, now); err != nil {
			return 0, err
		}
	}
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		replaced = 0
		for _, n := range entries {
			_, again, err := n.enter(tx, now)
			if err != nil {
				return err
			}
			if again {
				replaced++
			}
		}
		return nil
	})
	return replaced, err
}

// register enters a request, and with it, in the same transaction, what else is known of it.
func (e *Engine) register(ctx context.Context, r *request.Request, also func(*state.Tx, time.Time) error) (entered state.Request, replaced bool, err error) {
	now := e.Now()
	n, err := e.seal(r, now)
	if err != nil {
		return entered, false, err
	}
	n.also = also
	err = e.DB.Write(ctx, func(tx *state.Tx) (err error) { entered, replaced, err = n.enter(tx, now); return err })
	return entered, replaced, err
}

// entry is a request as the register keeps it, before it stands there.
type entry struct {
	state.Request
	marks []state.Mark
	also  func(*state.Tx, time.Time) error // nil: nothing more is known
}

// seal makes a request's entry, its content under a new key of its own.
func (e *Engine) seal(r *request.Request, now time.Time) (n entry, err error) {
	canonical, err := r.Canonical()
	if err != nil {
		return n, err
	}
	month := keys.MonthOf(e.Planner.Graph.Map.Requests.Keep.Add(now).AddDate(0, 4, 0)) // moved to the true month when it closes
	key, wrapped, err := e.Ring.NewDataKey(month)
	if err != nil {
		return n, err
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
		return n, err
	}
	if x.Salt, err = key.Seal(keys.Part{Owner: r.ID, Name: "salt"}, salt); err != nil {
		return n, err
	}
	m := e.Planner.Graph.Map
	due := r.Due(nil, m.Zone, m.Country)
	x.DueStrict, x.DueCode = due.Strict.Format(time.DateOnly), due.Code.Format(time.DateOnly)
	if code, why := request.WaitsFor(r); code != "" {
		x.State, x.WaitingFor, x.WaitingWhy = string(request.Waiting), string(code), why
	}
	marks, err := e.personMarks(r.Subject.Identifiers)
	return entry{Request: x, marks: marks}, err
}

// enter puts an entry into the register, or finds that it stands there.
func (n entry) enter(tx *state.Tx, now time.Time) (entered state.Request, replaced bool, err error) {
	x := n.Request
	known := func() error {
		if err := tx.PutRequestMarks(x.ID, n.marks); err != nil || n.also == nil {
			return err
		}
		return n.also(tx, now)
	}
	old, err := tx.Request(x.ID)
	switch {
	case errors.Is(err, state.ErrNotFound):
		if entered, err = tx.InsertRequest(x, now); err != nil {
			return entered, false, err
		}
		if err := known(); err != nil {
			return entered, false, err
		}
		return entered, false, note(tx, "request.received", x.ID, map[string]string{"right": x.Right, "due": x.DueStrict}, now)
	case err != nil:
		return old, false, err
	case hmac.Equal(old.MAC, x.MAC):
		return old, false, nil
	case !draft(old.State):
		return old, false, hint(fmt.Errorf("request %s: %w", x.ID, ErrConflict), "it is %s already; a changed request needs an id of its own", old.State)
	}
	if p, err := tx.CurrentPlan(x.ID); err == nil && (p.State == state.PlanApproved || p.State == state.PlanApplied) {
		return old, false, hint(fmt.Errorf("request %s: %w", x.ID, ErrConflict), "its plan is approved already; a changed request needs an id of its own")
	}
	if err := dropQuestions(tx, x.ID, now); err != nil {
		return old, false, err
	}
	x.Number = old.Number
	if err := tx.SaveRequest(x, now); err != nil {
		return old, false, err
	}
	if err := known(); err != nil {
		return old, false, err
	}
	entered, err = tx.Request(x.ID)
	return entered, true, err
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
	heard      int                 // from how many tasks its planning took answers
	supplement *planner.Supplement // the systems a plan of a running request takes up
	asked      *planner.Input      // what it was planned by here
	limits     []planner.InForce   // the restrictions its planning met
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
