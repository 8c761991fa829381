package engine

import (
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// note writes a leaf of the journal in the transaction it witnesses. No personal data.
func note(tx *state.Tx, kind, request string, fields map[string]string, now time.Time) error {
	return nil
}

func (e *Engine) promise(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, now time.Time) error {
	return nil
}

func (e *Engine) voidTombstone(tx *state.Tx, id string, now time.Time) error { return nil }

// endAs closes a request: outcome, day, and how long its record is kept; its key moves under the month it ends in.
func (e *Engine) endAs(tx *state.Tx, id string, st request.State, out request.Outcome, now time.Time) error {
	x, err := tx.Request(id)
	if err != nil {
		return err
	}
	end := e.Planner.Graph.Map.Requests.Keep.Add(now.In(e.Planner.Graph.Map.Zone))
	x.State, x.Outcome, x.WaitingFor, x.WaitingWhy, x.ClosedAt, x.KeepUntil = string(st), string(out), "", "", now, end.Format(time.DateOnly)
	if month := keys.MonthOf(end); string(month) != x.Month {
		if x.DEK, err = e.Ring.Rewrap(x.DEK, month); err != nil {
			return err
		}
		x.Month = string(month)
	}
	if err := tx.SaveRequest(x, now); err != nil {
		return err
	}
	return note(tx, "request."+string(st), id, map[string]string{"outcome": string(out)}, now)
}

func (e *Engine) verifyTombstone(tx *state.Tx, id string, now time.Time) error { return nil }
