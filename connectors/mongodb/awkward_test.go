package mongodb_test

import (
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestKeysOfEveryKind: whatever an _id is, the row is found again by what was given of it, and so is what refers to it; no neighbour is.
func TestKeysOfEveryKind(t *testing.T) {
	h := newHouse(t)
	ids := []any{bson.D{{Key: "no", Value: int32(1)}, {Key: "of", Value: int64(2)}}, bson.D{{Key: "no", Value: int32(10)}, {Key: "of", Value: int64(2)}},
		bson.Binary{Data: []byte{1, 2}}, bson.Binary{Subtype: 2, Data: []byte{1, 2, 3}}, bson.Binary{Subtype: 3, Data: []byte("0123456789abcdef")}, bson.Binary{Subtype: 4, Data: make([]byte, 16)}, bson.Binary{Subtype: 4, Data: []byte{4}},
		bson.Binary{Subtype: 5, Data: []byte("an md5 of 16 byt")}, bson.Binary{Subtype: 0x80, Data: []byte{1, 2, 5}}, bson.Binary{Subtype: 0x95, Data: []byte{1, 2, 6}}, bson.Timestamp{T: 9, I: 1}, bson.DateTime(86400000), bson.DateTime(-1), bson.ObjectID{7}, int32(1), int64(10), 2.5, "../",
		"$ne", `{"$gt": ""}`, "a.b", "1.0.0", " 1", "é", strings.Repeat("long", 20_000), strings.Repeat("long", 20_000) + "er", true}
	for i, id := range ids {
		h.lay("cards", bson.D{{Key: "_id", Value: id}, {Key: "n", Value: int64(i)}})
		h.lay("scans", bson.D{{Key: "_id", Value: i}, {Key: "card", Value: id}})
	}
	for i := range ids {
		card := h.finds(of("cards", []string{"_id"}, "n", int64(i)), 1)
		if len(card) != 1 {
			continue
		}
		for at, field := range map[string]string{"cards": "_id", "scans": "card"} {
			if rows := h.finds(of(at, []string{"_id"}, field, card[0][0]), 1); len(rows) == 1 && at == "scans" && rows[0][0] != int64(i) {
				t.Errorf("what refers to %T %d is of another", ids[i], i)
			}
		}
	}
	for i := range ids {
		card := h.finds(of("cards", []string{"_id"}, "n", int64(i)), 1)
		h.does(del(of("cards", []string{"_id"}, "_id", card[0][0])), 1)
		if left := len(h.texts("cards")); left != len(ids)-i-1 {
			t.Fatalf("after the %d. %d cards are left", i+1, left)
		}
	}
}

// TestNothingIsNobodys: NULL, what is not there, empty texts and empty arrays are no value by which a row is somebody's, of documents and of elements.
func TestNothingIsNobodys(t *testing.T) {
	h := newHouse(t)
	h.lay("cards", bson.D{{Key: "_id", Value: 1}, {Key: "no", Value: nil}}, bson.D{{Key: "_id", Value: 2}}, bson.D{{Key: "_id", Value: 3}, {Key: "no", Value: ""}}, bson.D{{Key: "_id", Value: 5}, {Key: "no", Value: bson.D{}}}, bson.D{{Key: "_id", Value: 4}, {Key: "no", Value: "C-1"}})
	h.lay("tickets", bson.D{{Key: "_id", Value: "T-1"}, {Key: "comments", Value: bson.A{}}}, bson.D{{Key: "_id", Value: "T-2"}}, bson.D{{Key: "_id", Value: "T-3"}, {Key: "comments", Value: nil}}, bson.D{{Key: "_id", Value: "T-4"}, {Key: "comments", Value: "none"}},
		bson.D{{Key: "_id", Value: "T-5"}, {Key: "comments", Value: bson.A{nil, "C-1", bson.D{{Key: "author", Value: nil}}, bson.D{}, bson.D{{Key: "author", Value: "C-1"}}}}})
	h.finds(of("cards", []string{"_id"}, "no", nil, "", "C-1"), 1)
	h.finds(of(comments, commentKey, "author", nil, "", "C-1"), 1)
	before := h.texts("tickets")
	h.does(del(of(comments, commentKey, "author", nil, "", "C-1")), 1)
	h.does(del(of("cards", []string{"_id"}, "no", nil, "")), 0)
	before[`"T-5"`] = `{"_id": "T-5","comments": [null,"C-1",{"author": null},{}]}`
	h.want("tickets", before)
}

// TestArraysInArrays: what stands in an array of an array is no element of it: it is not found, and stays.
func TestArraysInArrays(t *testing.T) {
	s, store := member(t, map[string]bson.D{"find": cursor(bson.D{{Key: "_id", Value: "T-1"}, {Key: "comments", Value: bson.A{bson.A{comment(1, "C-1", "inside")}, comment(2, "C-1", "mine")}}})})
	out, err := apply(t, s, store, nil, del(of("cards.comments[]", commentKey, "author", "C-1")))
	if err != nil || out.Changed != 1 {
		t.Fatalf("%+v, %v; want the one element", out, err)
	}
	if got := s.commands()[0].body.Lookup("updates", "0", "u", "$set", "comments").String(); got != `[[{"no": {"$numberInt":"1"},"author": "C-1","text": "inside"}]]` {
		t.Errorf("leaves %s", got)
	}
}

// TestTwins: elements that are alike in every byte are rows each; one treatment takes all of a person's, a second nothing, and held they come back as many as they were.
func TestTwins(t *testing.T) {
	h := newHouse(t)
	twin := comment(1, "C-1", "mine")
	h.lay("tickets", bson.D{{Key: "_id", Value: "T-1"}, {Key: "comments", Value: bson.A{twin, comment(2, "C-2", "hers"), twin, comment(2, "C-2", "hers"), twin}}})
	want := h.texts("tickets")
	mine := of(comments, commentKey, "author", "C-1")
	mine.Any = append(mine.Any, of(comments, commentKey, "text", "mine").Any...) // each is matched twice
	h.does(hold(connectors.Block, "r", mine), 3)
	h.does(hold(connectors.Block, "s", mine), 3)
	h.finds(mine, 3)
	h.does(hold(connectors.Release, "r", mine), 3)
	h.does(hold(connectors.Release, "s", mine), 3)
	if got := h.texts("tickets"); len(got[`"T-1"`]) != len(want[`"T-1"`]) {
		t.Errorf("comes back as\n%s\nwant\n%s", got[`"T-1"`], want[`"T-1"`])
	}
	out, err := h.apply(func() { // a fourth, and one of hers less
		h.update("tickets", bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "comments", Value: bson.A{twin, twin, comment(2, "C-2", "hers"), twin, twin}}}}})
	}, del(mine))
	if err != nil || out[0].Changed != 3 {
		t.Errorf("%+v, %v; want the three that were found", out, err)
	}
	h.does(del(mine), 1)
	h.want("tickets", map[string]string{`"T-1"`: `{"_id": "T-1","comments": [{"no": {"$numberInt":"2"},"author": "C-2","text": "hers"}]}`})
}

