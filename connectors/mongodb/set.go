package mongodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// assign is a field and the value it is to have, as it will be stored.
type assign struct {
	*name
	to bson.RawValue
}

// set says how a row stands to new values, and notes them.
func (w *work) set(ctx context.Context, t *target) (connectors.Standing, error) {
	fields := slices.Clone(w.On.Collection.Key)
	for _, a := range w.Assign {
		fields = append(fields, a.Field)
	}
	row, err := t.values(w.from, fields, true)
	if err != nil {
		return 0, err
	}
	standing := w.Standing(row)
	if standing != connectors.ToDo {
		return standing, nil
	}
	return w.assign(ctx, t, w.ValuesFor(row))
}

// assign notes the values a row is to have; done where it has them.
func (w *work) assign(ctx context.Context, t *target, values connectors.Row) (connectors.Standing, error) {
	t.sets = nil
	for _, a := range w.Assign {
		n, err := w.assignable(t, a.Field)
		if err != nil {
			return 0, err
		}
		was, err := t.raw(w.from, n, true)
		if err != nil {
			return 0, err
		}
		as := was.Type
		if _, text := values[a.Field].(string); text && isNull(was) {
			if as, err = w.app.usual(ctx, w.from, n); err != nil {
				return 0, err
			}
		}
		to, err := w.app.can.toBSON(values[a.Field], as)
		if err != nil {
			return 0, fmt.Errorf("field %s: %w", a.Field, err)
		}
		if identical(was, to) || isNull(was) && isNull(to) {
			continue
		}
		t.sets = append(t.sets, assign{w.named(n), to})
	}
	if len(t.sets) == 0 {
		return connectors.Done, nil
	}
	return connectors.ToDo, w.foresee(t)
}

// named is a name, one for all rows.
func (w *work) named(n name) *name {
	key := n.field
	if n.around || n.first {
		key = "\x00" + key
	}
	if w.own[key] == nil {
		w.own[key] = &n
	}
	return w.own[key]
}

// foresee notes in what was read what the sets will make of it.
func (w *work) foresee(t *target) error {
	var err error
	if t.part != nil {
		t.part.now, err = t.assigned(w.from, t.part.now)
		return err
	}
	for _, a := range t.sets {
		if t.now, err = put(t.now, a.path, a.to); err != nil {
			return blocked(w.from, a.field, err)
		}
	}
	return nil
}

// assigned is an element with the new values.
func (t *target) assigned(from source, v bson.RawValue) (bson.RawValue, error) {
	for _, a := range t.sets {
		if a.path == nil {
			v = a.to
			continue
		}
		if v.Type != bson.TypeEmbeddedDocument {
			return missing, blocked(from, a.field, errThrough)
		}
		doc, err := put(v.Value, a.path, a.to)
		if err != nil {
			return missing, blocked(from, a.field, err)
		}
		v = embedded(doc)
	}
	return v, nil
}

// blocked is the error where something that is no document stands in the way of a field.
func blocked(from source, field string, err error) error {
	if errors.Is(err, errThrough) {
		return connectors.Diagnostics{{Severity: connectors.Error, Path: from.Name, Summary: "field " + field + " of " + from.Name + " cannot be written in some document: what stands on the way to it is no document",
			Detail: "look at the documents, and map what is in them"}}
	}
	return err
}

// assignable is a field that can be given a value: of the row itself, and not its _id, which the server never changes.
func (w *work) assignable(t *target, field string) (name, error) {
	n, err := w.from.name(field)
	if err != nil {
		return n, err
	}
	if t.part == nil {
		if field == "_id" {
			return n, fmt.Errorf("%w: the _id of a document never changes", connectors.ErrConflict)
		}
		return n, nil
	}
	_, around, err := t.find(w.from, n, true)
	if err != nil {
		return n, err
	}
	if around {
		return n, notSupported("changing field " + field + " of the document around " + w.from.Name)
	}
	n.around, n.first = false, false
	return n, nil
}

// write changes fields of documents that are rows, and of elements that are held by themselves. Each field is written where it still has the value
// it was judged by; whatever else others have changed in the document stays.
func (w *work) write(ctx context.Context, rows []*target) error {
	var all []*statement
	for _, t := range rows {
		x, err := w.writing(t)
		if err != nil {
			return err
		}
		all = append(all, x)
	}
	missed, err := w.carry(ctx, "changing "+w.from.Name, all)
	if err == nil && len(missed) > 0 {
		err = errChanged
	}
	return err
}

func (w *work) writing(t *target) (*statement, error) {
	guard, err := w.fits(t)
	if err != nil {
		return nil, err
	}
	x := &statement{stand: t.stand, rows: []*target{t}, guard: guard}
	if t.doc == nil {
		v, err := t.assigned(w.from, t.part.cur)
		x.set = bson.D{{Key: "doc", Value: v}}
		x.as = func(raw bson.Raw) (bool, bool, error) { return identical(raw.Lookup("doc"), v), false, nil }
		x.done = func() { t.part.cur = v }
		return x, err
	}
	_, prefix := w.app.home(w.from, t.stand)
	now := t.cur
	for _, a := range t.sets {
		was, err := lookup(t.cur, a.path)
		if err != nil {
			return nil, blocked(w.from, a.field, err)
		}
		at := prefix + strings.Join(a.path, ".")
		if !slices.ContainsFunc(x.guard, func(e bson.E) bool { return e.Key == at }) {
			x.guard = append(x.guard, equals(at, was))
		}
		x.set = append(x.set, bson.E{Key: at, Value: a.to})
		if now, err = put(now, a.path, a.to); err != nil {
			return nil, blocked(w.from, a.field, err)
		}
	}
	x.as = func(raw bson.Raw) (bool, bool, error) {
		for _, e := range x.set {
			v, err := single(raw, e.Key)
			if err != nil || !identical(v, e.Value.(bson.RawValue)) {
				return false, false, err
			}
		}
		return true, false, nil
	}
	x.done = func() { t.cur = now }
	return x, nil
}
