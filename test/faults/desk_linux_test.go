package faults

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// desk is a club whose members stand in documents: each in one of their own, vehicles and photographs beside it, and comments in tickets in which others wrote.
type desk struct {
	club
	store servers.Mongo
}

// deskHead is what the maps of all desks begin with; more fields of members may follow.
const deskHead = `system: desk
label: { en: Desk }
connector: mongodb
config: { url: "${DESK_URL}", database: "${DESK_DATABASE}" }
backups: 0 days
restrict: { block: move }
department: Biuro
collections:
  members:
    key: _id
    purposes: { membership: { since: left_on } }
    fields:
      member_no: { identifier: member_no }
`

const deskSystem = deskHead + `      name:      identity.name
      left_on:   correspondence.date
  vehicles:
    key: _id
    growth: any
    fields:
      member_id: { owned_by: members }
      plate:     vehicle.plate
  photos:
    at: "gridfs:photos"
    key: _id
    document: vehicle.plate
    fields:
      metadata.member_id: { owned_by: members }
  tickets:
    key: _id
    erase: { anonymise: { topic: keep } }
    fields:
      by.no:  { owned_by: members.member_no }
      by.said: correspondence.note
      topic:  preference.topic
  comments:
    at: "tickets.comments[]"
    key: no
    growth: any
    fields:
      author: { owned_by: members.member_no }
      text:   correspondence.note
`

// members of the desk are numbered as their number begins with that of another.
var deskMembers = []int{1, 2, 20, 3}

const (
	deskTickets  = 6
	deskVehicles = 5 // of each
)

// deskGone is what the erasure of the second member takes: the member, vehicles, a photograph, comments of each ticket and one more, and of a ticket what is said of him.
const deskGone = 1 + deskVehicles + 1 + deskTickets + 1 + 1

func memberID(n int) bson.ObjectID { return bson.ObjectID{1, byte(n)} }

func newDesk(t *testing.T, edits ...string) *desk {
	t.Helper()
	return deskOn(t, servers.MongoDB(t), edits...)
}

// deskOn is a desk on the server of a database, reached by something that hears what is sent, its map with texts replaced.
func deskOn(t *testing.T, store servers.Mongo, edits ...string) *desk {
	t.Helper()
	d := &desk{store: store}
	d.lay(t)
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "desk.yaml": strings.NewReplacer(edits...).Replace(deskSystem)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.House = built.Empty(t, dir)
	d.Extra = map[string]string{"DESK_DATABASE": store.Database}
	d.by(t, store.URL)
	return d
}

// by has the connector come another way; it gives up soon where nobody answers.
func (d *desk) by(t *testing.T, url string) {
	t.Helper()
	d.between = servers.NewBetween(t, url)
	more := "?serverSelectionTimeoutMS=2000"
	if strings.Contains(d.between.URL, "?") {
		more = "&" + more[1:]
	}
	d.Extra["DESK_URL"] = d.between.URL + more
}

