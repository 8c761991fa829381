package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/state"
)

// Dues lists what is kept with an end, by that end; those that are done are left out. Items that end before today (in the
// controller's zone) have come due.
func (e *Engine) Dues(ctx context.Context) (items []state.DueItem, today string, err error) {
	items, err = read(ctx, e, func(tx *state.Tx) ([]state.DueItem, error) {
		return tx.Dues(state.DueFilter{States: []string{state.DueWaiting, state.DueHeld, state.DuePlanned}})
	})
	return items, e.Now().In(e.Planner.Graph.Map.Zone).Format(time.DateOnly), err
}

// HoldDue suspends the erasure of what is kept, with the reason (a claim, an inspection); [Engine.ReleaseDue] lets it go on.
func (e *Engine) HoldDue(ctx context.Context, item, because string) error {
	return e.changeDue(ctx, item, "due.held", func(tx *state.Tx, d state.DueItem, now time.Time) error {
		if d.State != state.DueWaiting && d.State != state.DueHeld {
			return fmt.Errorf("due item %s is %s: %w", item, d.State, ErrState)
		}
		return tx.HoldDue(item, because, e.Operator, now)
	})
}

// ReleaseDue lets a held item go on; one that is not held changes nothing.
func (e *Engine) ReleaseDue(ctx context.Context, item, because string) error {
	return e.changeDue(ctx, item, "due.released", func(tx *state.Tx, _ state.DueItem, now time.Time) error {
		return tx.ReleaseDue(item, because, e.Operator, now)
	})
}

func (e *Engine) changeDue(ctx context.Context, item, kind string, change func(*state.Tx, state.DueItem, time.Time) error) error {
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		d, err := tx.Due(item)
		if err != nil {
			return hint(err, "dossier due")
		}
		if err := change(tx, d, now); err != nil {
			return err
		}
		return note(tx, kind, d.Request, map[string]string{"item": item, "by": journal.Name(e.Operator)}, now)
	})
}
