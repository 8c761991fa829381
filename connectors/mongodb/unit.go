package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
)

// errChanged is the answer where a document is not what it was when its rows were found.
var errChanged = fmt.Errorf("%w: a document was changed meanwhile", connectors.ErrTryLater)

// unit has a unit confirmed and does it, or does it in a transaction and has it confirmed before that is committed.
func (w *work) unit(ctx context.Context, unit []*target) error {
	if w.Verb == connectors.Recount { // the rows that refer are counted as they are now
		var err error
		if unit, err = w.counted(ctx, unit); err != nil || len(unit) == 0 {
			return err
		}
	}
	if w.Verb == connectors.Block {
		if err := w.app.makeHeld(ctx); err != nil { // not in a transaction
			return err
		}
	}
	w.doubts = nil
	if w.app.can.transactions {
		return w.transaction(ctx, unit)
	}
	if err := w.asks(ctx, unit, nil); err != nil {
		return err
	}
	err := w.change(ctx, unit)
	w.tally(w.out, done(unit), w.doubts)
	return err
}

func done(unit []*target) []*target {
	return slices.DeleteFunc(slices.Clone(unit), func(t *target) bool { return !t.done })
}

// tally counts rows that were changed, and of those nobody can tell apart as many as are certain.
func (w *work) tally(o *connectors.Outcome, rows []*target, doubts []doubt) {
	for _, t := range rows {
		t.count(o)
	}
	for _, d := range doubts {
		n, of := d.least()
		o.Changed += n
		for p, k := range of {
			o.ByPerson[p] += k
		}
	}
}

// asks has the host confirm rows.
func (w *work) asks(ctx context.Context, unit []*target, doubts []doubt) error {
	ask := connectors.Outcome{ID: w.ID, ByPerson: map[int]int64{}}
	if len(w.Capture) > 0 {
		ask.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	w.tally(&ask, unit, doubts)
	for _, t := range unit {
		t.capture(&ask)
	}
	for _, d := range doubts {
		for _, x := range d.all {
			for _, t := range x.rows {
				t.capture(&ask)
			}
		}
	}
	if err := w.app.confirm(ctx, []connectors.Outcome{ask}); err != nil {
		return err
	}
	return ctx.Err()
}

// transaction does a unit in a transaction. What is confirmed is what was done.
func (w *work) transaction(ctx context.Context, unit []*target) error {
	session, err := w.app.client.StartSession()
	if err != nil {
		return failure(ctx, "beginning a transaction", err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	if err := session.StartTransaction(); err != nil {
		return failure(ctx, "beginning a transaction", err)
	}
	inside := mongo.NewSessionContext(ctx, session)
	err = w.change(inside, unit)
	if err == nil {
		err = w.asks(ctx, done(unit), w.doubts)
	}
	if err != nil {
		return errors.Join(err, failure(ctx, "rolling back", session.AbortTransaction(context.WithoutCancel(ctx))))
	}
	if err := session.CommitTransaction(ctx); err != nil {
		return failure(ctx, "committing", err)
	}
	w.tally(w.out, done(unit), w.doubts)
	return nil
}

// change changes rows, those of one document together. What is gone already is passed over: fewer rows are always fine.
func (w *work) change(ctx context.Context, unit []*target) error {
	unit = slices.DeleteFunc(slices.Clone(unit), func(t *target) bool { return t.off })
	switch w.Verb {
	case connectors.Release:
		return w.release(ctx, unit)
	case connectors.Block:
		return w.block(ctx, unit)
	case connectors.Ensure:
		for _, t := range unit {
			if err := w.insert(ctx, t); err != nil {
				return err
			}
		}
		return nil
	}
	whole, parts := apart(unit)
	var err error
	if w.Verb == connectors.Delete {
		err = w.remove(ctx, whole)
	} else {
		err = w.write(ctx, whole)
	}
	if err != nil && (w.app.can.transactions || !errors.Is(err, errChanged)) {
		return err
	}
	return errors.Join(err, w.rewrite(ctx, parts))
}

// apart tells rows that are stored by themselves from elements that stand in a document's array.
func apart(rows []*target) (whole, parts []*target) {
	for _, t := range rows {
		if t.part != nil && t.doc != nil {
			parts = append(parts, t)
		} else {
			whole = append(whole, t)
		}
	}
	return whole, parts
}

// byStand puts the rows of one document together, in their order.
func byStand(rows []*target) [][]*target {
	var out [][]*target
	at := map[*stand]int{}
	for _, t := range rows {
		i, ok := at[t.stand]
		if !ok {
			i, at[t.stand] = len(out), len(out)
			out = append(out, nil)
		}
		out[i] = append(out[i], t)
	}
	return out
}
