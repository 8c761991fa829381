package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/test/servers"
)

// Of the elements of a document one is a person's; each person has elements in one document of so many.
const (
	elementsEach = 10
	oneOf        = 40
	elementsRead = 200_000 // documents, so that a run of many documents is one of few persons
)

// benchElements erases a person's elements from arrays in documents: by the connector, and by a loop one would write by hand, which reads the documents
// they stand in, and writes each array back where it is as it was read. Both have a collection of their own on the same server.
func benchElements(ctx context.Context, s settings) (err error) {
	db, err := servers.NewMongoOnPostgres()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Drop(context.WithoutCancel(ctx))) }()
	t := &table{}
	for _, n := range s.documents {
		if err := elementsIn(ctx, s, t, db, n); err != nil {
			return err
		}
	}
	t.print("mongodb")
	return nil
}

// twoWays is what both took, finding and writing.
type twoWays struct{ handFind, handWrite, find, write *series }

func elementsIn(ctx context.Context, s settings, t *table, db servers.MongoOnPostgres, documents int) (err error) {
	data := db.Client.Database(db.Database)
	ours, theirs := data.Collection(fmt.Sprint("ours", documents)), data.Collection(fmt.Sprint("theirs", documents))
	for _, c := range []*mongo.Collection{ours, theirs} {
		if err := layTickets(ctx, c, documents); err != nil {
			return err
		}
		if err := db.Index(ctx, c); err != nil {
			return err
		}
	}
	store, close, err := openMongo(ctx, s, db.Mongo)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, close()) }()
	x := twoWays{&series{name: "by hand: find"}, &series{name: "by hand: write each array back"}, &series{name: "connector: find"}, &series{name: "connector: write"}}
	var memory float64
	for i := range min(s.n, oneOf-1, max(elementsRead/documents, 3)) + 1 { // the first is not counted
		person := fmt.Sprint("C-", i)
		err := beside(i, func() error {
			most := watchMemory()
			defer func() { memory = max(memory, most()) }()
			return byHandElements(ctx, theirs, person, x)
		}, func() error { return byConnector(ctx, store, ours.Name(), person, documents, x) })
		if err != nil {
			return err
		}
	}
	own := peakOfConnectors()
	for _, y := range []*series{x.handFind, x.handWrite, x.find, x.write} {
		y.warm(1)
	}
	hand, whole := sum("by hand", x.handFind, x.handWrite), sum("connector", x.find, x.write)
	title := fmt.Sprintf("elements of one person in %d of %d documents", documents/oneOf, documents)
	report(title+"; persons instead of", hand, whole, x.find, x.write)
	report("The same, by the processors' time", hand.processors(), whole.processors())
	report("Finding alone, by the processors' time", x.handFind.processors(), x.find.processors())
	report("Writing alone, by the processors' time", x.handWrite.processors(), x.write.processors())
	t.add(title, hand, whole, "1.3")
	t.add("… finding the documents", x.handFind, x.find, "–")
	t.add("… writing the arrays", x.handWrite, x.write, "–")
	t.note("%d documents: peak memory of the connector %.0f MiB; of this program, which is the one by hand too, %.0f.", documents, own, memory)
	line("%s", t.notes[len(t.notes)-1])
	return sameDocuments(ctx, ours, theirs)
}

// openMongo opens the connector, as a process unless it is to be inside.
func openMongo(ctx context.Context, s settings, db servers.Mongo) (connectors.Store, func() error, error) {
	config := connectors.Config{"url": db.URL, "database": db.Database}
	if s.inside {
		store, err := mongodb.Connector{}.Open(ctx, config)
		if err != nil {
			return nil, nil, err
		}
		return store, store.Close, nil
	}
	pool := host.NewPool(host.PoolOptions{Folders: []string{s.bin}})
	p, err := pool.Connector(ctx, "mongodb")
	if err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}
	store, err := p.Open(ctx, config)
	if err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}
	return store, func() error { return errors.Join(store.Close(), pool.Close()) }, nil
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
func byHandElements(ctx context.Context, c *mongo.Collection, who string, x twoWays) error {
	stop := start()
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
	x.handFind.addSpent(stop())
	stop = start()
	for _, d := range docs {
		left := []bson.D{}
		for _, e := range d.Comments {
			if e[1].Value != who {
				left = append(left, e)
			}
		}
		r, err := c.UpdateOne(ctx, bson.D{{Key: "_id", Value: d.ID}, {Key: "comments", Value: d.Comments}}, bson.D{{Key: "$set", Value: bson.D{{Key: "comments", Value: left}}}})
		if err != nil {
			return err
		}
		if r.MatchedCount != 1 {
			return errors.New("by hand: somebody changed a document")
		}
	}
	x.handWrite.addSpent(stop())
	return nil
}

// byConnector has the connector do it. It asks when it has found all, and before it writes.
func byConnector(ctx context.Context, store connectors.Store, collection, who string, documents int, x twoWays) error {
	w, ok := connectors.As[connectors.Writer](store)
	if !ok {
		return connectors.ErrNotSupported
	}
	t := connectors.Treatment{ID: "t", Verb: connectors.Delete, AtMost: int64(documents), On: connectors.Selection{
		Collection: connectors.Collection{Name: "comments", At: collection + ".comments[]", Key: []string{"_id", "no"}},
		Any:        []connectors.Match{{Fields: []string{"author"}, Values: []connectors.Tuple{{Values: []any{who}}}}}}}
	stop, asked := start(), false
	out, err := w.Apply(ctx, []connectors.Treatment{t}, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error {
		if !asked {
			asked = true
			x.find.addSpent(stop())
			stop = start()
		}
		return nil
	}})
	x.write.addSpent(stop())
	if err == nil && out[0].Changed != int64(documents/oneOf) {
		err = fmt.Errorf("%d elements changed, want %d", out[0].Changed, documents/oneOf)
	}
	return err
}

// sameDocuments compares two collections, document by document.
func sameDocuments(ctx context.Context, ours, theirs *mongo.Collection) error {
	prints := map[string][sha256.Size]byte{}
	for i, c := range []*mongo.Collection{ours, theirs} {
		cur, err := c.Find(ctx, bson.D{})
		if err != nil {
			return err
		}
		n := 0
		for ; cur.Next(ctx); n++ {
			id, print := string(cur.Current.Lookup("_id").Value), sha256.Sum256(cur.Current)
			if before, there := prints[id]; i > 0 && (!there || before != print) {
				return fmt.Errorf("the two ways end differently: %v", cur.Current)
			}
			prints[id] = print
		}
		if err := errors.Join(cur.Err(), cur.Close(ctx)); err != nil {
			return err
		}
		if n != len(prints) {
			return fmt.Errorf("%d documents are left in one collection and %d in the other", len(prints), n)
		}
	}
	line("both collections hold the same documents")
	line("")
	return nil
}
