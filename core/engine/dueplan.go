package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// dueFact is the register's note that a request takes up what an earlier one kept.
type dueFact struct {
	Of string `json:"of"`
}

// DueLeft is something that has come due and was not planned, with the reason.
type DueLeft struct {
	Items []string `json:"items"`
	Why   string   `json:"why"`
}

// DuePlans are the plans of what has come due.
type DuePlans struct {
	Batches []*plan.Batch // of several persons each, of equal terms
	Alone   []*plan.Plan  // of one person each
	Left    []DueLeft
}

// PlanDue plans what has come due by now: what one earlier erasure kept is one request of its own, which starts from the kept rows and never
// searches for the person, and several of equal terms are planned together. Nothing changes in any system. With items, only theirs (and
// what came due with them). What is held, or whose person's data is restricted, is left alone and said.
func (e *Engine) PlanDue(ctx context.Context, items []string, opt PlanOptions) (out DuePlans, err error) {
	ids, left, err := e.takeUpDue(ctx, items)
	if err != nil {
		return out, err
	}
	out.Left = left
	groups, err := e.alike(ctx, ids)
	if err != nil {
		return out, err
	}
	for _, ids := range groups {
		if len(ids) == 1 {
			p, err := e.Plan(ctx, ids[0], opt)
			if err != nil {
				return out, fmt.Errorf("request %s: %w", ids[0], err)
			}
			out.Alone = append(out.Alone, p)
			continue
		}
		made, err := e.PlanBatch(ctx, "", ids, opt)
		if err != nil {
			return out, err
		}
		if len(made.Plan.Requests) > 0 {
			out.Batches = append(out.Batches, made.Plan)
		}
		out.Alone = append(out.Alone, made.Alone...)
	}
	return out, nil
}

// alike groups requests by the terms on which they may be planned together.
func (e *Engine) alike(ctx context.Context, ids []string) (groups [][]string, err error) {
	var terms []planner.Terms
	for _, id := range ids {
		o, err := e.openRequest(ctx, id)
		if err != nil {
			return nil, err
		}
		o.Key.Wipe()
		t := planner.TermsOf(planner.Input{Request: o.Content})
		i := slices.IndexFunc(terms, func(x planner.Terms) bool { return x.Differs(t) == "" })
		if i < 0 {
			i = len(terms)
			terms, groups = append(terms, t), append(groups, nil)
		}
		groups[i] = append(groups[i], id)
	}
	return groups, nil
}

// takeUpDue registers the requests that take up what has come due, and says of what none does.
func (e *Engine) takeUpDue(ctx context.Context, items []string) (ids []string, left []DueLeft, err error) {
	now := e.Now()
	today := now.In(e.Planner.Graph.Map.Zone).Format(time.DateOnly)
	due, err := read(ctx, e, func(tx *state.Tx) ([]state.DueItem, error) {
		return tx.Dues(state.DueFilter{On: today, States: undone})
	})
	if err != nil {
		return nil, nil, err
	}
	if err := e.mayPlan(ctx, items, due); err != nil {
		return nil, nil, err
	}
	var order []string
	by := map[string][]state.DueItem{}
	for _, d := range due {
		if by[d.Request] == nil {
			order = append(order, d.Request)
		}
		by[d.Request] = append(by[d.Request], d)
	}
	for _, of := range order {
		if len(items) > 0 && !slices.ContainsFunc(by[of], func(d state.DueItem) bool { return slices.Contains(items, d.ID) }) {
			continue
		}
		id, why, err := e.takeUp(ctx, of, by[of], today)
		if err != nil {
			return ids, left, fmt.Errorf("what %s kept: %w", of, err)
		}
		if why != "" {
			x := DueLeft{Why: why}
			for _, d := range by[of] {
				x.Items = append(x.Items, d.ID)
			}
			left = append(left, x)
			continue
		}
		ids = append(ids, id)
	}
	return ids, left, nil
}

