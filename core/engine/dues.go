package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// addDues remembers what is kept with an end, under keys of its own that outlive the request, marked so that a later request of the
// same person finds it.
func (e *Engine) addDues(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, now time.Time) error {
	if o.due != nil {
		return e.takeDues(tx, o, p, now)
	}
	return e.writeDues(tx, o.ID, p, work, lastingOf(o.Content, work), now)
}

// writeDues writes an item for every end of the work's, as request's; the same end again is the same item, brought in line.
func (e *Engine) writeDues(tx *state.Tx, request string, p *plan.Plan, work *planner.Work, keep lasting, now time.Time) error {
	if len(work.Dues) == 0 {
		return nil
	}
	marks, err := e.marksOf(uniqueOf(work), e.Ring.DueMarkKey(), subject.DueUse)
	if err != nil {
		return err
	}
	there, err := tx.Dues(state.DueFilter{Request: request})
	if err != nil {
		return err
	}
	last := len(there)
	for _, d := range work.Dues {
		item := state.DueItem{Request: request, System: d.System, Collection: d.Collection, Rule: d.Purpose, Law: d.Law, Until: d.Date, Event: d.Event, Criterion: d.Criterion, Count: d.Rows,
			MapDigest: p.Map, PlanDigest: p.Digest, Marks: marks}
		if i := slices.IndexFunc(there, item.Same); i >= 0 {
			item.ID = there[i].ID
		} else {
			last++
			item.ID = fmt.Sprintf("%s-%d", request, last)
		}
		if err := e.sealLasting(&item, keep); err != nil {
			return err
		}
		if err := tx.AddDue(item, now); err != nil {
			return err
		}
	}
	return nil
}

// anchorDues seals how the kept rows look now, when all is done: a later request finds them by their keys, as long as they look so.
func (e *Engine) anchorDues(tx *state.Tx, request string, keep lasting, now time.Time) error {
	items, err := tx.Dues(state.DueFilter{Request: request, States: undone})
	if err != nil {
		return err
	}
	for _, d := range items {
		if err := e.sealLasting(&d, keep); err != nil {
			return err
		}
		if err := tx.SealDue(d, now); err != nil {
			return err
		}
	}
	return nil
}

// undone are the states of an item that still holds something.
var undone = []string{state.DueWaiting, state.DueHeld, state.DuePlanned}

// former is what earlier erasures kept of a person.
type former struct {
	known   []planner.Mark
	anchors []planner.Anchor
	ends    []planner.KeptUntil
}

func keptUntil(d state.DueItem) planner.KeptUntil {
	return planner.KeptUntil{System: d.System, Collection: d.Collection, Purpose: d.Rule, Until: d.Until}
}

// formerly is what earlier erasures kept of this person: an access a year later finds the kept invoice by it, although nothing in any
// system leads from the person to it any more.
func (e *Engine) formerly(ctx context.Context, ids []subject.Identifier) (former, error) {
	var out former
	marks, err := e.marksOf(ids, e.Ring.DueMarkKey(), subject.DueUse)
	if err != nil || len(marks) == 0 {
		return out, err
	}
	items, err := read(ctx, e, func(tx *state.Tx) ([]state.DueItem, error) { return tx.Dues(state.DueFilter{Marks: sums(marks)}) })
	if err != nil {
		return out, err
	}
	done := map[string]bool{} // the items of one request hold the same
	for _, d := range items {
		out.ends = append(out.ends, keptUntil(d))
		if done[d.Request] {
			continue
		}
		done[d.Request] = true
		kept, err := e.openLasting(d)
		if err != nil {
			return out, err
		}
		out.known, out.anchors = append(out.known, kept.Known...), append(out.anchors, kept.Anchors...)
	}
	return out, nil
}

// uniqueOf are the unique identifiers a plan's work knows of the person.
func uniqueOf(work *planner.Work) []subject.Identifier {
	var out []subject.Identifier
	for _, m := range work.Marks {
		if m.Unique {
			out = append(out, subject.Identifier{Kind: m.Kind, Value: subject.Seal(m.Value), Verified: true})
		}
	}
	return out
}

func sums(marks []state.Mark) [][]byte {
	out := make([][]byte, len(marks))
	for i, m := range marks {
		out[i] = m.Sum
	}
	return out
}
