package mongodb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// rewrites is how often an array is read and written again because others changed it meanwhile.
const rewrites = 100

// rewrite changes elements of arrays: each array is written anew where it is as it was, whole. No operator of the server does that for
// one element safely: $pull of a part of an element silently removes nothing on one server, and on others more than the one that was meant.
// Where an array has changed it is read again, and elements that are still the same are still the rows.
func (w *work) rewrite(ctx context.Context, rows []*target) error {
	var changed error
	for range rewrites {
		var all []*statement
		for _, group := range byStand(rows) {
			x, err := w.rewriting(group)
			if err != nil {
				return err
			}
			all = append(all, x)
		}
		if len(all) == 0 {
			return changed
		}
		missed, err := w.carry(ctx, "changing elements of "+w.from.Name, all)
		if err != nil {
			return err
		}
		rows = nil
		for _, x := range missed {
			switch err := w.resume(x); {
			case errors.Is(err, errChanged):
				changed = err
			case err != nil:
				return err
			default:
				rows = append(rows, x.rows...)
			}
		}
	}
	return errChanged
}

// rewriting is the statement that writes an array anew.
func (w *work) rewriting(rows []*target) (*statement, error) {
	st := rows[0].stand
	_, prefix := w.app.home(w.from, st)
	path := strings.Join(w.from.path, ".")
	parts, err := st.parts(w.from.path)
	if err != nil {
		return nil, err
	}
	guard, err := w.guard(rows[0], prefix)
	if err != nil {
		return nil, err
	}
	was, now, err := w.edited(parts, rows)
	if err != nil {
		return nil, err
	}
	x := &statement{stand: st, rows: rows, guard: append(guard, equals(prefix+path, was)), set: bson.D{{Key: prefix + path, Value: now}}}
	cur, err := put(st.cur, w.from.path, now)
	if err != nil {
		return nil, err
	}
	x.done = func() {
		for _, t := range rows {
			if t.part.off = w.takesAway(); !t.part.off {
				t.part.cur = t.changed
			}
		}
		st.cur = cur
	}
	x.as = func(raw bson.Raw) (exactly, since bool, err error) {
		v, err := single(raw, prefix+path)
		if err != nil || v.Type != bson.TypeArray {
			return false, false, err
		}
		if identical(v, now) {
			return true, true, nil
		}
		vs, err := members(v)
		if err != nil {
			return false, false, err
		}
		return false, w.worked(rows, vs), nil
	}
	return x, nil
}

// worked says whether an array, that others may have changed since, can be one in which rows were treated.
func (w *work) worked(rows []*target, vs []bson.RawValue) bool {
	for _, t := range rows {
		has := func(v bson.RawValue) bool {
			return slices.ContainsFunc(vs, func(m bson.RawValue) bool { return identical(m, v) })
		}
		if has(t.part.cur) || !w.takesAway() && !has(t.changed) {
			return false
		}
	}
	return true
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
			if t.changed, err = t.assigned(w.from, p.cur); err != nil {
				return missing, missing, err
			}
			after = append(after, t.changed)
		}
	}
	return array(before), array(after), nil
}

// resume takes up a document that did not fit its guard, as it was read back. Its elements that are as they were are the same; others are new to this call.
func (w *work) resume(x *statement) error {
	st, raw := x.stand, x.found
	if st.entry != nil {
		raw = raw.Lookup("doc").Value
	}
	if err := w.unchanged(st, x.rows[0], raw); err != nil {
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
		for _, t := range x.rows {
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
	return &part{no: -1, was: v, now: v, cur: v}
}
