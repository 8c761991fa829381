package mongodb

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// laidOut is the collection, beside the held rows, in which Load writes down the addresses it laid out, for Dump.
const laidOut = "laid_out"

// spread is over how many documents Load spreads the elements of an array.
const spread = 3

// Load lays out collections, in place of what they held; see [connectors.Fixture]. Rows at an address like x.rows[] become elements of a few
// documents; rows of GridFS files with their bytes.
func (s *store) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	for _, at := range slices.Sorted(maps.Keys(rows)) {
		from, err := understand(connectors.Collection{Name: at, At: at, Document: strings.HasPrefix(at, gridPrefix)})
		if err != nil {
			return err
		}
		if err := s.empty(ctx, from); err != nil {
			return err
		}
		if err := s.lay(ctx, from, rows[at]); err != nil {
			return err
		}
		_, err = s.heldDB.Collection(laidOut).ReplaceOne(ctx, bson.D{{Key: "_id", Value: at}}, bson.D{{Key: "_id", Value: at}}, options.Replace().SetUpsert(true))
		if err != nil {
			return failure(ctx, "laying out "+at, err)
		}
	}
	return nil
}

// empty takes away what a collection holds, and makes it where it is not there.
func (s *store) empty(ctx context.Context, from source) error {
	colls := []string{from.coll}
	if from.bucket != "" {
		colls = append(colls, from.bucket+chunks)
	}
	for _, coll := range colls {
		err := s.db.CreateCollection(ctx, coll)
		var e mongo.CommandError
		if err != nil && (!errors.As(err, &e) || e.Code != codeNamespace) {
			return failure(ctx, "making "+coll, err)
		}
		if _, err := s.db.Collection(coll).DeleteMany(ctx, bson.D{}); err != nil {
			return failure(ctx, "emptying "+coll, err)
		}
	}
	_, err := s.held().DeleteMany(ctx, bson.D{{Key: "coll", Value: from.coll}})
	return failure(ctx, "emptying "+from.Name, err)
}

func (s *store) lay(ctx context.Context, from source, rows []connectors.Row) error {
	if len(rows) == 0 {
		return nil
	}
	docs := make([]bson.Raw, len(rows))
	for i, r := range rows {
		doc := document(nil)
		for _, f := range slices.Sorted(maps.Keys(r)) {
			if f == connectors.DocumentField {
				continue
			}
			v, err := s.can.toBSON(r[f], 0)
			if err != nil {
				return err
			}
			if doc, err = put(doc, []string{f}, v); err != nil {
				return err
			}
		}
		docs[i] = doc
	}
	switch {
	case from.bucket != "":
		return s.layFiles(ctx, from, rows, docs)
	case from.path != nil:
		lists := make([][]bson.RawValue, spread)
		for i, d := range docs {
			lists[i%spread] = append(lists[i%spread], embedded(d))
		}
		docs = nil
		for _, l := range lists {
			doc, err := put(document(nil), from.path, array(l))
			if err != nil {
				return err
			}
			docs = append(docs, doc)
		}
	}
	_, err := s.db.Collection(from.coll).InsertMany(ctx, docs)
	return failure(ctx, "laying out "+from.Name, err)
}

// Dump gives the rows of the collections laid out, held ones too.
func (s *store) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	var laid []struct {
		At string `bson:"_id"`
	}
	cur, err := s.heldDB.Collection(laidOut).Find(ctx, bson.D{})
	if err == nil {
		err = cur.All(ctx, &laid)
	}
	if err != nil {
		return nil, failure(ctx, "reading back", err)
	}
	out := map[string][]connectors.Row{}
	for _, l := range laid {
		c := connectors.Collection{Name: l.At, At: l.At, Document: strings.HasPrefix(l.At, gridPrefix)}
		from, err := understand(c)
		if err != nil {
			return nil, err
		}
		out[l.At] = []connectors.Row{}
		f := finder{from: from, whole: true, each: func(r row, _ []int) error {
			whole := r.doc
			if r.part != nil {
				whole = r.part.was.Value
			}
			es, err := elements(whole)
			if err != nil {
				return err
			}
			row := connectors.Row{}
			for _, e := range es {
				row[e.name] = fromBSON(e.value)
			}
			if from.bucket != "" {
				if row[connectors.DocumentField], err = s.bytes(ctx, from, r); err != nil {
					return err
				}
			}
			out[l.At] = append(out[l.At], row)
			return nil
		}}
		if err := s.find(ctx, f, connectors.Selection{Collection: c, All: true}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// layFiles lays out files of GridFS; fields that are not of GridFS stand beside those that are.
func (s *store) layFiles(ctx context.Context, from source, rows []connectors.Row, docs []bson.Raw) error {
	const size = 10 // small, so that files have several
	for i, r := range rows {
		content, _ := r[connectors.DocumentField].([]byte)
		id := bson.NewObjectID()
		doc := bson.D{{Key: "_id", Value: id}, {Key: "length", Value: int64(len(content))}, {Key: "chunkSize", Value: size},
			{Key: "uploadDate", Value: bson.NewDateTimeFromTime(time.Now())}, {Key: "filename", Value: from.bucket + "/" + id.Hex() + ".pdf"}}
		es, err := elements(docs[i])
		if err != nil {
			return err
		}
		for _, e := range es {
			doc = append(doc, bson.E{Key: e.name, Value: e.value})
		}
		n := 0
		for part := range slices.Chunk(content, size) {
			chunk := bson.D{{Key: "files_id", Value: id}, {Key: "n", Value: n}, {Key: "data", Value: bson.Binary{Data: part}}}
			if _, err := s.db.Collection(from.bucket+chunks).InsertOne(ctx, chunk); err != nil {
				return failure(ctx, "laying out "+from.Name, err)
			}
			n++
		}
		if _, err := s.db.Collection(from.coll).InsertOne(ctx, doc); err != nil {
			return failure(ctx, "laying out "+from.Name, err)
		}
	}
	return nil
}

// bytes are the content of a file.
func (s *store) bytes(ctx context.Context, from source, r row) ([]byte, error) {
	h, err := handleOf(from, r.doc, r.id())
	if err != nil {
		return nil, err
	}
	f, err := s.open(ctx, from, r.stand, h.Length)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
