package mongodb

import (
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// home is where a document is stored: its collection, and what stands before names in it.
func (s *store) home(from source, st *stand) (*mongo.Collection, string) {
	if st.entry != nil {
		return s.held(), "doc."
	}
	return s.db.Collection(from.coll), ""
}

// guard is what must still be so for a document to be changed: its _id, and the values of all fields by which its rows were selected. Those
// of elements are guarded with their array.
func (w *work) guard(t *target, prefix string) (bson.D, error) {
	out := byID(t.at)
	var lists bson.A
	if w.match == nil {
		return out, nil
	}
	for _, f := range w.match.fields {
		n, err := w.from.name(f)
		if err != nil {
			return nil, err
		}
		path := n.path
		if t.part != nil {
			_, around, err := t.find(w.from, n, false)
			if err != nil {
				return nil, err
			}
			if !around || t.doc == nil { // guarded with the array; in a document that is elsewhere
				continue
			}
		}
		if len(path) == 1 && path[0] == "_id" && prefix == "" {
			continue
		}
		v, err := lookup(t.cur, path)
		if err != nil {
			return nil, err
		}
		out = append(out, equals(prefix+strings.Join(path, "."), v))
		for i := range path {
			lists = append(lists, bson.D{{Key: prefix + strings.Join(path[:i+1], "."), Value: bson.D{{Key: "$type", Value: "array"}}}})
		}
	}
	if lists != nil { // to the server an array equals each of its elements: whose it was may not be its only owner any more
		out = append(out, bson.E{Key: "$nor", Value: lists})
	}
	return out, nil
}

// equals asks for a value; one that is not there equals NULL.
func equals(path string, v bson.RawValue) bson.E {
	if isNull(v) {
		v = null
	}
	return bson.E{Key: path, Value: bson.D{{Key: "$eq", Value: v}}}
}
