package mongodb

import (
	"context"
	"errors"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// chunks is what the collection of a bucket's content is called, after the bucket.
const chunks = ".chunks"

// ofFile is a filter for the chunks of a file.
func ofFile(id bson.RawValue) bson.D {
	return bson.D{{Key: "files_id", Value: bson.D{{Key: "$eq", Value: id}}}}
}

// original is what the _id of a piece of content is kept as while it is held: pieces of a move that was broken off do not stand in the way of the next.
const original = "of"

// copyChunks copies the content of a file of GridFS to the other database, where the file goes by another name; what is no file has none. What a
// call that was broken off copied is replaced.
func (s *store) copyChunks(ctx context.Context, from source, there *mongo.Database, id bson.RawValue, to *mongo.Database, as bson.RawValue) error {
	if from.bucket == "" {
		return nil
	}
	doing := "moving the content of a file of " + from.Name
	if err := s.dropChunks(ctx, from, to, as); err != nil {
		return err
	}
	return each(ctx, there.Collection(from.bucket+chunks), doing, ofFile(id), options.Find(), func(raw bson.Raw) error {
		chunk, err := put(raw, []string{"files_id"}, as)
		if err == nil {
			chunk, err = renamed(chunk, to == s.heldDB)
		}
		if err != nil {
			return err
		}
		_, err = to.Collection(from.bucket+chunks).InsertOne(ctx, chunk)
		return failure(ctx, doing, err)
	})
}

// renamed is a piece of content with an _id of its own, or with that which it had.
func renamed(chunk bson.Raw, held bool) (bson.Raw, error) {
	name, err := marshal(bson.NewObjectID())
	if err != nil {
		return nil, err
	}
	if held {
		if chunk, err = put(chunk, []string{original}, chunk.Lookup("_id")); err != nil {
			return nil, err
		}
		return put(chunk, []string{"_id"}, name)
	}
	was := chunk.Lookup(original)
	if was.Type == 0 { // held by an earlier version
		return chunk, nil
	}
	if chunk, err = put(chunk, []string{"_id"}, was); err != nil {
		return nil, err
	}
	return put(chunk, []string{original}, missing)
}

// dropChunks deletes the content of files of GridFS.
func (s *store) dropChunks(ctx context.Context, from source, in *mongo.Database, ids ...bson.RawValue) error {
	if from.bucket == "" || len(ids) == 0 {
		return nil
	}
	_, err := in.Collection(from.bucket+chunks).DeleteMany(ctx, bson.D{among("files_id", ids)})
	return failure(ctx, "deleting the content of files of "+from.Name, err)
}

// content is where the content of a file lies, and by which name.
func (s *store) content(st *stand) (*mongo.Database, bson.RawValue) {
	if st.entry != nil {
		return s.heldDB, st.entry.ID
	}
	return s.db, st.at
}

// emptied deletes the content of files that are about to be deleted, of those that still are what was judged; it gives these, and says whether there are
// others. Content goes first: of a call that is broken off, files without content are left, which the next finds.
func (w *work) emptied(ctx context.Context, all []*statement) (fitting []*statement, changed bool, err error) {
	if w.from.bucket == "" || len(all) == 0 {
		return all, false, nil
	}
	doing := "deleting of " + w.from.Name
	for _, held := range []bool{false, true} {
		var part []*statement
		var ids []bson.RawValue
		for _, x := range all {
			if (x.stand.entry != nil) == held {
				part = append(part, x)
			}
		}
		if len(part) == 0 {
			continue
		}
		coll, prefix := w.app.home(w.from, part[0].stand)
		if err := w.readBack(ctx, coll, doing, part, nil); err != nil {
			return nil, false, err
		}
		for _, x := range part {
			if x.found == nil {
				x.stand.off = true
				continue
			}
			raw := x.found
			if prefix != "" {
				raw = raw.Lookup("doc").Value
			}
			if err := w.unchanged(x.stand, x.rows[0], raw); errors.Is(err, errChanged) {
				changed = true
				continue
			} else if err != nil {
				return nil, false, err
			}
			_, id := w.app.content(x.stand)
			ids, fitting = append(ids, id), append(fitting, x)
		}
		if len(ids) == 0 {
			continue
		}
		in, _ := w.app.content(part[0].stand)
		if err := w.app.dropChunks(ctx, w.from, in, ids...); err != nil {
			return nil, false, err
		}
	}
	return fitting, changed, nil
}
