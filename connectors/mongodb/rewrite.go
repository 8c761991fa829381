package mongodb

import (
	"context"
	"errors"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
)

// rewrites is how often an array is read and written again because others changed it meanwhile.
const rewrites = 100

// rewrite changes elements of an array: the array is written anew where it is as it was, whole. No operator of the server does that for
// one element safely: $pull of a part of an element silently removes nothing on one server, and on others more than the one that was meant.
// Where the array has changed it is read again, and elements that are still the same are still the rows.
func (w *work) rewrite(ctx context.Context, rows []*target) error {
	st := rows[0].stand
	coll, prefix := w.app.home(w.from, st)
	field := prefix + strings.Join(w.from.path, ".")
	for range rewrites {
		parts, err := st.parts(w.from.path)
		if err != nil {
			return err
		}
		filter, err := w.guard(rows[0], prefix)
		if err != nil {
			return err
		}
		was, now, err := w.edited(parts, rows)
		if err != nil {
			return err
		}
		filter = append(filter, equals(field, was))
		result, err := coll.UpdateOne(ctx, filter, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: now}}}})
		if err != nil {
			return failure(ctx, "changing elements of "+w.from.Name, err)
		}
		if result.MatchedCount > 0 {
			return w.rewritten(st, rows, now)
		}
		if err := w.reread(ctx, coll, prefix, st, rows); err != nil || st.off {
			return err
		}
	}
	return errChanged
}

// takesAway says whether an element that is treated leaves its array.
func (w *work) takesAway() bool { return w.Verb == connectors.Delete || w.Verb == connectors.Block }

// edited is the array as the store has it, and as it is to be.
func (w *work) edited(parts []*part, rows []*target) (was, now bson.RawValue, err error) {
	ours := map[*part]*target{}
	for _, t := range rows {
		ours[t.part] = t
	}
	var before, after []bson.RawValue
	for _, p := range parts {
		if p.off {
			continue
		}
		before = append(before, p.cur)
		t := ours[p]
		switch {
		case t == nil:
			after = append(after, p.cur)
		case w.takesAway():
		default:
			v, err := t.assigned(w.from, p.cur)
			if err != nil {
				return missing, missing, err
			}
			after = append(after, v)
		}
	}
	return array(before), array(after), nil
}

// rewritten notes what the store has now.
func (w *work) rewritten(st *stand, rows []*target, now bson.RawValue) error {
	for _, t := range rows {
		t.done = true
		if w.takesAway() {
			t.part.off = true
			continue
		}
		v, err := t.assigned(w.from, t.part.cur)
		if err != nil {
			return err
		}
		t.part.cur = v
	}
	var err error
	st.cur, err = put(st.cur, w.from.path, now)
	return err
}

// reread reads a document that did not fit its guard again. Its elements that are as they were are the same; others are new to this call.
func (w *work) reread(ctx context.Context, coll *mongo.Collection, prefix string, st *stand, rows []*target) error {
	raw, err := coll.FindOne(ctx, byID(st.at)).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		st.off = true
		return nil
	}
	if err != nil {
		return failure(ctx, "reading a document of "+w.from.Name+" again", err)
	}
	if prefix != "" {
		raw = raw.Lookup("doc").Value
	}
	if err := w.unchanged(st, rows[0], raw); err != nil {
		return err
	}
	list, err := lookup(raw, w.from.path)
	if err != nil {
		return err
	}
	var vs []bson.RawValue
	if list.Type == bson.TypeArray {
		if vs, err = members(list); err != nil {
			return err
		}
	}
	key := strings.Join(w.from.path, ".")
	old := st.arrays[key]
	var fresh []*part
	for _, v := range vs {
		fresh = append(fresh, take(&old, v))
	}
	for _, p := range old { // not there any more
		for _, t := range rows {
			if t.part == p && !p.off {
				return errChanged // gone, or changed: found anew, it is one or the other
			}
		}
		p.off = true
	}
	st.arrays[key], st.cur = fresh, raw
	return nil
}

// unchanged says whether what a row was selected by beside its array is as it was.
func (w *work) unchanged(st *stand, t *target, raw bson.Raw) error {
	before := st.cur
	st.cur = raw
	defer func() { st.cur = before }()
	now, err := w.guard(t, "")
	if err != nil {
		return err
	}
	st.cur = before
	then, err := w.guard(t, "")
	if err != nil {
		return err
	}
	a, err := bson.Marshal(now)
	if err != nil {
		return errNoBSON
	}
	b, err := bson.Marshal(then)
	if err != nil {
		return errNoBSON
	}
	if string(a) != string(b) {
		return errChanged
	}
	return nil
}

// take gives the first of parts that the store has as v, and takes it off the list; a new one where there is none.
func take(parts *[]*part, v bson.RawValue) *part {
	for i, p := range *parts {
		if !p.off && identical(p.cur, v) {
			*parts = append((*parts)[:i:i], (*parts)[i+1:]...)
			return p
		}
	}
	return &part{was: v, now: v, cur: v}
}
