package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

// Of the elements of a document one is a person's; each person has elements in one document of so many.
const (
	elementsEach = 10
	oneOf        = 40
)

// benchElements erases a person's elements from arrays in documents: by the connector, and by a loop one would write by hand, which reads the documents
// they stand in, and writes each array back where it is as it was read. Both have a collection of their own on the same server.
func benchElements(ctx context.Context, s settings) (err error) {
	servers.Lasting()
	db, err := servers.NewMongo()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Drop(context.WithoutCancel(ctx))) }()
	store, err := mongodb.Connector{}.Open(ctx, connectors.Config{"url": db.URL, "database": db.Database})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	data := db.Client.Database(db.Database)
	for _, name := range []string{"ours", "theirs"} {
		if err := layTickets(ctx, data.Collection(name), s.documents); err != nil {
			return err
		}
	}
	hand, ours := &series{name: "by hand: read, edit, write each array back"}, &series{name: "apply"}
	for i := range min(s.n, oneOf) {
		who := fmt.Sprint("C-", i)
		turns := []func() error{
			func() error {
				return timed(hand, func() error { return byHandElements(ctx, data.Collection("theirs"), who) })
			},
			func() error { return timed(ours, func() error { return byConnector(ctx, store, who, s.documents) }) },
		}
		for j := range turns {
			if err := turns[(i+j)%2](); err != nil {
				return err
			}
		}
	}
	report(fmt.Sprintf("elements of one person in %d of %d documents", s.documents/oneOf, s.documents), hand, ours)
	return sameDocuments(ctx, data)
}

func timed(s *series, f func() error) error {
	began := time.Now()
	err := f()
	s.add(time.Since(began))
	return err
}

func layTickets(ctx context.Context, c *mongo.Collection, n int) error {
	var docs []bson.D
	for i := range n {
		list := bson.A{}
		for j := range elementsEach {
			list = append(list, bson.D{{Key: "no", Value: int32(j)}, {Key: "author", Value: fmt.Sprint("C-", (i+j*1000)%oneOf)}, {Key: "text", Value: "some words of a comment, as people write them"}})
		}
		for j := range list[1:] {
			list[j+1].(bson.D)[1].Value = fmt.Sprint("D-", i, "-", j)
		}
		if docs = append(docs, bson.D{{Key: "_id", Value: int32(i)}, {Key: "comments", Value: list}}); len(docs) == 1000 || i == n-1 {
			if _, err := c.InsertMany(ctx, docs); err != nil {
				return err
			}
			docs = nil
		}
	}
	_, err := c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "comments.author", Value: 1}}})
	return err
}

// byHandElements is the loop.
func byHandElements(ctx context.Context, c *mongo.Collection, who string) error {
	cur, err := c.Find(ctx, bson.D{{Key: "comments.author", Value: who}}, options.Find().SetProjection(bson.D{{Key: "comments", Value: 1}}))
	if err != nil {
		return err
	}
	var docs []struct {
		ID       int32    `bson:"_id"`
		Comments []bson.D `bson:"comments"`
	}
	if err := cur.All(ctx, &docs); err != nil {
		return err
	}
	for _, d := range docs {
		left := []bson.D{}
		for _, e := range d.Comments {
			if e[1].Value != who {
				left = append(left, e)
			}
		}
		r, err := c.UpdateOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "comments", Value: d.Comments}}, bson.D{{Key: "$set", Value: bson.D{{Key: "comments", Value: left}}}})
		if err != nil || r.MatchedCount != 1 {
			return fmt.Errorf("by hand: %w, or somebody changed a document", err)
		}
	}
	return nil
}

func byConnector(ctx context.Context, store connectors.Store, who string, documents int) error {
	w, _ := connectors.As[connectors.Writer](store)
	t := connectors.Treatment{ID: "t", Verb: connectors.Delete, AtMost: int64(documents), On: connectors.Selection{
		Collection: connectors.Collection{Name: "comments", At: "ours.comments[]", Key: []string{"_id", "no"}},
		Any:        []connectors.Match{{Fields: []string{"author"}, Values: []connectors.Tuple{{Values: []any{who}}}}}}}
	out, err := w.Apply(ctx, []connectors.Treatment{t}, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
	if err == nil && out[0].Changed != int64(documents/oneOf) {
		err = fmt.Errorf("%d elements changed, want %d", out[0].Changed, documents/oneOf)
	}
	return err
}

// sameDocuments compares the two collections, document by document.
func sameDocuments(ctx context.Context, data *mongo.Database) error {
	var all [2][]bson.Raw
	for i, name := range []string{"ours", "theirs"} {
		cur, err := data.Collection(name).Find(ctx, bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
		if err == nil {
			err = cur.All(ctx, &all[i])
		}
		if err != nil {
			return err
		}
	}
	for i := range all[0] {
		if string(all[0][i]) != string(all[1][i]) {
			fmt.Fprintln(os.Stderr, all[0][i], all[1][i])
			return errors.New("the two ways end differently")
		}
	}
	return nil
}
