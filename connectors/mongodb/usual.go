package mongodb

import (
	"context"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// sampled is how many documents are looked at for the type a field usually has.
const sampled = 20

// usual is [store.usual], asked once in a call for each field.
func (a *application) usual(ctx context.Context, from source, n name) (bson.Type, error) {
	key := from.coll + "\x00" + strings.Join(from.path, ".") + "\x00" + strings.Join(n.path, ".")
	if t, ok := a.types[key]; ok {
		return t, nil
	}
	t, err := a.store.usual(ctx, from, n)
	if err == nil {
		a.types[key] = t
	}
	return t, err
}

// usual is the type a field has in other documents, for a text that is to stand where nothing stood; 0 where they have none, or several.
func (s *store) usual(ctx context.Context, from source, n name) (bson.Type, error) {
	if n.path == nil {
		return 0, nil
	}
	at := strings.Join(append(append([]string{}, from.path...), n.path...), ".")
	cur, err := s.db.Collection(from.coll).Find(ctx, bson.D{{Key: at, Value: bson.D{{Key: "$ne", Value: nil}}}},
		options.Find().SetLimit(sampled).SetProjection(bson.D{{Key: at, Value: 1}}))
	if err != nil {
		return 0, failure(ctx, "looking at "+from.Name, err)
	}
	defer cur.Close(ctx)
	var found bson.Type
	for cur.Next(ctx) {
		st := standing(missing, cur.Current)
		rows, err := st.rows(from)
		if err != nil {
			return 0, err
		}
		for _, r := range rows {
			v, err := r.raw(from, name{field: n.field, path: n.path}, false)
			switch {
			case err != nil:
				return 0, err
			case isNull(v):
			case found != 0 && v.Type != found:
				return 0, nil
			default:
				found = v.Type
			}
		}
	}
	return found, failure(ctx, "looking at "+from.Name, cur.Err())
}
