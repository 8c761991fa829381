package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// chunks is what the collection of a bucket's content is called, after the bucket.
const chunks = ".chunks"

// ofFile is a filter for the chunks of a file.
func ofFile(id bson.RawValue) bson.D {
	return bson.D{{Key: "files_id", Value: bson.D{{Key: "$eq", Value: id}}}}
}

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
	cur, err := there.Collection(from.bucket+chunks).Find(ctx, ofFile(id))
	if err != nil {
		return failure(ctx, doing, err)
	}
	defer func() { _ = cur.Close(context.WithoutCancel(ctx)) }()
	for cur.Next(ctx) {
		chunk, err := put(cur.Current, []string{"files_id"}, as)
		if err != nil {
			return err
		}
		if _, err := to.Collection(from.bucket+chunks).InsertOne(ctx, chunk); err != nil {
			return failure(ctx, doing, err)
		}
	}
	return failure(ctx, doing, cur.Err())
}

// dropChunks deletes the content of a file of GridFS.
func (s *store) dropChunks(ctx context.Context, from source, in *mongo.Database, id bson.RawValue) error {
	if from.bucket == "" {
		return nil
	}
	_, err := in.Collection(from.bucket+chunks).DeleteMany(ctx, ofFile(id))
	return failure(ctx, "deleting the content of a file of "+from.Name, err)
}

// content is where the content of a file lies, and by which name.
func (s *store) content(st *stand) (*mongo.Database, bson.RawValue) {
	if st.entry != nil {
		return s.heldDB, st.entry.ID
	}
	return s.db, st.at
}

// emptied deletes the content of a file that is about to be deleted, where that still is what was judged. Content goes first: of a call that is
// broken off, a file without content is left, which the next finds.
func (w *work) emptied(ctx context.Context, coll *mongo.Collection, filter bson.D, t *target) error {
	if w.from.bucket == "" {
		return nil
	}
	n, err := coll.CountDocuments(ctx, filter)
	if err != nil {
		return failure(ctx, "deleting of "+w.from.Name, err)
	}
	if n == 0 {
		return nil // the delete finds out why
	}
	in, id := w.app.content(t.stand)
	return w.app.dropChunks(ctx, w.from, in, id)
}
