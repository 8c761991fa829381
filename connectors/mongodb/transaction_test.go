package mongodb_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
)

// What only a genuine MongoDB has is shown against a stand-in that answers as told: these tests are about the commands that are sent.

// card is a document as no server of these tests holds one.
func card(t *testing.T) bson.D {
	exact, err := bson.ParseDecimal128("0.10")
	if err != nil {
		t.Fatal(err)
	}
	return bson.D{{Key: "_id", Value: bson.ObjectID{1}}, {Key: "no", Value: "C-1"}, {Key: "sum", Value: exact}, {Key: "in", Value: bson.A{bson.A{int32(1)}}}}
}

// member is a stand-in with one card, and the answers given.
func member(t *testing.T, answers map[string]bson.D) (*standIn, connectors.Store) {
	t.Helper()
	return memberWith(t, 1, answers)
}

// memberWith is a stand-in with so many cards; what it is told to write or to delete, it says it did.
func memberWith(t *testing.T, n int, answers map[string]bson.D) (*standIn, connectors.Store) {
	t.Helper()
	s := newStandIn(t, func(command string, body bson.Raw) bson.D {
		if a, ok := answers[command]; ok {
			return a
		}
		switch command {
		case "listCollections":
			if name, ok := body.Lookup("filter", "name").StringValueOK(); !ok || name == "cards" {
				return cursor(bson.D{{Key: "name", Value: "cards"}, {Key: "type", Value: "collection"}})
			}
			return cursor()
		case "listIndexes":
			return cursor()
		case "find":
			var all []any
			for i := range n {
				c := card(t)
				c[0].Value = bson.ObjectID{1 + byte(i)*0x10}
				all = append(all, c)
			}
			return cursor(all...)
		case "findAndModify":
			return bson.D{{Key: "value", Value: card(t)}}
		}
		for _, list := range []string{"deletes", "updates"} {
			if all, ok := body.Lookup(list).ArrayOK(); ok {
				vs, _ := all.Values()
				return bson.D{{Key: "n", Value: len(vs)}}
			}
		}
		return bson.D{{Key: "n", Value: 1}}
	})
	store, err := mongodb.Connector{}.Open(t.Context(), connectors.Config{"url": s.url, "database": "clinic"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return s, store
}

func apply(t *testing.T, s *standIn, store connectors.Store, answer error, do connectors.Treatment) (connectors.Outcome, error) {
	t.Helper()
	do.ID, do.AtMost = "t", 10
	w, _ := connectors.As[connectors.Writer](store)
	out, err := w.Apply(t.Context(), []connectors.Treatment{do}, connectors.ApplyOptions{Confirm: func(_ context.Context, os []connectors.Outcome) error {
		if os[0].Changed != 1 {
			t.Errorf("asked about %d rows, want the one that was done", os[0].Changed)
		}
		s.note("CONFIRM")
		return answer
	}})
	return out[0], err
}

func (s *standIn) want(story ...string) {
	s.t.Helper()
	if got := s.story(); !slices.Equal(got, story) {
		s.t.Errorf("sent %v, want %v", got, story)
	}
}

// TestAUnitIsATransaction: the host is asked when it is done and not committed.
func TestAUnitIsATransaction(t *testing.T) {
	s, store := member(t, nil)
	out, err := apply(t, s, store, nil, del(of("cards", []string{"_id"}, "no", "C-1")))
	if err != nil || out.Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	s.want("delete", "CONFIRM", "commitTransaction")
	sent := s.commands()
	first, last := sent[0].body, sent[2].body
	if first.Lookup("startTransaction").String() != "true" || first.Lookup("autocommit").String() != "false" || first.Lookup("txnNumber").String() != last.Lookup("txnNumber").String() {
		t.Errorf("the delete is %s, and the commit %s", first, last)
	}
	if got := last.Lookup("writeConcern", "w").String(); got != `"majority"` {
		t.Errorf("committed to %s, want the majority", got)
	}
	want := `{"_id": {"$oid":"010000000000000000000000"},"no": {"$eq": "C-1"},"$nor": [{"no": {"$type": "array"}}]}`
	if got := first.Lookup("deletes", "0", "q").String(); got != want {
		t.Errorf("deletes where %s, want %s", got, want)
	}
}

func TestARefusedUnitIsRolledBack(t *testing.T) {
	s, store := member(t, nil)
	out, err := apply(t, s, store, connectors.ErrRefused, del(of("cards", []string{"_id"}, "no", "C-1")))
	if !errors.Is(err, connectors.ErrRefused) || out.Changed != 0 || len(out.ByPerson) != 0 {
		t.Errorf("%+v, %v; want nothing done", out, err)
	}
	s.want("delete", "CONFIRM", "abortTransaction")
}

// TestADocumentThatNoLongerFitsItsGuard ends the call: what is known of it is from before.
func TestADocumentThatNoLongerFitsItsGuard(t *testing.T) {
	s, store := member(t, map[string]bson.D{"delete": {{Key: "n", Value: 0}}})
	out, err := apply(t, s, store, nil, del(of("cards", []string{"_id"}, "no", "C-1")))
	if !errors.Is(err, connectors.ErrTryLater) || out.Changed != 0 {
		t.Errorf("%+v, %v; want to try later", out, err)
	}
	s.want("delete", "abortTransaction")
}

func TestAWriteConflictIsTriedLater(t *testing.T) {
	conflict := bson.D{{Key: "ok", Value: 0}, {Key: "code", Value: 112}, {Key: "codeName", Value: "WriteConflict"}, {Key: "errmsg", Value: "C-1"}, {Key: "errorLabels", Value: bson.A{"TransientTransactionError"}}}
	s, store := member(t, map[string]bson.D{"delete": conflict})
	_, err := apply(t, s, store, nil, del(of("cards", []string{"_id"}, "no", "C-1")))
	if !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("%v; want to try later", err)
	}
	s.want("delete", "abortTransaction")
}

// TestAWholeDocumentIsCompared before it is moved: decimals and arrays in arrays too.
func TestAWholeDocumentIsCompared(t *testing.T) {
	s, store := member(t, nil)
	out, err := apply(t, s, store, nil, hold(connectors.Block, "r", of("cards", []string{"_id"}, "no", "C-1")))
	if err != nil || out.Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	s.want("insert", "delete", "update", "CONFIRM", "commitTransaction")
	whole, err := bson.Marshal(card(t))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range map[int][]string{0: {"documents", "0", "doc"}, 1: {"deletes", "0", "q", "$expr", "$and", "0", "$eq", "1", "$literal"}, 2: {"updates", "0", "u", "doc"}} {
		if got := s.commands()[i].body.Lookup(path...); got.String() != bson.Raw(whole).String() {
			t.Errorf("%s holds %s, want the document", s.commands()[i].name, got)
		}
	}
	if got := s.commands()[0].body.Lookup("$db").StringValue(); got != "clinic_held" {
		t.Errorf("it is held in %s", got)
	}
}

// TestDecimalsAreLookedForAndWritten as decimals.
func TestDecimalsAreLookedForAndWritten(t *testing.T) {
	s, store := member(t, nil)
	out, err := apply(t, s, store, nil, connectors.Treatment{Verb: connectors.Set, On: of("cards", []string{"_id"}, "sum", connectors.Decimal("0.10")),
		Assign: []connectors.Assign{{Field: "sum", To: "0.20", From: []any{"0.10"}}}})
	if err != nil || out.Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	s.want("update", "CONFIRM", "commitTransaction")
	if got := s.commands()[0].body.Lookup("updates", "0", "u").String(); got != `{"$set": {"sum": {"$numberDecimal":"0.20"}}}` {
		t.Errorf("writes %s", got)
	}
}
