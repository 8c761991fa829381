package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/core/tombstone"
)

// note writes a leaf of the journal in the transaction it witnesses. No personal data.
func note(tx *state.Tx, kind, request string, fields map[string]string, now time.Time) error {
	_, err := journal.Append(tx, kind, request, fields, now)
	return err
}

// Ledger is the tombstones'.
func (e *Engine) Ledger() *tombstone.Ledger {
	return &tombstone.Ledger{Map: e.Planner.Graph.Map, Ring: e.Ring, Years: e.Years}
}

// promise writes what must stand before the first destructive call: the tombstone, intended; the art. 19 list; the
// due items for what is kept with an end.
func (e *Engine) promise(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, now time.Time) error {
	if err := e.intend(tx, o, p, work, now); err != nil {
		return err
	}
	if err := e.listRecipients(tx, o, p, work, now); err != nil {
		return err
	}
	return e.addDues(tx, o, p, work, now)
}

func (e *Engine) intend(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, now time.Time) error {
	in := tombstone.Intent{Request: o.ID, Right: p.Right, Ground: p.Ground}
	for _, m := range work.Marks {
		in.Person = append(in.Person, subject.Identifier{Kind: m.Kind, Value: subject.Seal(m.Value), Verified: true})
	}
	for _, r := range work.Roots {
		in.Roots = append(in.Roots, tombstone.Root{System: r.System, Collection: r.Collection, Key: r.Values})
	}
	m := e.Planner.Graph.Map
	for _, sys := range p.Systems {
		for _, c := range sys.Collections {
			if t, ok := touched(m, sys.Name, c); ok {
				in.Systems, in.Categories = append(in.Systems, sys.Name), append(in.Categories, t.Categories...)
			}
			for _, a := range c.Actions {
				switch {
				case a.Action.Changes():
					in.Purposes = append(in.Purposes, a.Reason.Purpose)
				case a.Action == plan.Keep:
					in.Kept = true
					if a.Until != nil {
						in.KeptUntil = max(in.KeptUntil, a.Until.Date)
					}
				}
			}
		}
	}
	in.Purposes = slices.DeleteFunc(in.Purposes, func(s string) bool { return s == "" })
	_, err := e.Ledger().Intend(tx, in, now)
	return err
}

// listRecipients enters the art. 19 list: who had rows of what changes, by the map and by the disclosure logs.
func (e *Engine) listRecipients(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, now time.Time) error {
	m := e.Planner.Graph.Map
	in := recipient.Made{Request: o.ID, Event: eventOf(o.Content), KeepUntil: m.Requests.Keep.Add(now.In(m.Zone)).Format(time.DateOnly)}
	for _, sys := range p.Systems {
		for _, c := range sys.Collections {
			if t, ok := touched(m, sys.Name, c); ok {
				in.Touched = append(in.Touched, t)
			}
		}
	}
	for _, d := range work.Disclosures {
		in.Disclosures = append(in.Disclosures, recipient.Disclosure{To: d.To, First: d.First, Last: d.Last})
	}
	rows := recipient.List(m, in, now)
	var marks []subject.Identifier
	for _, x := range work.Marks {
		marks = append(marks, subject.Identifier{Kind: x.Kind, Value: subject.Seal(x.Value), Verified: true})
	}
	if err := e.knownAs(rows, o.Content, marks); err != nil {
		return err
	}
	return recipient.Queue(tx, rows)
}

// touched is a collection the plan changes, with the categories of what is in it.
func touched(m *datamap.Map, system string, c plan.Collection) (recipient.Touched, bool) {
	changes := slices.ContainsFunc(c.Actions, func(a plan.Action) bool {
		return a.Action.Changes() && a.Action != plan.Recount || a.Reason.Code == plan.ByHand
	})
	sys := m.System(system)
	if !changes || sys == nil || sys.Collection(c.Name) == nil {
		return recipient.Touched{}, false
	}
	t := recipient.Touched{Collection: sys.Collection(c.Name)}
	for _, f := range t.Collection.Fields {
		if f.Category != nil {
			t.Categories = append(t.Categories, f.Category.Name)
		}
	}
	return t, true
}

func (e *Engine) voidTombstone(tx *state.Tx, id string, now time.Time) error {
	return e.Ledger().Void(tx, id, now)
}

func (e *Engine) verifyTombstone(tx *state.Tx, id string, now time.Time) error {
	_, err := e.Ledger().Verify(tx, id, now)
	if errors.Is(err, state.ErrNotFound) {
		return nil // the right takes nothing away
	}
	return err
}

// endAs closes a request: outcome, day, and how long its record is kept; its key moves under the month it ends in.
func (e *Engine) endAs(tx *state.Tx, id string, st request.State, out request.Outcome, now time.Time) error {
	x, err := tx.Request(id)
	if err != nil {
		return err
	}
	x.State, x.Outcome, x.WaitingFor, x.WaitingWhy, x.ClosedAt = string(st), string(out), "", "", now
	x.Attention = nil
	if err := e.keepRecord(tx, &x, now); err != nil {
		return err
	}
	if err := tx.CancelTasks(id, "", now); err != nil {
		return err
	}
	if err := tx.ForgetSearch(id); err != nil {
		return err
	}
	return note(tx, "request."+string(st), id, map[string]string{"outcome": string(out)}, now)
}

// keepRecord saves a request whose record is kept from now on as long as the map says, its key under the month that ends in.
func (e *Engine) keepRecord(tx *state.Tx, x *state.Request, now time.Time) (err error) {
	m := e.Planner.Graph.Map
	end := m.Requests.Keep.Add(now.In(m.Zone))
	x.KeepUntil = end.Format(time.DateOnly)
	if month := keys.MonthOf(end); string(month) != x.Month {
		if x.DEK, err = e.Ring.Rewrap(x.DEK, month); err != nil {
			return err
		}
		x.Month = string(month)
	}
	return tx.SaveRequest(*x, now)
}

// Receipt is the receipt of a finished request.
func (e *Engine) Receipt(ctx context.Context, id string) ([]byte, error) {
	signer, err := e.Ring.Signer()
	if err != nil {
		return nil, err
	}
	var out []byte
	err = e.DB.Write(ctx, func(tx *state.Tx) error {
		out, err = journal.Reissue(tx, signer, id, e.Now())
		return err
	})
	return out, err
}
