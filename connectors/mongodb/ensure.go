package mongodb

import (
	"context"
	"fmt"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// ensure looks for the row with the key of the one to be ensured, and notes it to be inserted where there is none.
func (w *work) ensure(ctx context.Context) error {
	if w.from.bucket != "" {
		return notSupported("ensuring a file of GridFS")
	}
	values := w.Values()
	same := connectors.Tuple{Values: values.Pick(w.On.Collection.Key)}
	sel := connectors.Selection{Collection: w.On.Collection, Any: []connectors.Match{{Fields: w.On.Collection.Key, Values: []connectors.Tuple{same}}}}
	f := finder{from: w.from, whole: true, known: w.app.known, each: func(r row, _ []int) error {
		if !r.removed() {
			w.out.Already++
		}
		return nil
	}}
	if err := w.app.find(ctx, f, sel); err != nil || w.out.Already > 0 {
		return err
	}
	fresh, err := w.new(ctx, values)
	if err != nil {
		return err
	}
	w.fresh = fresh
	return w.plan(&target{row: row{stand: &stand{body: &body{}}}})
}

// insertion is what an ensured row is made by.
type insertion struct {
	into  bson.D        // the document an element is put into; nil: doc is inserted
	doc   bson.Raw      // to be inserted
	value bson.RawValue // to be put at the end of the array
}

// new is the row to be inserted: a document, or an element of the document its key names; where it names none, of one of its own.
func (w *work) new(ctx context.Context, values connectors.Row) (*insertion, error) {
	made := document(nil)
	var into bson.D
	for _, a := range w.Assign {
		n, err := w.from.name(a.Field)
		if err != nil {
			return nil, err
		}
		if n.path == nil {
			return nil, notSupported("ensuring a plain value in an array")
		}
		outer, err := w.app.outer(ctx, w.from, n)
		if err != nil {
			return nil, err
		}
		if outer {
			forms, ok := w.app.can.forms(values[a.Field])
			if !ok {
				return nil, fmt.Errorf("field %s: %w", a.Field, errUnwritable)
			}
			into = append(into, bson.E{Key: strings.Join(n.path, "."), Value: bson.D{{Key: "$in", Value: forms}}})
			continue
		}
		as, err := w.app.usual(ctx, w.from, n)
		if err != nil {
			return nil, err
		}
		v, err := w.app.can.toBSON(values[a.Field], as)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", a.Field, err)
		}
		if made, err = put(made, n.path, v); err != nil {
			return nil, blocked(w.from, a.Field, err)
		}
	}
	out := &insertion{doc: made, into: into, value: embedded(made)}
	if w.from.path != nil && into == nil {
		doc, err := put(document(nil), w.from.path, array([]bson.RawValue{embedded(made)}))
		if err != nil {
			return nil, err
		}
		out.doc = doc
	}
	return out, nil
}

// outer says whether a field is of the documents around elements: the first of the key, where they have it.
func (s *store) outer(ctx context.Context, from source, n name) (bool, error) {
	if !n.first {
		return false, nil
	}
	if n.field == "_id" {
		return true, nil
	}
	from.path = nil
	kind, err := s.usual(ctx, from, n)
	return kind != 0, err
}

// insert inserts a row.
func (w *work) insert(ctx context.Context, t *target) error {
	coll := w.app.db.Collection(w.from.coll)
	doing := "inserting into " + w.from.Name
	if w.fresh.into == nil {
		if _, err := coll.InsertOne(ctx, w.fresh.doc); err != nil {
			return failure(ctx, doing, err)
		}
		t.done = true
		return nil
	}
	push := bson.D{{Key: "$push", Value: bson.D{{Key: strings.Join(w.from.path, "."), Value: w.fresh.value}}}}
	result, err := coll.UpdateOne(ctx, w.fresh.into, push)
	if err != nil {
		return failure(ctx, doing, err)
	}
	if result.MatchedCount == 0 {
		return fmt.Errorf("%s: %w: no document has the key the element is to stand in", doing, connectors.ErrConflict)
	}
	t.done = true
	return nil
}
