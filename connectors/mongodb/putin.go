package mongodb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// putIn puts elements back into their arrays: each behind the nearest of those that stood before it and are still there. The documents may have changed
// as they like; where one does between being read and being written, it is read again.
func (w *work) putIn(ctx context.Context, rows []*target) error {
	rows, changed := w.leaving(ctx, rows, returning)
	if changed != nil && !errors.Is(changed, errChanged) {
		return changed
	}
	var refused error
	var stay []*target
	for range rewrites {
		if len(rows) == 0 {
			return errors.Join(changed, refused, w.stay(ctx, stay))
		}
		homes, err := w.homes(ctx, rows)
		if err != nil {
			return err
		}
		var all []*statement
		for _, h := range homes {
			left, err := h.take(w)
			if errors.Is(err, connectors.ErrConflict) {
				refused = errors.Join(refused, err)
			} else if err != nil {
				return err
			}
			if stay = append(stay, left...); len(h.rows) > 0 {
				all = append(all, h.statement(w))
			}
		}
		if _, err := w.carry(ctx, "putting back elements of "+w.from.Name, all); err != nil {
			return err
		}
		if err := w.back(ctx, rows); err != nil {
			return err
		}
		rows = slices.DeleteFunc(rows, func(t *target) bool { return t.off || slices.Contains(stay, t) })
	}
	return errors.Join(errChanged, refused, w.stay(ctx, append(stay, rows...)))
}

// back ends the return of elements that are in their arrays again.
func (w *work) back(ctx context.Context, rows []*target) error {
	var ids []bson.RawValue
	for _, t := range rows {
		if t.off {
			ids = append(ids, t.entry.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return w.app.dissolve(ctx, ids)
}

// home is a document, wherever it is, and the held elements that go back into its array.
type home struct {
	stand    *stand // nil: it is gone
	rows     []*target
	was, now bson.RawValue
}

// homes are the documents rows go back to, as they are now.
func (w *work) homes(ctx context.Context, rows []*target) ([]*home, error) {
	var out []*home
	by := map[string]*home{}
	var ids []bson.RawValue
	for _, t := range rows {
		h := by[idKey(t.entry.Of)]
		if h == nil {
			h = &home{}
			out, by[idKey(t.entry.Of)], ids = append(out, h), h, append(ids, t.entry.Of)
		}
		h.rows = append(h.rows, t)
	}
	doing := "putting back elements of " + w.from.Name
	for _, h := range out { // so that each finds the one that stood before it
		slices.SortStableFunc(h.rows, func(a, b *target) int { return a.entry.place() - b.entry.place() })
	}
	err := each(ctx, w.app.db.Collection(w.from.coll), doing, bson.D{among("_id", ids)}, options.Find(), func(raw bson.Raw) error {
		raw = slices.Clone(raw)
		by[idKey(raw.Lookup("_id"))].stand = standing(raw.Lookup("_id"), raw)
		return nil
	})
	if err != nil || !slices.ContainsFunc(out, func(h *home) bool { return h.stand == nil }) {
		return out, err
	}
	held := bson.D{{Key: "coll", Value: w.from.coll}, {Key: "path", Value: ""}, among("of", ids)}
	return out, each(ctx, w.app.held(), doing, held, options.Find(), func(raw bson.Raw) error {
		e := &entry{}
		if bson.Unmarshal(raw, e) != nil {
			return errNoBSON
		}
		if h := by[idKey(e.Of)]; h.stand == nil {
			h.stand = e.stand()
		}
		return nil
	})
}

// take puts what can be put into the array, and gives the others, with the reason.
func (h *home) take(w *work) (left []*target, err error) {
	if h.stand == nil {
		left, h.rows = h.rows, nil
		return left, w.refused("the document a held element stood in is gone", "settle the held element by hand")
	}
	if h.was, err = lookup(h.stand.doc, w.from.path); err != nil {
		return nil, blocked(w.from, strings.Join(w.from.path, "."), err)
	}
	var vs []bson.RawValue
	if h.was.Type == bson.TypeArray {
		if vs, err = members(h.was); err != nil {
			return nil, err
		}
	} else if !isNull(h.was) {
		left, h.rows = h.rows, nil
		return left, w.refused("what a held element stood in is no array any more", "settle the held element by hand")
	}
	taken, err := w.keys(h.stand.doc, vs) // those that come back together may be alike, as they were
	if err != nil {
		return nil, err
	}
	prints := make([]int32, len(vs), len(vs)+len(h.rows))
	for i, v := range vs {
		prints[i] = printOf(v)
	}
	vs = slices.Grow(vs, len(h.rows))
	var in []*target
	var refused error
	for _, t := range h.rows {
		key, err := w.ownKey(row{stand: &stand{body: &body{around: h.stand.doc}}, part: &part{was: t.part.cur}})
		if err != nil {
			return nil, err
		}
		if taken.has(key) {
			left = append(left, t)
			refused = w.refused("an element with the key of a held one has been written meanwhile", "compare the two, and settle it by hand")
			continue
		}
		at := after(prints, t.entry.Before)
		in, vs, prints = append(in, t), slices.Insert(vs, at, t.part.cur), slices.Insert(prints, at, printOf(t.part.cur))
	}
	h.rows, h.now = in, array(vs)
	return left, refused
}

// statement writes the array with what was put into it, where it is as it was.
func (h *home) statement(w *work) *statement {
	path := strings.Join(w.from.path, ".")
	if h.stand.entry != nil {
		path = "doc." + path
	}
	return &statement{stand: h.stand, rows: h.rows, guard: append(byID(h.stand.at), equals(path, h.was)), set: bson.D{{Key: path, Value: h.now}},
		done: func() {
			for _, t := range h.rows {
				t.off = true
			}
		},
		as: func(raw bson.Raw) (exactly, since bool, err error) {
			v, err := single(raw, path)
			if err != nil || v.Type != bson.TypeArray {
				return false, false, err
			}
			vs, err := members(v)
			has := func(t *target) bool {
				return slices.ContainsFunc(vs, func(m bson.RawValue) bool { return identical(m, t.part.cur) })
			}
			return identical(v, h.now), !slices.ContainsFunc(h.rows, func(t *target) bool { return !has(t) }), err
		}}
}

// keySet are keys elements have, by the marks of their first value.
type keySet map[string][][]any

// keys are those of an array's elements.
func (w *work) keys(doc bson.Raw, vs []bson.RawValue) (keySet, error) {
	out := keySet{}
	for _, v := range vs {
		key, err := w.ownKey(row{stand: &stand{body: &body{around: doc}}, part: &part{was: v}})
		if err != nil {
			return nil, err
		}
		if len(key) == 0 {
			continue
		}
		for _, mark := range marks(key[0]) {
			out[mark] = append(out[mark], key)
		}
	}
	return out, nil
}

func (s keySet) has(key []any) bool {
	if len(key) == 0 {
		return false
	}
	for _, mark := range marks(key[0]) {
		if slices.ContainsFunc(s[mark], func(other []any) bool { return slices.EqualFunc(key, other, connectors.Equal) }) {
			return true
		}
	}
	return false
}

// ownKey are the fields of the key the element itself has; none where one of them is empty.
func (w *work) ownKey(r row) ([]any, error) {
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
