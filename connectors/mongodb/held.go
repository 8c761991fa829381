package mongodb

import (
	"context"
	"errors"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// heldRows is the closed collection, in the database for held rows.
const heldRows = "rows"

// States of an entry. While content is on its way it is in two places, and which of them counts is decided by looking: it is where it belongs for as
// long as the ordinary place has it.
const (
	isHeld    = "held"
	moving    = "moving"    // written here, not yet taken from its place
	returning = "returning" // to be written to its place, not yet taken from here
)

// entry is a document, or an element of one, that is held.
type entry struct {
	ID     bson.RawValue `bson:"_id"`
	Coll   string        `bson:"coll"`
	Path   string        `bson:"path"` // of the array; "": a document
	Of     bson.RawValue `bson:"of"`   // the _id of the document
	State  string        `bson:"state"`
	Marks  []string      `bson:"marks"`
	At     int32         `bson:"at"`     // how many elements stood before it
	Before []int32       `bson:"before"` // prints of some of these, in their order: the nearest, and farther ones here and there
	Doc    bson.RawValue `bson:"doc"`
}

// place is where an element stood in its array.
func (e *entry) place() int { return max(int(e.At), len(e.Before)) }

func (s *store) held() *mongo.Collection { return s.heldDB.Collection(heldRows) }

// stand is what is held, as it was read.
func (e *entry) stand() *stand {
	if e.Path == "" {
		out := standing(e.ID, e.Doc.Value)
		out.entry, out.marks = e, slices.Clone(e.Marks)
		return out
	}
	out := &stand{body: &body{at: e.ID, entry: e}}
	out.arrays = map[string][]*part{"": {{was: e.Doc, now: e.Doc, cur: e.Doc, marks: slices.Clone(e.Marks)}}}
	return out
}

// heldDocument is a document that is held; nil where it is not.
func (s *store) heldDocument(ctx context.Context, coll string, id bson.RawValue) (*entry, error) {
	var e entry
	err := s.held().FindOne(ctx, bson.D{{Key: "coll", Value: coll}, {Key: "path", Value: ""}, {Key: "of", Value: bson.D{{Key: "$eq", Value: id}}}}).Decode(&e)
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	if err != nil {
		return nil, failure(ctx, "reading a held document", err)
	}
	return &e, nil
}

// document reads a document by its _id; nil where there is none.
func (s *store) document(ctx context.Context, coll string, id bson.RawValue) (bson.Raw, error) {
	doc, err := s.db.Collection(coll).FindOne(ctx, byID(id)).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return nil, nil
	}
	return doc, failure(ctx, "reading a document of "+coll, err)
}

// byID is a filter for a document by its _id. What cannot be read as an operator is asked for as it is: servers find that fastest.
func byID(id bson.RawValue) bson.D {
	switch id.Type {
	case bson.TypeObjectID, bson.TypeString, bson.TypeInt32, bson.TypeInt64:
		return bson.D{{Key: "_id", Value: id}}
	}
	return bson.D{{Key: "_id", Value: bson.D{{Key: "$eq", Value: id}}}}
}
