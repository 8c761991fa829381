package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// release takes the request's mark off held rows, and puts back what nobody holds any more.
func (w *work) release(ctx context.Context, rows []*target) error {
	var held, docs, parts []*target
	for _, t := range rows {
		switch {
		case t.entry == nil:
		case slices.ContainsFunc(t.entry.Marks, func(m string) bool { return m != w.Mark }):
			held = append(held, t)
		case t.part == nil:
			docs = append(docs, t)
		default:
			parts = append(parts, t)
		}
	}
	if err := w.mark(ctx, held); err != nil {
		return err
	}
	if err := w.putBack(ctx, docs); err != nil {
		return err
	}
	return w.putIn(ctx, parts)
}

// leaving says of entries that they are on their way back, from when they do not count where they are in their place, or that they are not after all. It
// gives those of which it could be said.
func (w *work) leaving(ctx context.Context, rows []*target, state string) ([]*target, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	said := map[*target]bool{}
	var all []*statement
	for _, t := range rows {
		x := w.stating(t, bson.D{{Key: "state", Value: state}}, func() { said[t] = true })
		x.rows = nil // nothing of the row has changed
		all = append(all, x)
	}
	err := w.exactly(ctx, "releasing rows of "+w.from.Name, all)
	return slices.DeleteFunc(slices.Clone(rows), func(t *target) bool { return !said[t] }), err
}

// stay says of entries whose content cannot go back that they are held as before; in a transaction that is rolled back.
func (w *work) stay(ctx context.Context, rows []*target) error {
	if w.app.can.transactions {
		return nil
	}
	_, err := w.leaving(ctx, rows, isHeld)
	return err
}

// putBack puts documents back into their place, as the bytes they were.
func (w *work) putBack(ctx context.Context, rows []*target) error {
	rows, changed := w.leaving(ctx, rows, returning)
	if len(rows) == 0 || changed != nil && !errors.Is(changed, errChanged) {
		return changed
	}
	doing := "putting back documents of " + w.from.Name
	if at, err := w.taken(ctx, doing, rows); err != nil {
		return err
	} else if at >= 0 {
		return errors.Join(w.refused("a file has the _id of a held one", "compare the two, and settle it by hand"), w.stay(ctx, rows))
	}
	by, ids := map[string]*target{}, make([]bson.RawValue, len(rows))
	for i, t := range rows {
		by[idKey(t.entry.ID)], ids[i] = t, t.entry.ID
		if err := w.app.copyChunks(ctx, w.from, w.app.heldDB, t.entry.ID, w.app.db, t.entry.Of); err != nil {
			return err
		}
	}
	err := each(ctx, w.app.held(), doing, bson.D{among("_id", ids)}, options.Find(), func(raw bson.Raw) error { // elements may have come back to them since they were read
		by[idKey(raw.Lookup("_id"))].cur = slices.Clone(raw.Lookup("doc").Value)
		return nil
	})
	if err != nil {
		return err
	}
	docs := make([]bson.Raw, len(rows))
	for i, t := range rows {
		docs[i] = t.cur
	}
	back := rows
	_, failed := w.app.db.Collection(w.from.coll).InsertMany(ctx, docs)
	if failed != nil {
		var refused mongo.BulkWriteException
		if w.app.can.transactions || !errors.As(failed, &refused) || len(refused.WriteErrors) == 0 {
			if mongo.IsDuplicateKeyError(failed) {
				return w.refused(asTaken, asTakenHint)
			}
			return failure(ctx, doing, failed)
		}
		back = rows[:min(refused.WriteErrors[0].Index, len(rows))]
	}
	if err := w.settled(ctx, back); err != nil {
		return err
	}
	if failed == nil {
		return changed
	}
	err = failure(ctx, doing, failed)
	if mongo.IsDuplicateKeyError(failed) {
		err = w.refused(asTaken, asTakenHint)
	}
	return errors.Join(err, w.stay(ctx, rows[len(back):]))
}

const (
	asTaken     = "a document has the _id, or a unique value, of a held one"
	asTakenHint = "compare the two, and settle it by hand"
)

// taken is the first of files whose place another file has; -1 where none is. Content is written before its file, and must not become the other's.
func (w *work) taken(ctx context.Context, doing string, rows []*target) (int, error) {
	if w.from.bucket == "" {
		return -1, nil
	}
	at, ids := -1, make([]bson.RawValue, len(rows))
	for i, t := range rows {
		ids[i] = t.entry.Of
	}
	err := each(ctx, w.app.db.Collection(w.from.coll), doing, bson.D{among("_id", ids)}, options.Find().SetProjection(bson.D{{Key: "_id", Value: 1}}), func(raw bson.Raw) error {
		at = slices.IndexFunc(ids, func(id bson.RawValue) bool { return identical(id, raw.Lookup("_id")) })
		return nil
	})
	return at, err
}

// settled ends the return of documents that are in their place again.
func (w *work) settled(ctx context.Context, rows []*target) error {
	if len(rows) == 0 {
		return nil
	}
	ids := make([]bson.RawValue, len(rows))
	for i, t := range rows {
		ids[i] = t.entry.ID
	}
	if err := w.app.dropChunks(ctx, w.from, w.app.heldDB, ids...); err != nil {
		return err
	}
	if err := w.app.dissolve(ctx, ids); err != nil {
		return err
	}
	for _, t := range rows {
		t.at, t.entry, t.done = t.entry.Of, nil, true
	}
	return nil
}

// dissolve takes away entries whose content is in its place again.
func (s *store) dissolve(ctx context.Context, ids []bson.RawValue) error {
	_, err := s.held().DeleteMany(ctx, bson.D{among("_id", ids), {Key: "state", Value: returning}})
	return failure(ctx, "taking marks away", err)
}

// refused is an ErrConflict that the outcome explains; what was to be put back stays held.
func (w *work) refused(what, hint string) error {
	w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Error, Path: w.from.Name, Summary: w.from.Name + ": " + what, Detail: hint})
	return fmt.Errorf("%w: %s", connectors.ErrConflict, what)
}
