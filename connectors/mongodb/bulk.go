package mongodb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// statement is what is to happen to one stored document, and the rows it happens to. The server carries it out where the document fits its guard.
type statement struct {
	stand *stand
	rows  []*target
	guard bson.D
	set   bson.D // what is written; nil: the document is deleted
	alike string // statements of which this is the same, and not "", differ in the _id alone

	// as says of a document that was read back whether it is exactly as it is to be, and, if it is not, whether that may be because others
	// have changed it since: the rows are as they are to be. Not asked of what is deleted.
	as   func(bson.Raw) (exactly, since bool, err error)
	done func() // notes what the store has now

	found bson.Raw // as it was read back
}

func (x *statement) model() mongo.WriteModel {
	if x.set == nil {
		return mongo.NewDeleteOneModel().SetFilter(x.guard)
	}
	return mongo.NewUpdateOneModel().SetFilter(x.guard).SetUpdate(bson.D{{Key: "$set", Value: x.set}})
}

// together is one statement for all that differ in the _id alone; nil where they differ in more. A server without an index for the rest of what they ask would read
// its whole collection for each.
func together(all []*statement) mongo.WriteModel {
	if len(all) == 1 {
		return nil
	}
	ids := make([]bson.RawValue, len(all))
	for i, x := range all {
		if x.alike == "" || x.alike != all[0].alike {
			return nil
		}
		ids[i] = x.stand.at
	}
	filter := append(bson.D{among("_id", ids)}, all[0].guard[1:]...)
	return mongo.NewUpdateManyModel().SetFilter(filter).SetUpdate(bson.D{{Key: "$set", Value: all[0].set}})
}

// carry has the server carry statements out, those of one collection in as few commands as the server bears, and gives those whose document is there and did not fit
// its guard. What is done is what the server says it did: where that is less than was sent, documents are read back to find out which.
func (w *work) carry(ctx context.Context, doing string, all []*statement) (missed []*statement, err error) {
	for _, held := range []bool{false, true} {
		var part []*statement
		for _, x := range all {
			if (x.stand.entry != nil) == held {
				part = append(part, x)
			}
		}
		if len(part) == 0 {
			continue
		}
		coll, _ := w.app.home(w.from, part[0].stand)
		most := w.app.can.together
		if together(part) != nil {
			most = unitRows
		}
		for some := range slices.Chunk(part, most) {
			m, err := w.carryIn(ctx, coll, doing, some)
			missed = append(missed, m...)
			if err != nil {
				return missed, err
			}
		}
	}
	return missed, nil
}

func (w *work) carryIn(ctx context.Context, coll *mongo.Collection, doing string, all []*statement) ([]*statement, error) {
	models := make([]mongo.WriteModel, len(all))
	for i, x := range all {
		models[i] = x.model()
	}
	if one := together(all); one != nil {
		models = []mongo.WriteModel{one}
	}
	result, err := coll.BulkWrite(ctx, models)
	n := 0
	if result != nil {
		n = int(result.MatchedCount + result.DeletedCount)
	}
	if err != nil {
		var refused mongo.BulkWriteException
		if w.app.can.transactions || !errors.As(err, &refused) || len(refused.WriteErrors) == 0 {
			return nil, failure(ctx, doing, err)
		}
		if len(models) < len(all) { // how many were done nobody knows
			return nil, failure(ctx, doing, err)
		}
		all = all[:min(refused.WriteErrors[0].Index, len(all))] // those before it are done
	}
	var missed []*statement
	if n >= len(all) {
		for _, x := range all {
			x.did()
		}
	} else {
		var again error
		if missed, again = w.settle(ctx, coll, doing, all, n); again != nil {
			return missed, errors.Join(failure(ctx, doing, err), again)
		}
	}
	return missed, failure(ctx, doing, err)
}

func (x *statement) did() {
	if x.set == nil {
		x.stand.off = true
	}
	for _, t := range x.rows {
		t.done = true
	}
	if x.done != nil {
		x.done()
	}
}

