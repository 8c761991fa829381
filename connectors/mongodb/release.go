package mongodb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
)

// release takes the request's mark off held rows, and puts back what nobody holds any more.
func (w *work) release(ctx context.Context, rows []*target) error {
	for _, t := range rows {
		if t.entry == nil {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(t.entry.Marks), func(m string) bool { return m == w.Mark })
		var err error
		switch {
		case len(left) > 0:
			err = w.mark(ctx, t, left)
		case t.part == nil:
			err = w.putBack(ctx, t)
		default:
			err = w.putIn(ctx, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaving says of an entry that it is on its way back; from when it is in its place, it does not count.
func (w *work) leaving(ctx context.Context, t *target, state string) (bool, error) {
	filter := append(byID(t.at), bson.E{Key: "marks", Value: bson.D{{Key: "$eq", Value: t.entry.Marks}}})
	result, err := w.app.held().UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: state}}}})
	if err != nil {
		return false, failure(ctx, "releasing a row of "+w.from.Name, err)
	}
	if result.MatchedCount == 0 {
		return false, w.app.missed(ctx, w.app.held(), t.stand)
	}
	return true, nil
}

// putBack puts a document back into its place, as the bytes it was.
func (w *work) putBack(ctx context.Context, t *target) error {
	if ok, err := w.leaving(ctx, t, returning); err != nil || !ok {
		return err
	}
	if w.from.bucket != "" {
		there, err := w.app.document(ctx, w.from.coll, t.entry.Of)
		if err != nil {
			return err
		}
		if there != nil {
			return w.refused(ctx, t, "a file has the _id of a held one", "compare the two, and settle it by hand")
		}
	}
	if err := w.app.copyChunks(ctx, w.from, w.app.heldDB, t.entry.ID, w.app.db, t.entry.Of); err != nil {
		return err
	}
	now, err := w.app.entry(ctx, t.entry.ID) // elements of it may have come back to it since it was read
	if err != nil {
		return err
	}
	t.cur = now.Doc.Value
	_, err = w.app.db.Collection(w.from.coll).InsertOne(ctx, t.cur)
	if mongo.IsDuplicateKeyError(err) {
		return w.refused(ctx, t, "a document has the _id, or a unique value, of a held one", "compare the two, and settle it by hand")
	}
	if err != nil {
		return failure(ctx, "putting back a document of "+w.from.Name, err)
	}
	if err := w.app.dropChunks(ctx, w.from, w.app.heldDB, t.entry.ID); err != nil {
		return err
	}
	if err := w.app.dissolve(ctx, t.entry); err != nil {
		return err
	}
	t.at, t.entry, t.done = t.entry.Of, nil, true
	return nil
}

// dissolve takes away an entry whose content is in its place again.
func (s *store) dissolve(ctx context.Context, e *entry) error {
	_, err := s.held().DeleteOne(ctx, append(byID(e.ID), bson.E{Key: "state", Value: returning}))
	return failure(ctx, "taking a mark away", err)
}

// putIn puts an element back into its array: behind the nearest of those that stood before it and are still there.
func (w *work) putIn(ctx context.Context, t *target) error {
	if ok, err := w.leaving(ctx, t, returning); err != nil || !ok {
		return err
	}
	field := strings.Join(w.from.path, ".")
	for range rewrites {
		coll, prefix, id := w.app.db.Collection(w.from.coll), "", t.entry.Of
		doc, err := w.app.document(ctx, w.from.coll, t.entry.Of)
		if err != nil {
			return err
		}
		if doc == nil {
			around, err := w.app.heldDocument(ctx, w.from.coll, t.entry.Of)
			if err != nil {
				return err
			}
			if around == nil {
				return w.refused(ctx, t, "the document a held element stood in is gone", "settle the held element by hand")
			}
			coll, prefix, id, doc = w.app.held(), "doc.", around.ID, around.Doc.Value
		}
		was, now, err := w.with(ctx, t, doc)
		if err != nil {
			return err
		}
		filter := append(byID(id), equals(prefix+field, was))
		result, err := coll.UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: bson.D{{Key: prefix + field, Value: now}}}})
		if err != nil {
			return failure(ctx, "putting back an element of "+w.from.Name, err)
		}
		if result.MatchedCount > 0 {
			if err := w.app.dissolve(ctx, t.entry); err != nil {
				return err
			}
			t.off, t.done = true, true
			return nil
		}
	}
	_, err := w.leaving(ctx, t, isHeld)
	if err == nil {
		err = errChanged
	}
	return err
}

// with is the array of a document, and the array with the held element in it again.
func (w *work) with(ctx context.Context, t *target, doc bson.Raw) (was, now bson.RawValue, err error) {
	if was, err = lookup(doc, w.from.path); err != nil {
		return was, now, blocked(w.from, strings.Join(w.from.path, "."), err)
	}
	var vs []bson.RawValue
	if was.Type == bson.TypeArray {
		if vs, err = members(was); err != nil {
			return was, now, err
		}
	} else if !isNull(was) {
		return was, now, w.refused(ctx, t, "what a held element stood in is no array any more", "settle the held element by hand")
	}
	prints := make([]int32, len(vs))
	key, err := w.ownKey(row{stand: &stand{around: doc}, part: &part{was: t.part.cur}}, doc)
	if err != nil {
		return was, now, err
	}
	for i, v := range vs {
		prints[i] = printOf(v)
		other, err := w.ownKey(row{stand: &stand{around: doc}, part: &part{was: v}}, doc)
		if err != nil {
			return was, now, err
		}
		if len(key) > 0 && slices.EqualFunc(key, other, connectors.Equal) {
			return was, now, w.refused(ctx, t, "an element with the key of a held one has been written meanwhile", "compare the two, and settle it by hand")
		}
	}
	return was, array(slices.Insert(vs, after(prints, t.entry.Before), t.part.cur)), nil
}

// ownKey are the fields of the key the element itself has; none where one of them is empty.
func (w *work) ownKey(r row, doc bson.Raw) ([]any, error) {
	var out []any
	for _, k := range w.On.Collection.Key {
		n, err := w.from.name(k)
		if err != nil {
			return nil, err
		}
		v, around, err := r.find(w.from, n, false)
		if err != nil {
			return nil, err
		}
		if around {
			continue
		}
		if connectors.Empty(fromBSON(v)) {
			return nil, nil
		}
		out = append(out, fromBSON(v))
	}
	return out, nil
}

// refused is an ErrConflict that the outcome explains; what was to be put back stays held.
func (w *work) refused(ctx context.Context, t *target, what, hint string) error {
	w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Error, Path: w.from.Name, Summary: w.from.Name + ": " + what, Detail: hint})
	if !w.app.can.transactions { // there it is rolled back
		if _, err := w.leaving(ctx, t, isHeld); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %s", connectors.ErrConflict, what)
}
