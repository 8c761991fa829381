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
	if w.app.can.transactions {
		return w.transaction(ctx, unit)
	}
	if err := w.asks(ctx, unit); err != nil {
		return err
	}
	err := w.change(ctx, unit)
	for _, t := range unit {
		if t.done {
			t.count(w.out)
		}
	}
	return err
}

// asks has the host confirm rows.
func (w *work) asks(ctx context.Context, unit []*target) error {
	ask := connectors.Outcome{ID: w.ID, ByPerson: map[int]int64{}}
	if len(w.Capture) > 0 {
		ask.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	for _, t := range unit {
		t.count(&ask)
		t.capture(&ask)
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
		unit = slices.DeleteFunc(slices.Clone(unit), func(t *target) bool { return !t.done })
		err = w.asks(ctx, unit)
	}
	if err != nil {
		return errors.Join(err, failure(ctx, "rolling back", session.AbortTransaction(context.WithoutCancel(ctx))))
	}
	if err := session.CommitTransaction(ctx); err != nil {
		return failure(ctx, "committing", err)
	}
	for _, t := range unit {
		t.count(w.out)
	}
	return nil
}

// change changes rows, those of one document together. What is gone already is passed over: fewer rows are always fine.
func (w *work) change(ctx context.Context, unit []*target) error {
	for _, t := range unit {
		if t.part != nil && t.part.home != nil {
			t.stand = t.part.home
		}
	}
	for len(unit) > 0 {
		n := 1
		for n < len(unit) && unit[n].stand == unit[0].stand && unit[0].part != nil {
			n++
		}
		if err := w.inDocument(ctx, unit[:n]); err != nil {
			return err
		}
		unit = unit[n:]
	}
	return nil
}

// inDocument changes the document that is a row, or rows in one document.
func (w *work) inDocument(ctx context.Context, rows []*target) error {
	switch {
	case rows[0].off:
		return nil
	case w.Verb == connectors.Release:
		return w.release(ctx, rows)
	case w.Verb == connectors.Block:
		return w.block(ctx, rows)
	case w.Verb == connectors.Delete && (rows[0].part == nil || rows[0].doc == nil):
		return w.remove(ctx, rows[0])
	case w.Verb == connectors.Ensure:
		return w.insert(ctx, rows[0])
	case rows[0].doc != nil && rows[0].part != nil:
		return w.rewrite(ctx, rows)
	case w.Verb == connectors.Set, w.Verb == connectors.Recount:
		return w.write(ctx, rows[0])
	}
	return notSupported(string(w.Verb))
}