func (d *desk) lay(t *testing.T) {
	t.Helper()
	var members, vehicles, tickets []bson.D
	for _, n := range deskMembers {
		left := bson.DateTime(981158400000) // in 2001
		if n == 1 {
			left = bson.DateTime(1706918400000)
		}
		members = append(members, bson.D{{Key: "_id", Value: memberID(n)}, {Key: "member_no", Value: fmt.Sprint("C-", n)}, {Key: "name", Value: fmt.Sprint("Name ", n)}, {Key: "left_on", Value: left}})
		for v := range deskVehicles {
			vehicles = append(vehicles, bson.D{{Key: "_id", Value: bson.ObjectID{2, byte(n), byte(v)}}, {Key: "member_id", Value: memberID(n)}, {Key: "plate", Value: fmt.Sprint("W", n, v)}, {Key: "doors", Value: int64(v)}})
		}
		d.photo(t, n)
	}
	for i := range deskTickets {
		var list bson.A
		for c, n := range deskMembers {
			list = append(list, deskComment(c, n, "said"))
		}
		if i == 3 {
			list = append(list, deskComment(9, 2, "said twice"))
		}
		by := deskMembers[i%len(deskMembers)]
		if i == 5 {
			by = 3
		}
		tickets = append(tickets, bson.D{{Key: "_id", Value: fmt.Sprint("T-", i)}, {Key: "by", Value: bson.D{{Key: "no", Value: fmt.Sprint("C-", by)}, {Key: "said", Value: "please"}}}, {Key: "topic", Value: "roof"}, {Key: "comments", Value: list}})
	}
	for coll, docs := range map[string][]bson.D{"members": members, "vehicles": vehicles, "tickets": tickets} {
		if _, err := d.store.Client.Database(d.store.Database).Collection(coll).InsertMany(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
	}
}

func deskComment(no, author int, text string) bson.D {
	return bson.D{{Key: "no", Value: int32(no)}, {Key: "author", Value: fmt.Sprint("C-", author)}, {Key: "text", Value: text}}
}

func (d *desk) photo(t *testing.T, n int) {
	t.Helper()
	bucket := d.store.Client.Database(d.store.Database).GridFSBucket(options.GridFSBucket().SetName("photos"))
	opts := options.GridFSUpload().SetChunkSizeBytes(8).SetMetadata(bson.D{{Key: "member_id", Value: memberID(n)}})
	if err := bucket.UploadFromStreamWithID(t.Context(), bson.ObjectID{3, byte(n)}, "x.jpg", strings.NewReader(fmt.Sprint("a photograph of ", n)), opts); err != nil {
		t.Fatal(err)
	}
}

// everything is all documents of the desk, and what is held, as text.
func (d *desk) everything(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for db, colls := range map[string][]string{d.store.Database: {"members", "vehicles", "tickets", "photos.files", "photos.chunks"}, d.store.Held: {"rows", "photos.chunks"}} {
		for _, coll := range colls {
			cur, err := d.store.Client.Database(db).Collection(coll).Find(t.Context(), bson.D{})
			if err != nil {
				t.Fatal(err)
			}
			for cur.Next(t.Context()) {
				out[db+" "+coll+" "+cur.Current.Lookup("_id").String()] = cur.Current.String()
			}
			if err := cur.Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	return out
}

// without is what an undisturbed erasure of the second member leaves of that.
func without(all map[string]string) map[string]string {
	out := map[string]string{}
	id, photo := memberID(2).Hex(), bson.ObjectID{3, 2}.Hex()
	for key, doc := range all {
		if !strings.Contains(doc, id) && !strings.Contains(doc, photo) {
			out[key] = unwritten(unnamed(doc))
		}
	}
	return out
}

// unnamed is a document that does not say any more that the second member opened it.
func unnamed(doc string) string {
	return strings.Replace(doc, `"by": {"no": "C-2","said": "please"}`, `"by": {"no": null,"said": null}`, 1)
}

// unwritten is one without his comments.
func unwritten(doc string) string {
	for no, text := range map[string]string{"1": "said", "9": "said twice"} {
		doc = strings.Replace(doc, `,{"no": {"$numberInt":"`+no+`"},"author": "C-2","text": "`+text+`"}`, "", 1)
	}
	return doc
}

// stands fails where the desk is not what it should be.
func (d *desk) stands(t *testing.T, want map[string]string) {
	t.Helper()
	now := d.everything(t)
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if now[key] != want[key] {
			t.Errorf("%s is\n%s\nwant\n%s", key, now[key], want[key])
		}
	}
	for key, doc := range now {
		if want[key] == "" {
			t.Errorf("%s is there: %s", key, doc)
		}
	}
}

// whole fails where a document is neither what it was nor what a part of the work makes of it.
func (d *desk) whole(t *testing.T, first map[string]string) {
	t.Helper()
	last, now := without(first), d.everything(t)
	for key, doc := range now {
		if was := first[key]; doc != was && doc != unnamed(was) && doc != unwritten(was) && doc != last[key] {
			t.Errorf("%s is\n%s", key, doc)
		}
	}
	for key := range last {
		if now[key] == "" {
			t.Errorf("%s is gone", key)
		}
	}
}

// ended carries a request to its end, which is that of an undisturbed one.
func (d *desk) ended(t *testing.T, id string, want map[string]string) (committed, inferred int64) {
	t.Helper()
	committed, inferred = d.finish(t, id)
	if committed+inferred != deskGone {
		t.Errorf("%d committed, %d inferred; want %d in all", committed, inferred, deskGone)
	}
	d.stands(t, want)
	return committed, inferred
}

// waits fails where the desk does not wait for the store, and does not say so.
func (d *desk) waits(t *testing.T, id string) {
	t.Helper()
	y := product.System(t, d.Standing(t, id), "desk")
	if y.WaitsFor != "store" || y.NotBefore == nil || strings.Contains(y.Why, "C-2") || strings.Contains(y.Why, "127.0.0.1") {
		t.Errorf("it waits for %q: %q", y.WaitsFor, y.Why)
	}
	if d.Receipt(t, id) != nil {
		t.Error("there is a receipt")
	}
}

// killPlugin kills the connector's process of this house.
func (d *desk) killPlugin(t *testing.T) {
	t.Helper()
	home, err := filepath.EvalSymlinks(d.Root)
	if err != nil {
		t.Error(err)
	}
	all, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, file := range all {
		at, _ := os.Readlink(file) // one that has ended has none
		words, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		name, _, _ := strings.Cut(string(words), "\x00")
		if at != home || filepath.Base(name) != "dossier-connector-mongodb" {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(filepath.Dir(file)), "%d", &pid); err != nil {
			t.Error(err)
		}
		p, err := os.FindProcess(pid)
		if err == nil {
			err = p.Kill()
		}
		if err != nil {
			t.Error(err)
		}
		return
	}
	t.Error("no connector is at work")
}
