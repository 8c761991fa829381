package mongodb

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// looked is how many documents of each end of a collection Inspect looks at.
const looked = 200

// Inspect lists the collections, the arrays of documents in their documents, and the buckets of GridFS, each by its address. A store without a schema is sampled: the fields are the members of the
// oldest and the newest documents of a collection, by their _id, 200 of each; a member that stands in none of them is not found. Of embedded
// documents the members are listed, as a.b. The type of a field is that of its values, or several.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	list, err := s.db.ListCollectionSpecifications(ctx, bson.D{})
	if err != nil {
		return nil, failure(ctx, "listing collections", err)
	}
	slices.SortFunc(list, func(a, b mongo.CollectionSpecification) int { return strings.Compare(a.Name, b.Name) })
	has := func(name string) bool {
		return slices.ContainsFunc(list, func(c mongo.CollectionSpecification) bool { return c.Name == name })
	}
	out := &connectors.Schema{}
	for _, c := range list {
		if badCollection(c.Name) {
			continue
		}
		at := c.Name
		if bucket, ok := strings.CutSuffix(c.Name, ".files"); ok && has(bucket+chunks) {
			at = gridPrefix + bucket
		}
		if bucket, ok := strings.CutSuffix(c.Name, chunks); ok && has(bucket+".files") {
			continue
		}
		one := connectors.SchemaCollection{Name: at, View: c.Type == "view", Key: []string{"_id"}, Rows: -1}
		if !one.View {
			if err := s.indexes(ctx, c.Name, &one); err != nil {
				return nil, err
			}
		}
		seen, err := s.sample(ctx, c.Name)
		if err != nil {
			return nil, err
		}
		if seen == nil { // its name is all this account may know of it
			one.Key = nil
			out.Collections = append(out.Collections, one)
			continue
		}
		one.Fields, one.Sampled = seen.fields(""), seen.documents
		if at != c.Name {
			one.Fields = append(one.Fields, connectors.SchemaField{Name: connectors.DocumentField, Type: "file", Family: connectors.BytesFamily})
		}
		out.Collections = append(out.Collections, one)
		for _, path := range seen.arrays {
			if at == c.Name && !one.View {
				out.Collections = append(out.Collections, connectors.SchemaCollection{Name: at + "." + path + "[]", Fields: seen.fields(path), Indexes: within(one.Indexes, path), Rows: -1, Sampled: seen.documents})
			}
		}
	}
	return out, nil
}

// within are the indexes of a collection that find elements of an array, as its elements call their members.
func within(indexes [][]string, path string) [][]string {
	var out [][]string
	for _, fields := range indexes {
		if member, ok := strings.CutPrefix(fields[0], path+"."); ok {
			out = append(out, []string{member})
		}
	}
	return out
}

// indexes notes indexes, and how many documents there are.
func (s *store) indexes(ctx context.Context, name string, c *connectors.SchemaCollection) error {
	coll := s.db.Collection(name)
	n, err := coll.EstimatedDocumentCount(ctx)
	if err != nil && mayNot(err) {
		return nil
	}
	if err != nil {
		return failure(ctx, "counting "+name, err)
	}
	c.Rows = n
	list, err := coll.Indexes().ListSpecifications(ctx)
	if err != nil {
		return failure(ctx, "listing the indexes of "+name, err)
	}
	for _, x := range list {
		es, err := elements(x.KeysDocument)
		if err != nil {
			return err
		}
		var fields []string
		for _, e := range es {
			if e.value.Type == bson.TypeString { // text, hashed, 2dsphere: none of them finds a value by order
				break
			}
			fields = append(fields, e.name)
		}
		if len(fields) == 0 {
			continue
		}
		c.Indexes = append(c.Indexes, fields)
		if x.Unique != nil && *x.Unique && len(fields) == len(es) {
			c.Unique = append(c.Unique, fields)
		}
	}
	return nil
}

