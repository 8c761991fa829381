package nested

import (
	"maps"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

var (
	gridfs = options.GridFSBucket().SetName("photos")
	pieces = options.GridFSUpload().SetChunkSizeBytes(8)
)

func day(text string) bson.DateTime {
	d, _ := time.Parse(time.DateOnly, text)
	return bson.NewDateTimeFromTime(d)
}

func ticket(id, no string, closed bson.DateTime, comments bson.A, photos ...bson.ObjectID) bson.D {
	list := bson.A{}
	for i, p := range photos {
		list = append(list, bson.D{{Key: "file_id", Value: p}, {Key: "n", Value: int32(i)}})
	}
	return bson.D{{Key: "_id", Value: id}, {Key: "reporter", Value: bson.D{{Key: "no", Value: no}, {Key: "phone", Value: "1"}}}, {Key: "category", Value: "roof"},
		{Key: "closed_at", Value: closed}, {Key: "comments", Value: comments}, {Key: "photos", Value: list}}
}

func comment(no int32, author, text string) bson.D {
	return bson.D{{Key: "no", Value: no}, {Key: "author", Value: author}, {Key: "text", Value: text}}
}

const old, late = "2015-03-01", "2026-01-15"

// tickets: C-1 reported T-1, long ago, and T-2; of T-3 and T-4 she wrote a comment. The last photo of T-1 is also one of T-4.
func (d *desk) tickets() {
	a, b, c, e := d.photo("a photo of the roof"), d.photo("another one of it"), d.photo("one of both"), d.photo("one of this year")
	d.lay("tickets",
		ticket("T-1", "C-1", day(old), bson.A{comment(1, "C-1", "mine"), comment(2, "C-10", "not mine")}, a, b, c),
		ticket("T-2", "C-1", day(late), bson.A{comment(1, "C-2", "hers")}, e),
		ticket("T-3", "C-2", day(old), bson.A{comment(1, "C-2", "hers"), comment(2, "C-1", "mine"), comment(3, "C-1", "mine too")}),
		ticket("T-4", "C-2", day(late), bson.A{comment(1, "C-1", "of this year")}, c))
	d.lay("rooms", bson.D{{Key: "_id", Value: "R-0"}, {Key: "closed_at", Value: day(old)}, {Key: "watchers", Value: bson.A{}}})
}

// TestFilesNamedInsideADocument: the files a person's ticket names go with it, chunks and all, and so does what names them; those that another ticket
// names too stay, and so does everything of a ticket that is kept.
func TestFilesNamedInsideADocument(t *testing.T) {
	d := newDesk(t)
	d.tickets()
	want := d.all()
	p := d.ask("R-1", "erasure", "C-1")
	for _, line := range []string{"tickets anonymise 1", "tickets keep 1", "tickets_photos delete 3", "tickets_photos keep 1", "photos delete 2", "photos keep 1", "comments delete 3", "comments keep 1"} {
		if !strings.Contains(told(p), line) {
			t.Errorf("the plan does not say: %s\n%s", line, told(p))
		}
	}
	d.carry(p)
	d.ends("R-1", "done")
	for k, v := range want {
		if file, ok := strings.CutPrefix(k, "photos.files "); ok && (strings.Contains(v, "a photo of the roof") || strings.Contains(v, "another one of it")) {
			delete(want, k)
			maps.DeleteFunc(want, func(_, v string) bool { return strings.Contains(v, `"files_id": `+file) })
		}
	}
	want[`tickets "T-1"`] = `{"_id": "T-1","reporter": {"no": null,"phone": null},"category": "roof","closed_at": {"$date":{"$numberLong":"1420066800000"}},"comments": [{"no": {"$numberInt":"2"},"author": "C-10","text": "not mine"}],"photos": []}`
	want[`tickets "T-3"`] = strings.Replace(want[`tickets "T-3"`], `,{"no": {"$numberInt":"2"},"author": "C-1","text": "mine"},{"no": {"$numberInt":"3"},"author": "C-1","text": "mine too"}`, "", 1)
	d.want(want)
}

// TestRestrictedAndLifted: her ticket with what it names, her comments in those of others, and what her tickets name in which others wrote are out of reach and
// come back as the bytes they were. A ticket in which others wrote stays, for it is not hers alone.
func TestRestrictedAndLifted(t *testing.T) {
	d := newDesk(t)
	d.tickets()
	d.lay("tickets", ticket("T-5", "C-1", day(late), bson.A{comment(1, "C-1", "mine")}, d.photo("one of her own")))
	before := d.all()
	d.carry(d.ask("R-1", "restriction", "C-1"))
	d.ends("R-1", "done")
	for k, v := range d.all() {
		changed, hers := v != before[k], strings.Contains(v, `"C-1"`)
		if k == `tickets "T-1"` || k == `tickets "T-2"` {
			hers = !strings.Contains(v, `"photos": []`) || strings.Contains(v, "mine") != strings.Contains(v, "not mine")
		}
		if changed && !strings.HasPrefix(k, "tickets") || hers || strings.Contains(v, "another one of it") || strings.Contains(v, "one of her own") {
			t.Errorf("within reach: %s %s", k, v)
		}
	}
	if d.all()[`tickets "T-5"`] != "" {
		t.Error("the ticket nobody else wrote in is within reach")
	}
	d.carry(d.lift("R-2", "R-1", "C-1"))
	d.ends("R-2", "done")
	d.want(before)
}

// TestWhoseADocumentIs can stand in an array of it: a room goes with the last who watches it.
func TestWhoseADocumentIs(t *testing.T) {
	d := newDesk(t)
	d.tickets()
	watcher := func(no string) bson.D { return bson.D{{Key: "no", Value: no}, {Key: "name", Value: "Name of " + no}} }
	room := func(id string, closed bson.DateTime, who ...string) {
		list := bson.A{}
		for _, w := range who {
			list = append(list, watcher(w))
		}
		d.lay("rooms", bson.D{{Key: "_id", Value: id}, {Key: "topic", Value: "x"}, {Key: "closed_at", Value: closed}, {Key: "watchers", Value: list}})
	}
	room("R-1", day(old), "C-7")
	room("R-2", day(old), "C-7", "C-8")
	room("R-3", day(late), "C-7")
	room("R-4", day(old), "C-8")
	want := d.all()
	d.carry(d.ask("R-1", "erasure", "C-7"))
	d.ends("R-1", "done")
	delete(want, `rooms "R-1"`)
	want[`rooms "R-2"`] = strings.Replace(want[`rooms "R-2"`], `{"no": "C-7","name": "Name of C-7"},`, "", 1)
	d.want(want)
	d.carry(d.ask("R-2", "erasure", "C-8"))
	d.ends("R-2", "done")
	delete(want, `rooms "R-2"`)
	delete(want, `rooms "R-4"`)
	d.want(want)
}
