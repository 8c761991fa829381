package clinic

import (
	"context"
	"encoding/hex"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func (s *Stores) readDesk(ctx context.Context, out Snapshot) error {
	db := s.Desk.Client.Database(s.Desk.Database)
	names, err := db.ListCollectionNames(ctx, bson.D{})
	if err != nil {
		return err
	}
	for _, name := range names {
		found, err := db.Collection(name).Find(ctx, bson.D{})
		if err != nil {
			return err
		}
		for found.Next(ctx) {
			id, lines, err := written(found.Current)
			if err != nil {
				return err
			}
			out["desk/"+name+"/"+id] = strings.Join(lines, "\n")
		}
		if err := found.Err(); err != nil {
			return err
		}
	}
	return nil
}

// written is a document as lines: what it holds beside its messages, each of them, and bytes as they are; types and order are seen.
func written(d bson.Raw) (id string, lines []string, err error) {
	elements, err := d.Elements()
	if err != nil {
		return "", nil, err
	}
	for _, e := range elements {
		v := e.Value()
		switch {
		case e.Key() == "_id":
			if id, _ = v.StringValueOK(); id == "" {
				id = v.ObjectID().Hex()
			}
		case v.Type == bson.TypeBinary:
			_, b := v.Binary()
			lines = append(lines, e.Key()+"="+hex.EncodeToString(b))
			continue
		case v.Type == bson.TypeArray:
			of, err := v.Array().Values()
			if err != nil {
				return "", nil, err
			}
			for _, x := range of {
				lines = append(lines, e.Key()+"[] "+x.String())
			}
			continue
		}
		lines = append(lines, e.Key()+"="+v.String())
	}
	return id, lines, nil
}