// mayPlan refuses items that are unknown, not due yet, or held.
func (e *Engine) mayPlan(ctx context.Context, items []string, due []state.DueItem) error {
	for _, id := range items {
		d, err := read(ctx, e, func(tx *state.Tx) (state.DueItem, error) { return tx.Due(id) })
		switch {
		case errors.Is(err, state.ErrNotFound):
			return hint(err, "dossier due")
		case err != nil:
			return err
		case d.State == state.DueHeld:
			return hint(fmt.Errorf("due item %s is held: %w", id, ErrState), "dossier due release %s --because TEXT", id)
		case !slices.ContainsFunc(due, func(x state.DueItem) bool { return x.ID == id }):
			return hint(fmt.Errorf("due item %s has not come due: %w", id, ErrState), "dossier due")
		}
	}
	return nil
}

// takeUp registers the request that takes up what came due of another one; the same day's is the same one. why says why not.
func (e *Engine) takeUp(ctx context.Context, of string, due []state.DueItem, today string) (id, why string, err error) {
	if i := slices.IndexFunc(due, func(d state.DueItem) bool { return d.TakenBy != "" }); i >= 0 {
		return "", "request " + due[i].TakenBy + " is erasing it", nil
	}
	if !slices.ContainsFunc(due, func(d state.DueItem) bool { return d.State == state.DueWaiting }) {
		return "", "it is held", nil
	}
	origin, err := read(ctx, e, func(tx *state.Tx) (state.Request, error) { return tx.Request(of) })
	if err == nil && !request.State(origin.State).Closed() {
		return "", "request " + of + ", which keeps it, is still open", nil
	}
	if err != nil && !errors.Is(err, state.ErrNotFound) {
		return "", "", err
	}
	kept, err := e.openLasting(due[0])
	if err != nil {
		return "", "", err
	}
	if id, err = e.dueRequest(ctx, of, today); err != nil {
		return "", "", err
	}
	r := &request.Request{ID: id, Right: request.Erasure, Controller: kept.Controller, ReceivedAt: e.Now(), Identity: kept.Identity, Ground: kept.Ground,
		Scope: &kept.Scope, Keep: kept.Keep, Instruction: kept.Instruction}
	if kept.Language != "" {
		r.Reply = &request.Reply{Language: kept.Language}
	}
	for _, k := range kept.Known {
		r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: k.Kind, Value: subject.Seal(k.Value), Verified: true})
	}
	if why, err = e.restricted(ctx, r.Subject.Identifiers); err != nil || why != "" {
		return "", why, err
	}
	_, _, err = e.register(ctx, r, func(tx *state.Tx, now time.Time) error { return tx.PutFact(r.ID, "due", dueFact{of}, now) })
	return r.ID, "", err
}

// dueRequest is the id under which what a request kept is taken up: that of the one which was planned on an earlier day and never carried
// out, or a new one.
func (e *Engine) dueRequest(ctx context.Context, of, today string) (string, error) {
	return read(ctx, e, func(tx *state.Tx) (string, error) {
		ids, err := tx.FactsOf("due", "of", of)
		if err != nil {
			return "", err
		}
		for _, id := range ids {
			x, err := tx.Request(id)
			if err != nil {
				return "", err
			}
			if draft(x.State) {
				return id, nil
			}
		}
		return dueID(of, today), nil
	})
}

// dueID names the request that takes up on a day what another one kept.
func dueID(of, today string) string {
	if id := of + "-due-" + today; len(id) <= 64 {
		return id
	}
	sum := sha256.Sum256([]byte(of))
	letters := make([]byte, 24) // no digits, which together might look like somebody's number
	for i := range letters {
		letters[i] = 'a' + sum[i]%26
	}
	return string(letters) + "-due-" + today
}

// restricted says whether a restriction of this person's data is in force: what it holds is left alone until it is lifted.
func (e *Engine) restricted(ctx context.Context, ids []subject.Identifier) (why string, err error) {
	marks, err := e.personMarks(ids)
	if err != nil || len(marks) == 0 {
		return "", err
	}
	return read(ctx, e, func(tx *state.Tx) (string, error) {
		others, err := tx.Requests(state.RequestFilter{Marks: sums(marks)})
		if err != nil {
			return "", err
		}
		for _, x := range others {
			held, err := tx.HeldBy(x.ID)
			if err != nil {
				return "", err
			}
			if slices.ContainsFunc(held, func(h state.Held) bool { return h.LiftedAt.IsZero() }) {
				return "restriction " + x.ID + " holds this person's data; it is due when that is lifted", nil
			}
		}
		return "", nil
	})
}

