package mongodb_test

import (
	"errors"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// What applications do between the reading and the writing.

func TestAnElementThatCameMeanwhileStays(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	out, err := h.apply(func() {
		h.update("tickets", bson.D{{Key: "_id", Value: "T-1"}}, bson.D{{Key: "$push", Value: bson.D{{Key: "comments", Value: comment(5, "C-2", "just now")}}}})
	}, del(of(comments, commentKey, "author", "C-1")))
	if err != nil || out[0].Changed != 2 {
		t.Fatalf("%+v, %v; want 2 elements gone", out, err)
	}
	h.finds(of(comments, commentKey, "author", "C-1"), 0)
	h.finds(of(comments, commentKey, "text", "not mine", "neither", "just now", "hers"), 4)
}

func TestAnElementThatChangedMeanwhileIsLookedAtAgain(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	mine := del(of(comments, commentKey, "author", "C-1"))
	out, err := h.apply(func() { // it is somebody else's now
		h.update("tickets", bson.D{{Key: "_id", Value: "T-1"}}, bson.D{{Key: "$set", Value: bson.D{{Key: "comments.0.author", Value: "C-3"}}}})
	}, mine)
	if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 {
		t.Fatalf("%+v, %v; want nothing changed, and to try later", out, err)
	}
	h.does(mine, 1)
	h.finds(of(comments, commentKey, "author", "C-3"), 1)
}

func TestADocumentThatIsNoLongerTheirsStays(t *testing.T) {
	h := newHouse(t)
	h.lay("cards", bson.D{{Key: "_id", Value: 1}, {Key: "who", Value: bson.D{{Key: "no", Value: "C-1"}}}, {Key: "seen", Value: 0}})
	theirs := del(of("cards", []string{"_id"}, "who.no", "C-1"))
	out, err := h.apply(func() {
		h.update("cards", bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "who.no", Value: "C-2"}}}})
	}, theirs)
	if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 {
		t.Fatalf("%+v, %v; want nothing changed, and to try later", out, err)
	}
	h.does(theirs, 0)
	h.does(del(of("cards", []string{"_id"}, "who.no", "C-2")), 1)
}

func TestADocumentThatHasGoneMeanwhileIsNotCounted(t *testing.T) {
	h := newHouse(t)
	h.lay("cards", bson.D{{Key: "_id", Value: 1}, {Key: "no", Value: "C-1"}}, bson.D{{Key: "_id", Value: 2}, {Key: "no", Value: "C-1"}})
	out, err := h.apply(func() {
		if _, err := h.Client.Database(h.Database).Collection("cards").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
			t.Error(err)
		}
	}, del(of("cards", []string{"_id"}, "no", "C-1")))
	if err != nil || out[0].Changed != 1 || out[0].ByPerson[0] != 1 {
		t.Errorf("%+v, %v; want the one it deleted", out, err)
	}
}

func TestWhatOthersChangedInADocumentStays(t *testing.T) {
	h := newHouse(t)
	h.lay("cards", bson.D{{Key: "_id", Value: 1}, {Key: "no", Value: "C-1"}, {Key: "in", Value: bson.D{{Key: "phone", Value: "1"}, {Key: "seen", Value: int32(0)}}}})
	set := connectors.Treatment{Verb: connectors.Set, On: of("cards", []string{"_id"}, "no", "C-1"), Assign: []connectors.Assign{{Field: "in.phone"}}}
	out, err := h.apply(func() {
		h.update("cards", bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "in.seen", Value: int64(7)}, {Key: "more", Value: "x"}}}})
	}, set)
	if err != nil || out[0].Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	h.want("cards", map[string]string{`{"$numberInt":"1"}`: `{"_id": {"$numberInt":"1"},"no": "C-1","in": {"phone": null,"seen": {"$numberLong":"7"}},"more": "x"}`})
	set.Assign = []connectors.Assign{{Field: "in.phone", To: "2", From: []any{nil}}}
	out, err = h.apply(func() {
		h.update("cards", bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "in.phone", Value: "3"}}}})
	}, set)
	if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 {
		t.Errorf("a correction of what has changed meanwhile: %+v, %v", out, err)
	}
}

