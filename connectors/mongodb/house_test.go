package mongodb_test

import (
	"context"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

// house is a database of a test and the connector's store of it.
type house struct {
	servers.Mongo
	t     *testing.T
	store connectors.Store
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db := servers.MongoDB(t)
	s, err := mongodb.Connector{}.Open(t.Context(), connectors.Config{"url": db.URL, "database": db.Database, "ordinary_url": db.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &house{db, t, s}
}

// lay inserts documents as applications do.
func (h *house) lay(coll string, docs ...bson.D) {
	h.t.Helper()
	if _, err := h.Client.Database(h.Database).Collection(coll).InsertMany(h.t.Context(), docs); err != nil {
		h.t.Fatal(err)
	}
}

// update changes a document as applications do.
func (h *house) update(coll string, filter, change bson.D) {
	h.t.Helper()
	r, err := h.Client.Database(h.Database).Collection(coll).UpdateOne(h.t.Context(), filter, change)
	if err != nil || r.MatchedCount != 1 {
		h.t.Fatalf("an application's change: %d documents, %v", r.MatchedCount, err)
	}
}

// texts are the documents of a collection, as text, by their _id's.
func (h *house) texts(coll string) map[string]string {
	h.t.Helper()
	cur, err := h.Client.Database(h.Database).Collection(coll).Find(h.t.Context(), bson.D{})
	if err != nil {
		h.t.Fatal(err)
	}
	out := map[string]string{}
	for cur.Next(h.t.Context()) {
		out[cur.Current.Lookup("_id").String()] = cur.Current.String()
	}
	return out
}

func (h *house) want(coll string, want map[string]string) {
	h.t.Helper()
	got := h.texts(coll)
	if len(got) != len(want) {
		h.t.Errorf("%s has %d documents, want %d", coll, len(got), len(want))
	}
	for id, doc := range want {
		if got[id] != doc {
			h.t.Errorf("%s %s is\n%s\nwant\n%s", coll, id, got[id], doc)
		}
	}
}

// of selects rows by the value of a field, for person 0.
func of(at string, key []string, field string, values ...any) connectors.Selection {
	m := connectors.Match{Fields: []string{field}}
	for _, v := range values {
		m.Values = append(m.Values, connectors.Tuple{Values: []any{v}})
	}
	return connectors.Selection{Collection: connectors.Collection{Name: at, At: at, Key: key, Document: len(at) > 7 && at[:7] == "gridfs:"}, Any: []connectors.Match{m}, Fields: key}
}

func (h *house) locate(sel connectors.Selection) (rows [][]any, err error) {
	err = connectors.Each(h.t.Context(), h.store, sel, func(_ int, values []any) error { rows = append(rows, values); return nil })
	return rows, err
}

// finds locates rows that are there.
func (h *house) finds(sel connectors.Selection, want int) [][]any {
	h.t.Helper()
	rows, err := h.locate(sel)
	if err != nil || len(rows) != want {
		h.t.Errorf("%d rows of %s are found, %v; want %d", len(rows), sel.Collection.At, err, want)
	}
	return rows
}

// apply carries out a treatment, with what happens between the reading and the writing.
func (h *house) apply(meanwhile func(), do ...connectors.Treatment) ([]connectors.Outcome, error) {
	h.t.Helper()
	for i := range do {
		do[i].ID, do[i].AtMost = string(rune('a'+i)), 100
	}
	w, ok := connectors.As[connectors.Writer](h.store)
	if !ok {
		h.t.Fatal("no Writer")
	}
	return w.Apply(h.t.Context(), do, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error {
		if meanwhile != nil {
			meanwhile()
			meanwhile = nil
		}
		return nil
	}})
}

// does carries out a treatment that is to change so many rows.
func (h *house) does(t connectors.Treatment, want int64) {
	h.t.Helper()
	out, err := h.apply(nil, t)
	if err != nil || out[0].Changed != want {
		h.t.Fatalf("%s of %s: %d rows, %v; want %d", t.Verb, t.On.Collection.At, out[0].Changed, err, want)
	}
}

func del(sel connectors.Selection) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Delete, On: sel}
}

func hold(verb connectors.Verb, mark string, sel connectors.Selection) connectors.Treatment {
	return connectors.Treatment{Verb: verb, On: sel, Method: "move", Mark: mark}
}

func yes(context.Context, []connectors.Outcome) error { return nil }
