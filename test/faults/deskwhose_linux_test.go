package faults

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// written is what an application wrote while others were at work.
type written struct {
	vehicles, comments int      // of the second member
	others             []string // comments of the third, as text, in the order they were written
	seen               int32    // what it wrote last into a vehicle of the first
}

// hammer writes without pause, by way of something that carries out one command at a time: vehicles and comments of the second member, comments of the third
// into the same array, and a number into a vehicle of the first; until it is told to stop.
func (d *desk) hammer(t *testing.T, url string) (stop func() written) {
	t.Helper()
	client, err := mongo.Connect(options.Client().ApplyURI(url))
	if err != nil {
		t.Fatal(err)
	}
	db := client.Database(d.store.Database)
	over, begun := make(chan struct{}), make(chan struct{})
	var w written
	var all sync.WaitGroup
	all.Go(func() {
		beat := time.NewTicker(50 * time.Millisecond)
		defer beat.Stop()
		ctx := context.Background()
		push := func(c bson.D) bool {
			r, err := db.Collection("tickets").UpdateOne(ctx, bson.D{{Key: "_id", Value: "T-3"}}, bson.D{{Key: "$push", Value: bson.D{{Key: "comments", Value: c}}}})
			return err == nil && r.MatchedCount == 1
		}
		for n := 0; ; n++ {
			if _, err := db.Collection("vehicles").InsertOne(ctx, bson.D{{Key: "_id", Value: fmt.Sprint("V-", n)}, {Key: "member_id", Value: memberID(2)}, {Key: "plate", Value: "H"}}); err == nil {
				w.vehicles++
			}
			if push(deskComment(1000+2*n, 2, "again")) {
				w.comments++
			}
			if c := deskComment(1001+2*n, 3, "beside"); push(c) {
				raw, _ := bson.Marshal(c)
				w.others = append(w.others, bson.Raw(raw).String())
			}
			if r, err := db.Collection("vehicles").UpdateOne(ctx, bson.D{{Key: "_id", Value: bson.ObjectID{2, 1}}}, bson.D{{Key: "$set", Value: bson.D{{Key: "seen", Value: int32(n)}}}}); err == nil && r.MatchedCount == 1 {
				w.seen = int32(n)
			}
			if n == 0 {
				close(begun)
			}
			select {
			case <-over:
				return
			case <-beat.C:
			}
		}
	})
	<-begun
	end := sync.OnceFunc(func() {
		close(over)
		all.Wait()
		_ = client.Disconnect(context.Background())
	})
	t.Cleanup(end)
	return func() written {
		end()
		return w
	}
}

// TestAnApplicationGoesOnWritingToTheDesk: while an erasure is planned, carried out and checked, an application writes the person's documents without pause, and
// his elements and others' into one array. None of his is left in the end, none of the others' is lost, and no neighbour is another one.
func TestAnApplicationGoesOnWritingToTheDesk(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.everything(t)
	gate := servers.NewMember(t, d.store, false)
	d.by(t, gate.URL)
	stop := d.hammer(t, gate.URL)
	p := d.planned(t, "C-2")
	d.applied(t, p)
	d.Run(t, "--json", "request", "resume", p.Request)
	w := stop()
	if w.vehicles == 0 || w.comments == 0 || len(w.others) == 0 || w.seen == 0 {
		t.Fatalf("the application did not go on: %+v", w)
	}
	d.finish(t, p.Request)
	want := without(first)
	at := d.store.Database + ` tickets "T-3"`
	want[at] = strings.TrimSuffix(want[at], "]}") + "," + strings.Join(w.others, ",") + "]}"
	at = d.store.Database + " vehicles " + fmt.Sprintf(`{"$oid":"%s"}`, bson.ObjectID{2, 1}.Hex())
	want[at] = strings.TrimSuffix(want[at], "}") + fmt.Sprintf(`,"seen": {"$numberInt":"%d"}}`, w.seen)
	d.stands(t, want)
}

// joins has an application enter a member under a key, with a number, a vehicle and a comment in somebody's ticket.
func (d *desk) joins(t *testing.T, key, no int, left any, vehicle bson.ObjectID, comment bson.D) {
	t.Helper()
	db := d.store.Client.Database(d.store.Database)
	for coll, doc := range map[string]bson.D{"members": {{Key: "_id", Value: memberID(key)}, {Key: "member_no", Value: fmt.Sprintf("C-%d", no)}, {Key: "name", Value: "New"}, {Key: "left_on", Value: left}},
		"vehicles": {{Key: "_id", Value: vehicle}, {Key: "member_id", Value: memberID(key)}, {Key: "plate", Value: "N"}}} {
		if _, err := db.Collection(coll).InsertOne(t.Context(), doc); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Collection("tickets").UpdateOne(t.Context(), bson.D{{Key: "_id", Value: "T-3"}}, bson.D{{Key: "$push", Value: bson.D{{Key: "comments", Value: comment}}}}); err != nil {
		t.Fatal(err)
	}
}

// TestAKeyOfTheDeskGivenAnew: before the erasure is verified, or after that and before the second look, an application gives the _id and the number of what was erased to
// somebody else. Nothing is done to that, and a person is asked.
func TestAKeyOfTheDeskGivenAnew(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"verify/claimed/desk", ""} {
		t.Run(strings.ReplaceAll("at "+point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			first := d.everything(t)
			p := d.planned(t, "C-2")
			d.appliedUntil(t, p, point)
			d.stands(t, without(first))
			d.joins(t, 2, 7, nil, bson.ObjectID{2, 2, 0}, deskComment(1, 7, "new"))
			want := d.everything(t)
			for range 2 {
				d.Later(25 * time.Hour)
				d.Must(t, "--json", "request", "resume", p.Request)
			}
			d.stands(t, want)
			st := d.Standing(t, p.Request)
			if y := product.System(t, st, "desk"); st.State != "running" || !slices.Contains(y.Codes, "reused_key") || d.Receipt(t, p.Request) != nil {
				t.Errorf("it is %s, and the desk says %v (%s)", st.State, y.Codes, y.Why)
			}
		})
	}
}