// settle finds out which n of the statements the server carried out. Where more documents than that are as they are to be, others have had a hand
// in some of them, and no more is claimed than is certain.
func (w *work) settle(ctx context.Context, coll *mongo.Collection, doing string, all []*statement, n int) ([]*statement, error) {
	var fields bson.D
	if all[0].set == nil {
		fields = bson.D{{Key: "_id", Value: 1}}
	}
	if err := w.readBack(ctx, coll, doing, all, fields); err != nil {
		return nil, err
	}
	var exactly, since, missed []*statement
	for _, x := range all {
		switch {
		case x.set == nil && x.found == nil:
			exactly = append(exactly, x)
		case x.found == nil:
			x.stand.off = true
		case x.set == nil:
			missed = append(missed, x)
		default:
			is, may, err := x.as(x.found)
			switch {
			case err != nil:
				return nil, err
			case is:
				exactly = append(exactly, x)
			case may:
				since = append(since, x)
			default:
				missed = append(missed, x)
			}
		}
	}
	if len(exactly) < n && len(exactly)+len(since) <= n {
		exactly, since = append(exactly, since...), nil
	}
	for _, x := range exactly {
		x.did()
	}
	if len(exactly) > n {
		w.doubts = append(w.doubts, doubt{exactly, n})
		for _, x := range exactly {
			for _, t := range x.rows {
				t.done = false
			}
		}
	}
	return append(missed, since...), nil
}

// readBack reads the documents of statements again.
func (w *work) readBack(ctx context.Context, coll *mongo.Collection, doing string, all []*statement, fields bson.D) error {
	ids := make([]bson.RawValue, len(all))
	by := map[string]*statement{}
	opts := options.Find()
	if fields != nil {
		opts.SetProjection(fields)
	}
	for i, x := range all {
		ids[i], by[idKey(x.stand.at)], x.found = x.stand.at, x, nil
	}
	return each(ctx, coll, doing, bson.D{among("_id", ids)}, opts, func(raw bson.Raw) error {
		if x := by[idKey(raw.Lookup("_id"))]; x != nil {
			x.found = slices.Clone(raw)
		}
		return nil
	})
}

// each reads documents one after the other; they are the reader's only until the next.
func each(ctx context.Context, coll *mongo.Collection, doing string, query bson.D, opts *options.FindOptionsBuilder, f func(bson.Raw) error) error {
	cur, err := coll.Find(ctx, query, opts)
	if err != nil {
		return failure(ctx, doing, err)
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
	for cur.Next(ctx) {
		if err := f(cur.Current); err != nil {
			return err
		}
	}
	return failure(ctx, doing, cur.Err())
}

// idKey is an _id as a key of a map.
func idKey(id bson.RawValue) string { return string([]byte{byte(id.Type)}) + string(id.Value) }

// among is a filter for documents by their _id's.
func among(field string, ids []bson.RawValue) bson.E {
	return bson.E{Key: field, Value: bson.D{{Key: "$in", Value: ids}}}
}

// doubt are statements whose documents all are as they are to be, of which the server says that it carried out n: what the others did is not
// this call's doing, and which they are nobody can say any more.
type doubt struct {
	all []*statement
	n   int
}

// least is how many rows the server changed at least: in all, and of each person.
func (d doubt) least() (int64, map[int]int64) {
	var rows []int64
	persons := map[int][]int64{}
	for _, x := range d.all {
		rows = append(rows, int64(len(x.rows)))
		of := map[int]int64{}
		for _, t := range x.rows {
			for _, p := range t.persons {
				of[p]++
			}
		}
		for p, k := range of {
			persons[p] = append(persons[p], k)
		}
	}
	rest := func(counts []int64) (sum int64) { // the others' are as many as they can be
		slices.Sort(counts)
		for _, k := range counts[:max(0, len(counts)-(len(d.all)-d.n))] {
			sum += k
		}
		return sum
	}
	out := map[int]int64{}
	for p, counts := range persons {
		if k := rest(counts); k > 0 {
			out[p] = k
		}
	}
	return rest(rows), out
}

// single is the value at a path as the server writes it; missing where none stands there, or several.
func single(doc bson.Raw, path string) (bson.RawValue, error) {
	v, err := lookup(doc, strings.Split(path, "."))
	if errors.Is(err, errThrough) {
		return missing, nil
	}
	return v, err
}