// TestAnOwnerBecomesMany: to the server an array equals each of its elements. A document that got a second owner meanwhile is not deleted for the first.
func TestAnOwnerBecomesMany(t *testing.T) {
	for field, many := range map[string]any{"who.no": bson.D{{Key: "who", Value: bson.D{{Key: "no", Value: bson.A{"C-1", "C-2"}}}}}, "who": bson.D{{Key: "who", Value: bson.A{bson.D{{Key: "no", Value: "C-1"}}, bson.D{{Key: "no", Value: "C-2"}}}}}} {
		h := newHouse(t)
		h.lay("cards", bson.D{{Key: "_id", Value: 1}, {Key: "who", Value: bson.D{{Key: "no", Value: "C-1"}}}})
		out, err := h.apply(func() { h.update("cards", bson.D{}, bson.D{{Key: "$set", Value: many}}) }, del(of("cards", []string{"_id"}, "who.no", "C-1")))
		if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 || len(h.texts("cards")) != 1 {
			t.Errorf("%s: %+v, %v; want nothing changed, and to try later", field, out, err)
		}
	}
}

// TestADottedName: a member called "who.no" reads like the member no of who. It is not taken for that, nor passed over.
func TestADottedName(t *testing.T) {
	for _, doc := range []bson.D{{{Key: "_id", Value: 1}, {Key: "who.no", Value: "C-1"}}, {{Key: "_id", Value: 1}, {Key: "who", Value: bson.D{{Key: "no", Value: "C-1"}}}, {Key: "who.no", Value: "C-2"}}} {
		s, store := member(t, map[string]bson.D{"find": cursor(doc)})
		out, err := apply(t, s, store, nil, connectors.Treatment{Verb: connectors.Set, On: of("cards", []string{"_id"}, "_id", int64(1)), Assign: []connectors.Assign{{Field: "who.no"}}})
		var d connectors.Diagnostics
		if !errors.As(err, &d) || out.Changed != 0 || len(s.story()) > 0 {
			t.Errorf("%+v, %v; want to be told of the name", out, err)
		}
		i, _ := connectors.As[connectors.Inspector](store)
		schema, err := i.Inspect(t.Context())
		if err != nil || len(schema.Collections) != 1 {
			t.Fatalf("%+v, %v", schema, err)
		}
		fields := schema.Collections[0].Fields
		if got := fields[len(fields)-1].Name; got != `"who.no"` {
			t.Errorf("it is listed as %s", got)
		}
	}
}

