package mongodb_test

import (
	"errors"
	"io"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestElementsComeBackInTheirOrder, whoever comes first, and beside what came meanwhile.
func TestElementsComeBackInTheirOrder(t *testing.T) {
	for _, order := range [][]int{{1, 2, 3, 4}, {4, 3, 2, 1}, {2, 4, 1, 3}, {3, 1, 4, 2}} {
		h := newHouse(t)
		want := tickets(h)
		one := func(no int) connectors.Selection {
			sel := of(comments, commentKey, "no")
			sel.Any[0] = connectors.Match{Fields: commentKey, Values: []connectors.Tuple{{Values: []any{"T-1", int64(no)}}}}
			return sel
		}
		for _, no := range []int{2, 3, 1, 4} {
			h.does(hold(connectors.Block, "r", one(no)), 1)
		}
		if got := h.texts("tickets")[`"T-1"`]; got != `{"_id": "T-1","n": {"$numberLong":"1"},"comments": []}` {
			t.Errorf("with all comments held the document is %s", got)
		}
		h.finds(of(comments, commentKey, "author", "C-1"), 2)
		for _, no := range order {
			h.does(hold(connectors.Release, "r", one(no)), 1)
		}
		h.want("tickets", want)
	}
}

// TestAHeldDocumentHasItsElements: they are rows too, can be erased, and the rest comes back.
func TestAHeldDocumentHasItsElements(t *testing.T) {
	h := newHouse(t)
	want := tickets(h)
	by := of("tickets", []string{"_id"}, "_id", "T-1")
	h.does(hold(connectors.Block, "r", by), 1)
	h.finds(of(comments, commentKey, "author", "C-1"), 2)
	h.does(hold(connectors.Block, "s", of(comments, commentKey, "author", "C-10")), 1)
	h.does(del(of(comments, commentKey, "author", "C-1")), 2)
	h.does(hold(connectors.Release, "r", by), 1)
	h.does(hold(connectors.Release, "s", of(comments, commentKey, "author", "C-10")), 1)
	want[`"T-1"`] = `{"_id": "T-1","n": {"$numberLong":"1"},"comments": [{"no": {"$numberInt":"2"},"author": "C-10","text": "not mine"},{"no": {"$numberInt":"4"},"author": "C-2","text": "neither"}]}`
	h.want("tickets", want)
}

// TestADocumentAndItsElementsComeBackTogether, in whatever order they are named in one call.
func TestADocumentAndItsElementsComeBackTogether(t *testing.T) {
	for _, last := range []bool{false, true} {
		h := newHouse(t)
		want := tickets(h)
		document, elements := of("tickets", []string{"_id"}, "_id", "T-1"), of(comments, commentKey, "author", "C-1")
		for _, verb := range []connectors.Verb{connectors.Block, connectors.Release} {
			do := []connectors.Treatment{hold(verb, "r", document), hold(verb, "r", elements)}
			if last {
				slices.Reverse(do)
			}
			out, err := h.apply(nil, do...)
			if err != nil || out[0].Changed+out[1].Changed != 3 {
				t.Fatalf("%s: %+v, %v; want a document and 2 elements", verb, out, err)
			}
		}
		h.want("tickets", want)
	}
}

// TestATakenPlace: what stands where a held row stood is not overwritten, and the held row stays held.
func TestATakenPlace(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	docs, elements := of("tickets", []string{"_id"}, "_id", "T-2"), of(comments, commentKey, "author", "C-10")
	h.does(hold(connectors.Block, "r", docs), 1)
	h.does(hold(connectors.Block, "r", elements), 1)
	h.lay("tickets", bson.D{{Key: "_id", Value: "T-2"}, {Key: "n", Value: "other"}})
	h.update("tickets", bson.D{{Key: "_id", Value: "T-1"}}, bson.D{{Key: "$push", Value: bson.D{{Key: "comments", Value: comment(2, "C-9", "taken")}}}})
	before := h.texts("tickets")
	for _, sel := range []connectors.Selection{docs, elements} {
		out, err := h.apply(nil, hold(connectors.Release, "r", sel))
		if !errors.Is(err, connectors.ErrConflict) || out[0].Changed != 0 || len(out[0].Notes) == 0 {
			t.Errorf("release of %s: %+v, %v; want a conflict that is explained", sel.Collection.At, out, err)
		}
	}
	h.want("tickets", before)
	h.finds(docs, 2)
	h.finds(elements, 1)
	if _, err := h.Client.Database(h.Database).Collection("tickets").DeleteOne(t.Context(), bson.D{{Key: "n", Value: "other"}}); err != nil {
		t.Fatal(err)
	}
	h.does(hold(connectors.Release, "r", docs), 1)
}

// TestAMoveThatWasBrokenOff: content that is in two places is one row, and one that is only in the closed database is held.
func TestAMoveThatWasBrokenOff(t *testing.T) {
	for _, at := range []string{"tickets", comments} {
		h := newHouse(t)
		want := tickets(h)
		sel := of("tickets", []string{"_id"}, "_id", "T-2")
		if at == comments {
			sel = of(comments, commentKey, "author", "C-10")
		}
		block, release := hold(connectors.Block, "r", sel), hold(connectors.Release, "r", sel)
		entries := h.Client.Database(h.Held).Collection("rows")
		state := func(s string) {
			if _, err := entries.UpdateMany(t.Context(), bson.D{}, bson.D{{Key: "$set", Value: bson.D{{Key: "state", Value: s}}}}); err != nil {
				t.Fatal(err)
			}
		}
		h.does(block, 1)
		var entry bson.Raw
		if err := entries.FindOne(t.Context(), bson.D{}).Decode(&entry); err != nil {
			t.Fatal(err)
		}
		state("moving") // killed after the content had been taken
		h.finds(sel, 1)
		h.does(block, 1)
		h.does(release, 1)
		h.want("tickets", want)
		if _, err := entries.InsertOne(t.Context(), entry); err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{"moving", "returning"} { // killed before it was taken, and after it had come back
			state(s)
			h.finds(sel, 1)
			out, err := h.apply(nil, release)
			if err != nil || out[0].Already != 1 {
				t.Errorf("release while %s: %+v, %v; want it to be free", s, out, err)
			}
		}
		state("moving")
		h.does(block, 1)
		if n, err := entries.CountDocuments(t.Context(), bson.D{}); err != nil || n != 1 {
			t.Errorf("%d entries, %v; want the one that counts", n, err)
		}
		h.does(release, 1)
		h.want("tickets", want)
	}
}

// TestFiles: a file goes with its content, is out of reach with it, and comes back with it.
func TestFiles(t *testing.T) {
	h := newHouse(t)
	f, _ := connectors.As[connectors.Fixture](h.store)
	err := f.Load(t.Context(), map[string][]connectors.Row{"gridfs:photos": {
		{"no": "F-1", connectors.DocumentField: []byte("a photo of more than one chunk")}, {"no": "F-2", connectors.DocumentField: []byte("another one")}}})
	if err != nil {
		t.Fatal(err)
	}
	files, pieces := h.texts("photos.files"), h.texts("photos.chunks")
	first := of("gridfs:photos", []string{"_id"}, "no", "F-1")
	h.does(hold(connectors.Block, "r", first), 1)
	if n := len(h.texts("photos.chunks")); n != 2 {
		t.Errorf("%d chunks are within reach of applications, want the other file's 2", n)
	}
	if got := h.content(first); got != "a photo of more than one chunk" {
		t.Errorf("the held file reads %q", got)
	}
	h.does(hold(connectors.Release, "r", first), 1)
	h.want("photos.files", files)
	h.want("photos.chunks", pieces)
	first.Fields = []string{connectors.DocumentField}
	blob := h.finds(first, 1)[0][0].(connectors.Blob)
	h.does(del(first), 1)
	opener, _ := connectors.As[connectors.BlobOpener](h.store)
	if _, err := opener.OpenBlob(t.Context(), blob); err == nil {
		t.Error("the handle of a deleted file opens something")
	}
	if n := len(h.texts("photos.chunks")); n != 2 {
		t.Errorf("%d chunks are left, want the other file's 2", n)
	}
	if got := h.content(of("gridfs:photos", []string{"_id"}, "no", "F-2")); got != "another one" {
		t.Errorf("the other file reads %q", got)
	}
	h.does(hold(connectors.Block, "r", of("gridfs:photos", []string{"_id"}, "no", "F-2")), 1)
	h.does(del(of("gridfs:photos", []string{"_id"}, "no", "F-2")), 1)
	held, err := h.Client.Database(h.Held).Collection("photos.chunks").CountDocuments(t.Context(), bson.D{})
	if err != nil || held != 0 {
		t.Errorf("%d chunks of held files are left, %v", held, err)
	}
}

// content reads the file a selection finds.
func (h *house) content(sel connectors.Selection) string {
	h.t.Helper()
	sel.Fields = []string{connectors.DocumentField}
	opener, _ := connectors.As[connectors.BlobOpener](h.store)
	r, err := opener.OpenBlob(h.t.Context(), h.finds(sel, 1)[0][0].(connectors.Blob))
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(b)
}

// TestWhatIsThere: collections, arrays in documents and files by their addresses.
func TestWhatIsThere(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	f, _ := connectors.As[connectors.Fixture](h.store)
	if err := f.Load(t.Context(), map[string][]connectors.Row{"gridfs:photos": {{"no": "F-1", connectors.DocumentField: []byte("x")}}}); err != nil {
		t.Fatal(err)
	}
	i, _ := connectors.As[connectors.Inspector](h.store)
	schema, err := i.Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{"tickets": {"_id", "n", "comments"}, comments: {"no", "author", "text", "stars"},
		"gridfs:photos": {"_id", "length", "chunkSize", "uploadDate", "filename", "no", connectors.DocumentField}}
	for _, c := range schema.Collections {
		var fields []string
		for _, x := range c.Fields {
			fields = append(fields, x.Name)
		}
		if !slices.Equal(fields, want[c.Name]) {
			t.Errorf("%s has %v, want %v", c.Name, fields, want[c.Name])
		}
		delete(want, c.Name)
	}
	if len(want) > 0 {
		t.Errorf("not named: %v", want)
	}
}
