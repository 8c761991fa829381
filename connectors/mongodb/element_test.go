package mongodb_test

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// comment is an element like those of a clinic's messages: some have more members than others.
func comment(no int, author, text string, more ...bson.E) bson.D {
	return append(bson.D{{Key: "no", Value: int32(no)}, {Key: "author", Value: author}, {Key: "text", Value: text}}, more...)
}

const comments = "tickets.comments[]"

var commentKey = []string{"_id", "no"}

// tickets are two documents with comments of several people in each.
func tickets(h *house) map[string]string {
	h.lay("tickets",
		bson.D{{Key: "_id", Value: "T-1"}, {Key: "n", Value: int64(1)}, {Key: "comments", Value: bson.A{
			comment(1, "C-1", "mine"), comment(2, "C-10", "not mine"), comment(3, "C-1", "mine too", bson.E{Key: "stars", Value: 4.5}), comment(4, "C-2", "neither")}}},
		bson.D{{Key: "_id", Value: "T-2"}, {Key: "n", Value: int32(2)}, {Key: "comments", Value: bson.A{comment(1, "C-2", "hers")}}})
	return h.texts("tickets")
}

// TestOneOfManyElements: the elements of a person go, whatever else they hold, and their neighbours stay as the bytes they were. ($pull with a part of
// an element removes nothing on FerretDB, and says nothing.)
func TestOneOfManyElements(t *testing.T) {
	h := newHouse(t)
	want := tickets(h)
	out, err := h.apply(nil, del(of(comments, commentKey, "author", "C-1")))
	if err != nil || out[0].Changed != 2 || out[0].ByPerson[0] != 2 {
		t.Fatalf("%+v, %v; want 2 elements of person 0", out, err)
	}
	want[`"T-1"`] = `{"_id": "T-1","n": {"$numberLong":"1"},"comments": [{"no": {"$numberInt":"2"},"author": "C-10","text": "not mine"},{"no": {"$numberInt":"4"},"author": "C-2","text": "neither"}]}`
	h.want("tickets", want)
	out, err = h.apply(nil, del(of(comments, commentKey, "author", "C-1")))
	if err != nil || out[0].Changed+out[0].Already != 0 {
		t.Errorf("again: %+v, %v; want nothing", out, err)
	}
}

// TestAnElementsKey: a number counts in its document only.
func TestAnElementsKey(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	sel := of(comments, commentKey, "no")
	sel.Any[0] = connectors.Match{Fields: commentKey, Values: []connectors.Tuple{{Values: []any{"T-2", "1"}}}}
	h.does(del(sel), 1)
	h.finds(of(comments, commentKey, "no", 1.0), 1)
}

// TestKeysThatAreCalledAlike: a key that says _id twice would name every element of a document; the element's own has a name.
func TestKeysThatAreCalledAlike(t *testing.T) {
	h := newHouse(t)
	mine, other := bson.NewObjectID(), bson.NewObjectID()
	h.lay("tickets", bson.D{{Key: "_id", Value: "T-1"}, {Key: "comments", Value: bson.A{bson.D{{Key: "_id", Value: mine}}, bson.D{{Key: "_id", Value: other}}}}})
	if _, err := h.locate(of(comments, []string{"_id", "_id"}, "_id", "T-1")); !errors.Is(err, connectors.ErrNotSupported) {
		t.Errorf("a key called _id twice: %v", err)
	}
	key := []string{"_id", "$element._id"}
	rows := h.finds(of(comments, key, "$element._id", mine.Hex()), 1)
	if rows[0][0] != "T-1" || rows[0][1] != mine.Hex() {
		t.Errorf("found %v", rows)
	}
	h.does(del(of(comments, key, "$element._id", mine.Hex())), 1)
	h.finds(of(comments, key, "$element._id", other.Hex()), 1)
}

// TestPlainValuesInAnArray are rows of one value.
func TestPlainValuesInAnArray(t *testing.T) {
	h := newHouse(t)
	h.lay("users", bson.D{{Key: "_id", Value: 1}, {Key: "mails", Value: bson.A{"Anna@lipy.example", "b@lipy.example"}}}, bson.D{{Key: "_id", Value: 2}, {Key: "mails", Value: "c@lipy.example"}})
	at, key := "users.mails[]", []string{"_id", "$element"}
	sel := of(at, key, "$element", "anna@lipy.example")
	h.finds(sel, 0)
	sel.Any[0].Folded = true
	h.finds(sel, 1)
	h.does(connectors.Treatment{Verb: connectors.Set, On: sel, Assign: []connectors.Assign{{Field: "$element", To: "new@lipy.example"}}}, 1)
	h.does(del(of(at, key, "$element", "b@lipy.example")), 1)
	h.finds(of(at, key, "_id", "1"), 1)
	h.finds(of("users", []string{"_id"}, "_id", "1"), 1)
}

// TestAnArrayNobodyMapped: the server finds a document by any element of an array; who asked for one value is told, and not given the document
// of somebody else's element, nor nothing.
func TestAnArrayNobodyMapped(t *testing.T) {
	h := newHouse(t)
	h.lay("users", bson.D{{Key: "_id", Value: 1}, {Key: "mail", Value: bson.A{"a@lipy.example", "b@lipy.example"}}, {Key: "homes", Value: bson.A{bson.D{{Key: "city", Value: "Lipce"}}}}})
	for _, sel := range []connectors.Selection{of("users", []string{"_id"}, "mail", "a@lipy.example"), of("users", []string{"_id"}, "homes.city", "Lipce")} {
		_, err := h.locate(sel)
		var d connectors.Diagnostics
		if !errors.As(err, &d) {
			t.Errorf("%s: %v; want to be told to map the array", sel.Any[0].Fields[0], err)
		}
		if out, err := h.apply(nil, del(sel)); err == nil || out[0].Changed != 0 {
			t.Errorf("delete by %s: %v", sel.Any[0].Fields[0], err)
		}
	}
	if _, err := h.locate(of("users", []string{"_id"}, "homes[].city", "Lipce")); !errors.Is(err, connectors.ErrNotSupported) {
		t.Errorf("a field with brackets: %v", err)
	}
	h.finds(of("users", []string{"_id"}, "_id", "1"), 1)
}
