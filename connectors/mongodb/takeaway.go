package mongodb

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// takeAway takes documents from their place where they are, whole, what was written to be held, and says which it took. A server that cannot compare the
// whole of a document gives each as it takes it, and that is what will be held.
func (w *work) takeAway(ctx context.Context, doing string, rows []*target, entries map[*target]*entry) (map[*target]bool, error) {
	taken := map[*target]bool{}
	if !w.app.can.expressions {
		var changed error
		for _, t := range rows {
			filter, err := membersOf(t)
			if err != nil {
				return taken, err
			}
			gone, err := w.app.db.Collection(w.from.coll).FindOneAndDelete(ctx, filter).Raw()
			switch {
			case errors.Is(err, mongo.ErrNoDocuments):
				still, err := w.app.document(ctx, w.from.coll, t.at)
				if err != nil {
					return taken, err
				}
				if t.off = still == nil; !t.off {
					changed = errChanged
				}
			case err != nil:
				return taken, failure(ctx, doing, err)
			default:
				entries[t].Doc, t.cur = embedded(gone), gone
				taken[t], t.done = true, true
			}
		}
		return taken, changed
	}
	all := make([]*statement, len(rows))
	for i, t := range rows {
		same := bson.D{{Key: "$and", Value: bson.A{ // to the server numbers of all widths are equal
			bson.D{{Key: "$eq", Value: bson.A{"$$ROOT", bson.D{{Key: "$literal", Value: t.cur}}}}},
			bson.D{{Key: "$eq", Value: bson.A{bson.D{{Key: "$bsonSize", Value: "$$ROOT"}}, len(t.cur)}}},
		}}}
		all[i] = &statement{stand: t.stand, rows: []*target{t}, guard: append(byID(t.at), bson.E{Key: "$expr", Value: same})}
	}
	before := len(w.doubts)
	missed, err := w.carry(ctx, doing, all)
	for _, t := range rows {
		if t.done {
			taken[t] = true
		}
	}
	for _, d := range w.doubts[before:] { // somebody deleted some of them: which, nobody knows, and none is to be lost
		if w.app.can.transactions {
			return taken, errChanged
		}
		for _, x := range d.all {
			taken[x.rows[0]] = true
		}
	}
	if err == nil && len(missed) > 0 {
		err = errChanged
	}
	return taken, err
}

// membersOf is a filter for the document as it is known, member by member.
func membersOf(t *target) (bson.D, error) {
	filter := byID(t.at)
	es, err := elements(t.cur)
	for _, e := range es {
		if e.name != "_id" {
			filter = append(filter, equals(e.name, e.value))
		}
	}
	return filter, err
}
