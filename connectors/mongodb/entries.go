package mongodb

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// lookedAt is how many entries are looked at together, with the documents they belong to.
const lookedAt = 200

// entries looks at what is held.
func (f *finder) entries(ctx context.Context, some []*entry) error {
	some = slices.DeleteFunc(some, func(e *entry) bool {
		seen := f.held[string(e.ID.Value)]
		f.held[string(e.ID.Value)] = true
		return seen
	})
	around, err := f.enclosing(ctx, some)
	if err != nil {
		return err
	}
	for _, e := range some {
		if e.Doc.Type == 0 { // nothing of it was asked for
			e.Doc = embedded(document(nil))
		}
		doc := around[idKey(e.Of)]
		if ok, err := e.counts(doc); err != nil {
			return err
		} else if !ok {
			if err := f.left(e); err != nil {
				return err
			}
			continue
		}
		st := e.stand()
		if e.Path != "" {
			st.around = doc
		}
		if err := f.stand(ctx, "held", st); err != nil {
			return err
		}
	}
	return nil
}

// counts says whether what is held counts as the row: it does not while the row is in its ordinary place. doc is the document it is, or was an element
// of, wherever that is; nil where it is gone.
func (e *entry) counts(doc bson.Raw) (bool, error) {
	switch {
	case e.State == isHeld:
		return true, nil
	case e.Path == "" || doc == nil:
		return doc == nil, nil
	}
	i, err := indexIn(doc, e.Path, e.Doc)
	return i < 0, err
}

// enclosing are the documents entries belong to, as far as they have to be looked at: of an element the one around it, wherever that is; of a document that is
// on its way the one in its ordinary place.
func (f *finder) enclosing(ctx context.Context, some []*entry) (map[string]bson.Raw, error) {
	out := map[string]bson.Raw{}
	var ids, parts []bson.RawValue
	for _, e := range some {
		if e.Path != "" || e.State != isHeld {
			ids = append(ids, e.Of)
		}
	}
	if len(ids) == 0 {
		return out, nil
	}
	doing := "reading documents around what is held of " + f.from.Name
	err := each(ctx, f.db.Collection(f.from.coll), doing, bson.D{among("_id", ids)}, options.Find(), func(raw bson.Raw) error {
		out[idKey(raw.Lookup("_id"))] = slices.Clone(raw)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, e := range some {
		if e.Path != "" && out[idKey(e.Of)] == nil {
			parts = append(parts, e.Of)
		}
	}
	if len(parts) == 0 {
		return out, nil
	}
	query := bson.D{{Key: "coll", Value: f.from.coll}, {Key: "path", Value: ""}, among("of", parts)}
	return out, each(ctx, f.store.held(), doing, query, options.Find(), func(raw bson.Raw) error {
		var e entry
		if bson.Unmarshal(raw, &e) != nil {
			return errNoBSON
		}
		out[idKey(e.Of)] = e.Doc.Value
		return nil
	})
}

// left notes an entry that does not count, where what it holds is selected: somebody was broken off while moving it.
func (f *finder) left(e *entry) error {
	if f.stale == nil {
		return nil
	}
	rows, err := e.stand().rows(f.from)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if who, err := f.persons(r); err != nil || len(who) > 0 {
			e.Doc = missing // only that it is there matters from here on
			*f.stale = append(*f.stale, e)
			return err
		}
	}
	return nil
}

// tidy takes copies away that calls left that were broken off, once rows have been worked: content that was on its way to be held, or back, and is in its
// place. What another request is just moving is left alone, unless the row is to be deleted.
func (w *work) tidy(ctx context.Context) error {
	var ids []bson.RawValue
	for _, e := range w.stale {
		if w.Verb == connectors.Delete || w.Verb == connectors.Release && (e.State == returning || slices.Contains(e.Marks, w.Mark)) {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := w.app.dropChunks(ctx, w.from, w.app.heldDB, ids...); err != nil {
		return err
	}
	_, err := w.app.held().DeleteMany(ctx, bson.D{among("_id", ids), {Key: "state", Value: bson.D{{Key: "$ne", Value: isHeld}}}})
	return failure(ctx, "taking leftovers of "+w.from.Name+" away", err)
}
