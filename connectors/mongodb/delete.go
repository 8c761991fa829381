package mongodb

import (
	"context"
)

// remove deletes a document that is a row, or an element that is held by itself.
func (w *work) remove(ctx context.Context, t *target) error {
	coll, prefix := w.app.home(w.from, t.stand)
	filter, err := w.guard(t, prefix)
	if err != nil {
		return err
	}
	if t.doc == nil {
		filter = append(filter, equals("doc", t.part.cur))
	}
	if err := w.emptied(ctx, coll, filter, t); err != nil {
		return err
	}
	result, err := coll.DeleteOne(ctx, filter)
	if err != nil {
		return failure(ctx, "deleting of "+w.from.Name, err)
	}
	if result.DeletedCount == 0 {
		return w.app.missed(ctx, coll, t.stand)
	}
	t.off, t.done = true, true
	return nil
}