// TestOneDocumentByManyTreatments: a later treatment finds what an earlier one left.
func TestOneDocumentByManyTreatments(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	by := of("tickets", []string{"_id"}, "_id", "T-1")
	out, err := h.apply(nil,
		del(of(comments, commentKey, "no", int64(2))),
		connectors.Treatment{Verb: connectors.Set, On: by, Assign: []connectors.Assign{{Field: "n", To: "9"}}},
		connectors.Treatment{Verb: connectors.Set, On: of(comments, commentKey, "author", "C-1"), Assign: []connectors.Assign{{Field: "text"}}},
		connectors.Treatment{Verb: connectors.Set, On: of(comments, commentKey, "no", int64(3)), Assign: []connectors.Assign{{Field: "text", From: []any{nil}, To: "gone"}}},
		connectors.Treatment{Verb: connectors.Recount, On: by, Assign: []connectors.Assign{{Field: "n", How: connectors.Count,
			Over: &connectors.Step{Collection: connectors.Collection{Name: "comments", At: comments, Key: commentKey}, From: []string{"_id"}, To: []string{"_id"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{1, 1, 2, 1, 1} {
		if out[i].Changed != want {
			t.Errorf("treatment %d changed %d rows, want %d", i, out[i].Changed, want)
		}
	}
	got := h.texts("tickets")[`"T-1"`]
	if want := `{"_id": "T-1","n": {"$numberLong":"3"},"comments": [{"no": {"$numberInt":"1"},"author": "C-1","text": null},{"no": {"$numberInt":"3"},"author": "C-1","text": "gone","stars": {"$numberDouble":"4.5"}},{"no": {"$numberInt":"4"},"author": "C-2","text": "neither"}]}`; got != want {
		t.Errorf("the document is\n%s\nwant\n%s", got, want)
	}
}

// TestOneElementByManyTreatments: an element that one treatment moves out of reach is where it is then for the next, and its neighbours where they were.
func TestOneElementByManyTreatments(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	which := func(nos ...int64) connectors.Selection {
		sel := of(comments, commentKey, "no")
		sel.Any[0].Fields = commentKey
		for _, no := range nos {
			sel.Any[0].Values = append(sel.Any[0].Values, connectors.Tuple{Values: []any{"T-1", no}})
		}
		return sel
	}
	first, second, both := which(1), which(2), which(1, 2)
	text := func(on connectors.Selection, to string) connectors.Treatment {
		return connectors.Treatment{Verb: connectors.Set, On: on, Assign: []connectors.Assign{{Field: "text", To: to}}}
	}
	out, err := h.apply(nil, text(both, "a"), hold(connectors.Block, "r", first), text(first, "held"), text(second, "here"), hold(connectors.Block, "s", first), del(second))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{2, 1, 1, 1, 1, 1} {
		if out[i].Changed != want {
			t.Errorf("treatment %d changed %d rows, want %d", i, out[i].Changed, want)
		}
	}
	h.does(hold(connectors.Release, "r", first), 1)
	h.does(hold(connectors.Release, "s", first), 1)
	got := h.texts("tickets")[`"T-1"`]
	if want := `{"_id": "T-1","n": {"$numberLong":"1"},"comments": [{"no": {"$numberInt":"1"},"author": "C-1","text": "held"},{"no": {"$numberInt":"3"},"author": "C-1","text": "mine too","stars": {"$numberDouble":"4.5"}},{"no": {"$numberInt":"4"},"author": "C-2","text": "neither"}]}`; got != want {
		t.Errorf("the document is\n%s\nwant\n%s", got, want)
	}
}

// TestElementsOfTwoArrays: of one document, with equal numbers in both, each is moved out of reach and comes back to where it stood.
func TestElementsOfTwoArrays(t *testing.T) {
	h := newHouse(t)
	h.lay("tickets", bson.D{{Key: "_id", Value: "T-1"}, {Key: "comments", Value: bson.A{bson.D{{Key: "no", Value: 1}, {Key: "author", Value: "C-1"}}, bson.D{{Key: "no", Value: 2}, {Key: "author", Value: "C-2"}}}},
		{Key: "photos", Value: bson.A{bson.D{{Key: "n", Value: 1}, {Key: "by", Value: "C-1"}}, bson.D{{Key: "n", Value: 2}, {Key: "by", Value: "C-1"}}}}})
	before := h.texts("tickets")[`"T-1"`]
	hers := []connectors.Selection{of(comments, commentKey, "author", "C-1"), of("tickets.photos[]", []string{"_id", "n"}, "by", "C-1")}
	for i, want := range []int64{1, 2} {
		if got, err := h.locate(hers[i]); err != nil || int64(len(got)) != want {
			t.Fatalf("%v, %v; want %d", got, err, want)
		}
	}
	out, err := h.apply(nil, hold(connectors.Block, "r", hers[0]), hold(connectors.Block, "r", hers[1]))
	if err != nil || out[0].Changed != 1 || out[1].Changed != 2 {
		t.Fatalf("%v, %v", out, err)
	}
	if got, want := h.texts("tickets")[`"T-1"`], `{"_id": "T-1","comments": [{"no": {"$numberInt":"2"},"author": "C-2"}],"photos": []}`; got != want {
		t.Errorf("within reach is\n%s\nwant\n%s", got, want)
	}
	if out, err := h.apply(nil, hold(connectors.Release, "r", hers[0]), hold(connectors.Release, "r", hers[1])); err != nil || out[0].Changed != 1 || out[1].Changed != 2 {
		t.Fatalf("%v, %v", out, err)
	}
	if got := h.texts("tickets")[`"T-1"`]; got != before {
		t.Errorf("it came back as\n%s\nwant\n%s", got, before)
	}
}
