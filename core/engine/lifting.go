package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// toLift finds what a lift ends, and the request it is planned by: the restriction's own person and scope.
func (e *Engine) toLift(ctx context.Context, o *open) (*planner.Lifted, *request.Request, error) {
	of := o.Content.Restriction.Of
	r, err := e.openRequest(ctx, of)
	if err != nil {
		return nil, nil, hint(fmt.Errorf("the restriction that is to be lifted: %w", err), "dossier restriction list")
	}
	defer r.Key.Wipe()
	if r.Content.Right != request.Restriction {
		return nil, nil, hint(unfit("request %s is no restriction; it is an %s", of, r.Right), "dossier restriction list")
	}
	if err := e.samePerson(ctx, o, of); err != nil {
		return nil, nil, err
	}
	out := &planner.Lifted{Of: of}
	held, err := read(ctx, e, func(tx *state.Tx) ([]state.Held, error) { return tx.HeldBy(of) })
	if err != nil {
		return nil, nil, err
	}
	for _, h := range held {
		if !h.LiftedAt.IsZero() {
			continue
		}
		rows, err := openHeld(r.Key, h)
		if err != nil {
			return nil, nil, err
		}
		p := planner.LiftedPart{Restricted: rows.Place, Keys: rows.Keys}
		if p.Mark != "" {
			if p.Beside, p.Texts, err = e.besides(ctx, h); err != nil {
				return nil, nil, err
			}
		}
		out.Parts = append(out.Parts, p)
	}
	if len(out.Parts) == 0 {
		return nil, nil, hint(fmt.Errorf("restriction %s is not in force: %w", of, ErrState), "dossier restriction list --all")
	}
	content := *r.Content
	content.ID, content.Right, content.Ground, content.Restriction, content.Requester = o.ID, request.Lift, "", o.Content.Restriction, o.Content.Requester
	return out, &content, nil
}

// samePerson refuses a lift whose own identifiers are another person's than the restriction's.
func (e *Engine) samePerson(ctx context.Context, o *open, of string) error {
	marks, err := e.personMarks(o.Content.Subject.Identifiers)
	if err != nil || len(marks) == 0 {
		return err
	}
	theirs, err := read(ctx, e, func(tx *state.Tx) ([]state.Mark, error) { return tx.RequestMarks(of) })
	if err != nil {
		return err
	}
	same := func(m state.Mark) bool {
		return slices.ContainsFunc(theirs, func(t state.Mark) bool { return t.Kind == m.Kind && string(t.Sum) == string(m.Sum) })
	}
	if len(theirs) > 0 && !slices.ContainsFunc(marks, same) {
		return hint(unfit("restriction %s is another person's than %s speaks of", of, o.ID), "dossier restriction list")
	}
	return nil
}

// besides are the rows of a collection whose mark other restrictions in force count on, and what restrictions have written there.
func (e *Engine) besides(ctx context.Context, of state.Held) (beside []connectors.Tuple, texts []any, err error) {
	all, err := read(ctx, e, func(tx *state.Tx) ([]state.Held, error) { return tx.HeldIn(of.System, of.Collection) })
	if err != nil {
		return nil, nil, err
	}
	for _, h := range all {
		x, err := e.Request(ctx, h.Request)
		if err != nil {
			return nil, nil, err
		}
		if text := any(planner.MarkText(x.AsOf, e.Planner.Graph.Map.System(h.System))); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
		if h.Request == of.Request || !h.LiftedAt.IsZero() {
			continue
		}
		key, err := e.Ring.Unwrap(x.DEK)
		if err != nil {
			return nil, nil, fmt.Errorf("request %s: %w", x.ID, err)
		}
		rows, err := openHeld(key, h)
		key.Wipe()
		if err != nil {
			return nil, nil, err
		}
		beside = append(append(beside, rows.Keys...), rows.Place.Marked...)
	}
	return beside, texts, nil
}

// noticed refuses a lift before the notice to the person is recorded and the time the map sets has passed since (art. 18(3)).
func (e *Engine) noticed(o *open) error {
	if o.Content.Right != request.Lift {
		return nil
	}
	told, from := e.liftFrom(o)
	if told.IsZero() {
		return hint(Waiting{o.ID, string(request.ForNotice), "the person was not told of it yet (art. 18(3))"}, "dossier request note %s notice_sent", o.ID)
	}
	if e.Now().Before(from) {
		return hint(Waiting{o.ID, string(request.ForNotice), fmt.Sprintf("the person was told on %s; it may be lifted from %s on (art. 18(3))", told.Format("Mon 2 Jan 2006"), from.Format("Mon 2 Jan 2006"))},
			"dossier apply %s then", o.ID)
	}
	return nil
}

// liftFrom is when the person was told of a lift (zero: not yet), and from when it may run: the day of the notice does not count, and the last of
// the days the map sets is waited out. In the controller's zone.
func (e *Engine) liftFrom(o *open) (told, from time.Time) {
	m := e.Planner.Graph.Map
	if t := o.Content.Restriction.NoticeSentAt; t != nil {
		told = t.In(m.Zone)
	}
	for _, x := range o.Events {
		if x.Type == request.NoticeSent && told.IsZero() {
			told = x.At.In(m.Zone)
		}
	}
	if told.IsZero() || m.LiftNotice.N == 0 {
		return told, told
	}
	y, mo, d := m.LiftNotice.Add(told).Date()
	return told, time.Date(y, mo, d+1, 0, 0, 0, 0, m.Zone)
}

// LiftFrom is [Engine.liftFrom] of a registered request; zero times where it is no lift.
func (e *Engine) LiftFrom(ctx context.Context, id string) (told, from time.Time, err error) {
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return told, from, err
	}
	defer o.Key.Wipe()
	if o.Content.Right == request.Lift {
		told, from = e.liftFrom(o)
	}
	return told, from, nil
}
