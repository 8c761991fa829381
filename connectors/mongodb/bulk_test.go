package mongodb_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestNoCommandForEachRow: however many rows there are, they are changed by a handful of commands.
func TestNoCommandForEachRow(t *testing.T) {
	const rows = 40
	h := newHouse(t)
	between := servers.NewBetween(t, h.URL)
	var err error
	if h.store, err = (mongodb.Connector{}).Open(t.Context(), connectors.Config{"url": between.URL, "database": h.Database}); err != nil {
		t.Fatal(err)
	}
	defer h.store.Close()
	for i := range rows {
		h.lay("tickets", bson.D{{Key: "_id", Value: i}, {Key: "no", Value: "C-1"}, {Key: "comments", Value: bson.A{comment(1, "C-1", "a"), comment(2, "C-2", "b")}}})
	}
	want := h.texts("tickets")
	mine, docs := of(comments, commentKey, "author", "C-1"), of("tickets", []string{"_id"}, "no", "C-1")
	for _, x := range []struct {
		what string
		most int
		do   connectors.Treatment
	}{
		{"elements changed", 8, connectors.Treatment{Verb: connectors.Set, On: mine, Assign: []connectors.Assign{{Field: "text", To: "x"}}}},
		{"elements changed back", 8, connectors.Treatment{Verb: connectors.Set, On: mine, Assign: []connectors.Assign{{Field: "text", To: "a"}}}},
		{"elements held", 12, hold(connectors.Block, "r", mine)},
		{"elements held twice", 12, hold(connectors.Block, "s", mine)},
		{"elements held once", 12, hold(connectors.Release, "s", mine)},
		{"elements released", 16, hold(connectors.Release, "r", mine)},
		{"documents held", rows + 12, hold(connectors.Block, "r", docs)}, // what a server takes that cannot compare documents it has to give one by one
		{"documents released", 16, hold(connectors.Release, "r", docs)},
		{"documents changed", 8, connectors.Treatment{Verb: connectors.Set, On: docs, Assign: []connectors.Assign{{Field: "seen", To: "1"}}}},
		{"elements deleted", 8, del(mine)},
		{"documents deleted", 8, del(docs)},
	} {
		between.Heard()
		h.does(x.do, rows)
		heard := between.Heard()
		if len(heard) > x.most {
			t.Errorf("%s: %d commands, want at most %d:\n%s", x.what, len(heard), x.most, strings.Join(heard[:min(len(heard), 20)], "\n"))
		}
		if x.what == "elements held twice" || x.what == "elements held once" { // on a server without an index a statement for each reads all that is held for each
			if !slices.ContainsFunc(heard, func(said string) bool {
				return strings.HasPrefix(said, `{"update": "rows"`) && strings.Contains(said, `"$in"`)
			}) {
				t.Errorf("%s: the marks are not written by one statement:\n%.600s", x.what, strings.Join(heard, "\n"))
			}
		}
		if x.what == "documents released" {
			h.want("tickets", want)
		}
	}
	if left := h.texts("tickets"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestManyDocumentsAreComparedAtOnce, where the server can.
func TestManyDocumentsAreComparedAtOnce(t *testing.T) {
	s, store := memberWith(t, 3, nil)
	w, _ := connectors.As[connectors.Writer](store)
	do := hold(connectors.Block, "r", of("cards", []string{"_id"}, "no", "C-1"))
	do.ID, do.AtMost = "t", 10
	out, err := w.Apply(t.Context(), []connectors.Treatment{do}, connectors.ApplyOptions{Confirm: yes})
	if err != nil || out[0].Changed != 3 {
		t.Fatalf("%+v, %v", out, err)
	}
	s.want("insert", "delete", "update", "commitTransaction")
}

// people are selected each for a person of its own.
func people(at string, values ...string) connectors.Selection {
	sel := of(at, []string{"_id"}, "no")
	for i, v := range values {
		sel.Any[0].Values = append(sel.Any[0].Values, connectors.Tuple{Person: i, Values: []any{v}})
	}
	return sel
}

func cards(h *house, of ...string) {
	for i, no := range of {
		h.lay("cards", bson.D{{Key: "_id", Value: i}, {Key: "no", Value: no}})
	}
}

// TestNoMoreThanIsCertain: of documents that all are gone, of which the server says how many it deleted, nobody knows whose the others were. What is counted
// for a person is what must have been hers.
func TestNoMoreThanIsCertain(t *testing.T) {
	h := newHouse(t)
	cards(h, "C-1", "C-1", "C-1", "C-2", "C-2", "C-3")
	out, err := h.apply(func() {
		if _, err := h.Client.Database(h.Database).Collection("cards").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: 1}}); err != nil {
			t.Error(err)
		}
	}, del(people("cards", "C-1", "C-2", "C-3")))
	if err != nil || out[0].Changed != 5 || out[0].ByPerson[0] != 2 || out[0].ByPerson[1] != 1 || out[0].ByPerson[2] != 0 {
		t.Errorf("%+v, %v; want 5 of the 6, for the first 2 of her 3, for the second 1 of 2, for the third none", out, err)
	}
}

// TestOneOfManyThatChanged does not keep the others from being worked.
func TestOneOfManyThatChanged(t *testing.T) {
	h := newHouse(t)
	cards(h, "C-1", "C-2", "C-3")
	change := func() {
		h.update("cards", bson.D{{Key: "_id", Value: 1}}, bson.D{{Key: "$set", Value: bson.D{{Key: "no", Value: "C-9"}}}})
	}
	set := connectors.Treatment{Verb: connectors.Set, On: people("cards", "C-1", "C-2", "C-3"), Assign: []connectors.Assign{{Field: "seen", To: "x"}}}
	out, err := h.apply(change, set)
	if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 2 || out[0].ByPerson[1] != 0 || out[0].ByPerson[0] != 1 || out[0].ByPerson[2] != 1 {
		t.Errorf("%+v, %v; want the other two changed, and to try later", out, err)
	}
	h.want("cards", map[string]string{
		`{"$numberInt":"0"}`: `{"_id": {"$numberInt":"0"},"no": "C-1","seen": "x"}`,
		`{"$numberInt":"1"}`: `{"_id": {"$numberInt":"1"},"no": "C-9"}`,
		`{"$numberInt":"2"}`: `{"_id": {"$numberInt":"2"},"no": "C-3","seen": "x"}`})
}