// sample looks at some documents, where the account may, and gives the members of each place: "" for the documents, the path of an array for its elements.
func (s *store) sample(ctx context.Context, name string) (*sampling, error) {
	out := &sampling{ids: map[string]bool{}, kinds: map[string]map[string][]string{}, order: map[string][]string{}}
	for i, direction := range []int{1, -1} {
		opts := options.Find().SetLimit(looked).SetSort(bson.D{{Key: "_id", Value: direction}})
		cur, err := s.db.Collection(name).Find(ctx, bson.D{}, opts)
		if err != nil && mayNot(err) {
			return nil, nil
		}
		if err != nil {
			return nil, failure(ctx, "looking at "+name, err)
		}
		for cur.Next(ctx) {
			if id := cur.Current.Lookup("_id"); out.ids[idKey(id)] {
				continue // of a small collection both ends are the same
			} else if i == 0 {
				out.ids[idKey(id)] = true
			}
			out.documents++
			if err := out.document("", nil, cur.Current); err != nil {
				return nil, err
			}
		}
		if err := cur.Err(); err != nil {
			return nil, failure(ctx, "looking at "+name, err)
		}
	}
	return out, nil
}

// sampling is the names and types of members, by place.
type sampling struct {
	ids       map[string]bool // of the documents looked at first
	documents int64
	kinds     map[string]map[string][]string
	order     map[string][]string
	arrays    []string
}

// document notes the members of a document that is a row of a place, and looks into embedded ones for arrays.
func (x *sampling) document(place string, path []string, doc bson.Raw) error {
	es, err := elements(doc)
	if err != nil {
		return err
	}
	for _, e := range es {
		at := append(slices.Clone(path), plain(e.name))
		if e.value.Type == bson.TypeEmbeddedDocument && len(e.value.Value) > len(document(nil)) {
			if err := x.document(place, at, e.value.Value); err != nil {
				return err
			}
			continue
		}
		x.member(place, element{strings.Join(at, "."), e.value})
		if e.value.Type == bson.TypeArray && place == "" { // of an array in an array there is no address
			err = x.array(strings.Join(at, "."), e.value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// plain is a member's name; one with a dot in it stands in quotes, for no map can name it.
func plain(name string) string {
	if strings.Contains(name, ".") {
		return strconv.Quote(name)
	}
	return name
}

// array notes the members of elements that are documents.
func (x *sampling) array(place string, v bson.RawValue) error {
	vs, err := members(v)
	if err != nil {
		return err
	}
	for _, m := range vs {
		if m.Type != bson.TypeEmbeddedDocument {
			continue
		}
		if !slices.Contains(x.arrays, place) {
			x.arrays = append(x.arrays, place)
		}
		if err := x.document(place, nil, m.Value); err != nil {
			return err
		}
	}
	return nil
}

func (x *sampling) member(place string, e element) {
	kinds := x.kinds[place]
	if kinds == nil {
		kinds = map[string][]string{}
		x.kinds[place] = kinds
	}
	if _, ok := kinds[e.name]; !ok {
		x.order[place] = append(x.order[place], e.name)
	}
	if kind := e.value.Type.String(); !slices.Contains(kinds[e.name], kind) {
		kinds[e.name] = append(kinds[e.name], kind)
	}
}

// fields are the members of a place.
func (x *sampling) fields(place string) []connectors.SchemaField {
	var out []connectors.SchemaField
	for _, f := range x.order[place] {
		kinds := x.kinds[place][f]
		types := slices.DeleteFunc(slices.Clone(kinds), func(k string) bool { return k == bson.TypeNull.String() && len(kinds) > 1 })
		field := connectors.SchemaField{Name: f, Type: strings.Join(types, " or ")}
		if len(types) == 1 {
			field.Family = families[types[0]]
		}
		out = append(out, field)
	}
	return out
}

var families = map[string]connectors.Family{
	bson.TypeString.String(): connectors.TextFamily, bson.TypeObjectID.String(): connectors.TextFamily,
	bson.TypeInt32.String(): connectors.WholeFamily, bson.TypeInt64.String(): connectors.WholeFamily,
	bson.TypeDouble.String(): connectors.NumberFamily, bson.TypeDecimal128.String(): connectors.NumberFamily,
	bson.TypeBoolean.String(): connectors.BooleanFamily, bson.TypeDateTime.String(): connectors.DateFamily,
	bson.TypeBinary.String(): connectors.BytesFamily, bson.TypeEmbeddedDocument.String(): connectors.NestedFamily, bson.TypeArray.String(): connectors.NestedFamily,
}