// TestThousandsOfElements of one person in one document, beside as many of another, go together; some of them, far apart, are held and come back where they were.
func TestThousandsOfElements(t *testing.T) {
	const each = 1000
	h := newHouse(t)
	var list bson.A
	for i := range each {
		who := "C-1"
		if i%100 == 50 {
			who = "C-3"
		}
		list = append(list, comment(2*i, who, "mine"), comment(2*i+1, "C-2", "hers"))
	}
	h.lay("tickets", bson.D{{Key: "_id", Value: "T-1"}, {Key: "comments", Value: list}})
	want := h.texts("tickets")
	few := of(comments, commentKey, "author", "C-3")
	h.does(hold(connectors.Block, "r", few), each/100)
	var kept struct {
		Before []int32 `bson:"before"`
	}
	held := h.Client.Database(h.Held).Collection("rows")
	if err := held.FindOne(t.Context(), bson.D{{Key: "at", Value: bson.D{{Key: "$gt", Value: 1500}}}}).Decode(&kept); err != nil || len(kept.Before) > 100 {
		t.Errorf("of what stood before one of them %d prints are kept, %v", len(kept.Before), err)
	}
	h.does(hold(connectors.Release, "r", few), each/100)
	h.want("tickets", want)
	mine := del(of(comments, commentKey, "author", "C-1", "C-3"))
	mine.ID, mine.AtMost = "t", each
	w, _ := connectors.As[connectors.Writer](h.store)
	out, err := w.Apply(t.Context(), []connectors.Treatment{mine}, connectors.ApplyOptions{Confirm: yes})
	if err != nil || out[0].Changed != each {
		t.Fatalf("%d rows, %v", out[0].Changed, err)
	}
	h.finds(of(comments, commentKey, "author", "C-2"), each)
	h.finds(mine.On, 0)
}

// TestMoreThanTheServerBears: what is more than one command may hold goes in several.
func TestMoreThanTheServerBears(t *testing.T) {
	const rows = 120
	h := newHouse(t)
	var docs []bson.D
	for i := range rows {
		docs = append(docs, bson.D{{Key: "_id", Value: i}, {Key: "no", Value: "C-1"}})
	}
	h.lay("cards", docs...)
	w, _ := connectors.As[connectors.Writer](h.store)
	theirs := of("cards", []string{"_id"}, "no", "C-1")
	for _, x := range []connectors.Treatment{{Verb: connectors.Set, On: theirs, Assign: []connectors.Assign{{Field: "seen", To: "x"}}}, del(theirs)} {
		x.ID, x.AtMost = "t", rows
		out, err := w.Apply(t.Context(), []connectors.Treatment{x}, connectors.ApplyOptions{Confirm: yes})
		if err != nil || out[0].Changed != rows {
			t.Fatalf("%s: %d rows, %v", x.Verb, out[0].Changed, err)
		}
	}
}
