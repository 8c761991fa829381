package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// remove deletes documents that are rows, and elements that are held by themselves.
func (w *work) remove(ctx context.Context, rows []*target) error {
	var all []*statement
	for _, t := range rows {
		guard, err := w.fits(t)
		if err != nil {
			return err
		}
		all = append(all, &statement{stand: t.stand, rows: []*target{t}, guard: guard})
	}
	doing := "deleting of " + w.from.Name
	all, changed, err := w.emptied(ctx, all)
	if err != nil || len(all) == 0 {
		return err
	}
	missed, err := w.carry(ctx, doing, all)
	if err == nil && (changed || len(missed) > 0) {
		err = errChanged
	}
	return err
}

// fits is the guard of a row that is stored by itself.
func (w *work) fits(t *target) (bson.D, error) {
	_, prefix := w.app.home(w.from, t.stand)
	guard, err := w.guard(t, prefix)
	if err == nil && t.doc == nil {
		guard = append(guard, equals("doc", t.part.cur))
	}
	return guard, err
}