// dueWork is what a request takes up, read from its items.
type dueWork struct {
	planner.Due
	former
	taken []state.DueItem // come due and not held
}

// dueOf reads what a request takes up; nil for one that takes up nothing.
func dueOf(tx *state.Tx, e *Engine, id string, asOf time.Time) (*dueWork, error) {
	var fact dueFact
	if ok, err := tx.Fact(id, "due", &fact); err != nil || !ok {
		return nil, err
	}
	items, err := tx.Dues(state.DueFilter{Request: fact.Of, States: undone})
	if err != nil {
		return nil, err
	}
	w := &dueWork{Due: planner.Due{Of: fact.Of}}
	today := asOf.In(e.Planner.Graph.Map.Zone).Format(time.DateOnly)
	w.Asks = e.Planner.Graph.Map.DueApproval != "nobody"
	for i, d := range items {
		if i == 0 {
			kept, err := e.openLasting(d)
			if err != nil {
				return nil, err
			}
			w.known, w.anchors, w.Stay = kept.Known, kept.Anchors, kept.Stay
		}
		w.ends = append(w.ends, keptUntil(d))
		switch {
		case d.State == state.DueHeld:
			w.Held = append(w.Held, planner.HeldBack{System: d.System, Collection: d.Collection, Purpose: d.Rule})
		case d.Until != "" && d.Until < today && (d.TakenBy == "" || d.TakenBy == id):
			w.taken = append(w.taken, d)
			w.Items = append(w.Items, d.ID)
			w.Asks = w.Asks || d.Asks
		}
	}
	return w, nil
}

// takeDues gives the request what has come due of the systems it works, so that nobody holds it or takes it twice.
func (e *Engine) takeDues(tx *state.Tx, o *open, p *plan.Plan, now time.Time) error {
	current, err := dueOf(tx, e, o.ID, p.AsOf)
	if err != nil {
		return err
	}
	if !slices.Equal(current.Items, p.Due.Items) || !slices.Equal(current.Held, o.due.Held) {
		return Stale{[]string{"what has come due was held, released or taken since"}}
	}
	out := leftOut(p)
	for _, d := range current.taken {
		if slices.Contains(out, d.System) {
			continue
		}
		if err := tx.TakeDue(d.ID, o.ID, now); err != nil {
			return err
		}
	}
	return nil
}

// finishDues ends what a request took up, when all is done. What its plan keeps still has an item of the first request's, new where its
// end has moved; an item of which nothing is left ends.
func (e *Engine) finishDues(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, keep lasting, now time.Time) error {
	of := o.due.Of
	if err := e.writeDues(tx, of, p, work, keep, now); err != nil {
		return err
	}
	items, err := tx.Dues(state.DueFilter{Request: of, States: undone})
	if err != nil {
		return err
	}
	covered, err := supplemented(tx, o.ID)
	if err != nil {
		return err
	}
	out := slices.DeleteFunc(leftOut(p), func(s string) bool { return slices.Contains(covered, s) })
	for _, d := range items {
		still := slices.ContainsFunc(work.Dues, func(k planner.Kept) bool {
			return d.Same(state.DueItem{System: k.System, Collection: k.Collection, Rule: k.Purpose, Until: k.Date, Event: k.Event})
		})
		switch {
		case slices.Contains(out, d.System) || d.State == state.DueHeld || still && d.TakenBy == "":
			continue
		case d.TakenBy != "" && d.TakenBy != o.ID:
			continue
		}
		if err := tx.FinishDue(d.ID, now); err != nil {
			return err
		}
		if err := note(tx, "due.done", of, map[string]string{"item": d.ID, "by": o.ID}, now); err != nil {
			return err
		}
	}
	return e.anchorDues(tx, of, keep, now)
}
