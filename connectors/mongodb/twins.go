package mongodb

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// twins looks whether documents whose rows are given have a twin: another document of the collection whose _id is the same but for its type, 1 and "1",
// an ObjectId and its text. In the contract these are one value, and so they are in what refers to the documents, by whatever wrote it: what belongs
// to one cannot be told from what belongs to the other, who may be somebody else. Numbers of all widths are no twins: to the server they are one _id.
type twins struct {
	*finder
	asked  []bson.RawValue // _ids twins would have, of rows given since the last look
	kinds  []string        // their types
	absent int             // so many of these stand in no _id
	last   bson.RawValue   // the _id of the row before
}

// atOnce is how many _ids are asked for one by one: servers find each of them fastest.
const atOnce = 4

// row notes that a row is given.
func (t *twins) row(ctx context.Context, r row) error {
	id := r.id()
	if identical(id, t.last) {
		return nil
	}
	t.last = id
	forms, _ := t.can.forms(fromBSON(id))
	for _, v := range forms {
		one, err := marshal(v)
		if err != nil || one.Type == bson.TypeDecimal128 || kindOf(one) == kindOf(id) || kindOf(one) == "" || kindOf(id) == "" {
			continue
		}
		t.asked = append(t.asked, one)
		if kind := kindOf(one); !slices.Contains(t.kinds, kind) {
			t.kinds = append(t.kinds, kind)
		}
	}
	if len(t.asked) < batch {
		return nil
	}
	return t.look(ctx)
}

// kindOf is what the server calls the type of an _id that may have a twin: of numbers one name.
func kindOf(v bson.RawValue) string {
	switch v.Type {
	case bson.TypeInt32, bson.TypeInt64, bson.TypeDouble, bson.TypeDecimal128:
		return "number"
	case bson.TypeString:
		return "string"
	case bson.TypeObjectID:
		return "objectId"
	case bson.TypeBinary:
		return "binData"
	case bson.TypeDateTime:
		return "date"
	case bson.TypeBoolean:
		return "bool"
	}
	return ""
}

// look is an error where a document that was given has a twin.
func (t *twins) look(ctx context.Context) error {
	if len(t.asked) == 0 {
		return nil
	}
	defer func() { t.asked = nil }()
	if len(t.asked) <= atOnce {
		for _, id := range t.asked {
			if err := t.none(ctx, byID(id)); err != nil {
				return err
			}
		}
		return t.noneHeld(ctx)
	}
	there, err := t.there(ctx)
	if err == nil && there {
		err = t.none(ctx, bson.D{among("_id", t.asked)})
	}
	if err != nil {
		return err
	}
	return t.noneHeld(ctx)
}

// there says whether the collection has an _id at all of a type that is asked for: hardly any has, and then no more need be asked.
func (t *twins) there(ctx context.Context) (bool, error) {
	if len(t.kinds) == t.absent {
		return false, nil
	}
	some := false
	opts := options.Find().SetLimit(1).SetProjection(bson.D{{Key: "_id", Value: 1}})
	err := each(ctx, t.db.Collection(t.from.coll), "reading "+t.from.Name, bson.D{{Key: "_id", Value: bson.D{{Key: "$type", Value: t.kinds}}}}, opts, func(bson.Raw) error {
		some = true
		return nil
	})
	if err == nil && !some {
		t.absent = len(t.kinds)
	}
	return some, err
}

// none is an error where a document fits.
func (t *twins) none(ctx context.Context, query bson.D) error {
	opts := options.Find().SetLimit(1).SetProjection(bson.D{{Key: "_id", Value: 1}})
	return each(ctx, t.db.Collection(t.from.coll), "reading "+t.from.Name, query, opts, func(bson.Raw) error { return t.twin() })
}

// noneHeld looks for twins that are held.
func (t *twins) noneHeld(ctx context.Context) error {
	if t.held == nil {
		return nil
	}
	query := bson.D{{Key: "coll", Value: t.from.coll}, {Key: "path", Value: ""}, among("of", t.asked)}
	opts := options.Find().SetLimit(1).SetProjection(bson.D{{Key: "_id", Value: 1}})
	return each(ctx, t.store.held(), "reading "+t.from.Name, query, opts, func(bson.Raw) error { return t.twin() })
}

func (t *twins) twin() error {
	return connectors.Diagnostics{{Severity: connectors.Error, Path: t.from.Name, Summary: "two documents of " + t.from.coll + " have the same _id but for its type, like 1 and \"1\"",
		Detail: "what refers to one cannot be told from what refers to the other: give one of them another _id, and what refers to it too"}}
}
