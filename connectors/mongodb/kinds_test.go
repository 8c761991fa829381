package mongodb_test

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// kinds are values of the types a server of these tests can keep.
func kinds() bson.D {
	return bson.D{{Key: "z", Value: int32(7)}, {Key: "a", Value: int64(7)}, {Key: "d", Value: 7.0}, {Key: "minus", Value: -0.5}, {Key: "when", Value: bson.DateTime(-1)},
		{Key: "uuid", Value: bson.Binary{Subtype: 4, Data: make([]byte, 16)}}, {Key: "md5", Value: bson.Binary{Subtype: 5, Data: make([]byte, 16)}}, {Key: "own", Value: bson.Binary{Subtype: 0x80, Data: []byte{0, 1}}},
		{Key: "re", Value: bson.Regex{Pattern: "^a", Options: "i"}}, {Key: "ts", Value: bson.Timestamp{T: 9, I: 1}}, {Key: "id", Value: bson.ObjectID{3}}, {Key: "no", Value: false}, {Key: "nil", Value: nil},
		{Key: "in", Value: bson.D{{Key: "y", Value: int64(1)}, {Key: "b", Value: bson.A{int32(1), int64(1), 1.0}}}}, {Key: "", Value: "a name of no letters"}}
}

// TestNeighboursKeepTheirTypes: what is written back around an element that is changed, deleted, held or released is what was there, byte for byte.
func TestNeighboursKeepTheirTypes(t *testing.T) {
	h := newHouse(t)
	element := func(who string) bson.D {
		return append(bson.D{{Key: "who", Value: who}, {Key: "text", Value: "x"}}, kinds()[:14]...)
	}
	h.lay("tickets", append(bson.D{{Key: "_id", Value: "T-1"}, {Key: "comments", Value: bson.A{element("C-2"), element("C-1"), element("C-3")}}}, kinds()[:14]...))
	raw := func() []byte {
		b, err := h.Client.Database(h.Database).Collection("tickets").FindOne(t.Context(), bson.D{}).Raw()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	before := raw()
	hers, doc := of(comments, []string{"_id", "who"}, "who", "C-1"), of("tickets", []string{"_id"}, "_id", "T-1")
	set := func(sel connectors.Selection, field string, to any) connectors.Treatment {
		return connectors.Treatment{Verb: connectors.Set, On: sel, Assign: []connectors.Assign{{Field: field, To: to}}}
	}
	for _, there := range [][]connectors.Treatment{
		{set(hers, "text", "y"), set(hers, "text", "x")},
		{set(doc, "in.y", "2"), set(doc, "in.y", "1")},
		{hold(connectors.Block, "r", hers), hold(connectors.Release, "r", hers)},
		{hold(connectors.Block, "r", doc), set(doc, "in.y", "2"), set(doc, "in.y", "1"), set(hers, "text", "y"), set(hers, "text", "x"), hold(connectors.Release, "r", doc)},
	} {
		for _, one := range there {
			h.does(one, 1)
		}
		if after := raw(); string(after) != string(before) {
			t.Fatalf("after %s and back the document is\n%s\nwant\n%s", there[0].Verb, bson.Raw(after), bson.Raw(before))
		}
	}
	h.does(del(hers), 1)
	vs, err := bson.Raw(raw()).Lookup("comments").Array().Values()
	was, _ := bson.Raw(before).Lookup("comments").Array().Values()
	if err != nil || len(vs) != 2 || string(vs[0].Value) != string(was[0].Value) || string(vs[1].Value) != string(was[2].Value) {
		t.Errorf("the neighbours are %v, %v", vs, err)
	}
}

// TestNeighboursNoServerOfTheseTestsKeeps: decimals, code, keys that are smaller and larger than all, arrays in arrays: the array that is sent holds
// them as the bytes that were read.
func TestNeighboursNoServerOfTheseTestsKeeps(t *testing.T) {
	exact, err := bson.ParseDecimal128("1.50")
	if err != nil {
		t.Fatal(err)
	}
	others := bson.D{{Key: "sum", Value: exact}, {Key: "js", Value: bson.JavaScript("f()")}, {Key: "scope", Value: bson.CodeWithScope{Code: "f()", Scope: bson.D{{Key: "x", Value: int32(1)}}}},
		{Key: "min", Value: bson.MinKey{}}, {Key: "max", Value: bson.MaxKey{}}, {Key: "sym", Value: bson.Symbol("s")}, {Key: "nothing", Value: bson.Undefined{}}, {Key: "to", Value: bson.DBPointer{DB: "x", Pointer: bson.ObjectID{4}}},
		{Key: "in", Value: bson.A{bson.A{int32(1), bson.A{}}}}}
	hers := append(bson.D{{Key: "who", Value: "C-1"}}, others...)
	theirs := append(bson.D{{Key: "who", Value: "C-2"}}, append(kinds(), others...)...)
	s, store := member(t, map[string]bson.D{"find": cursor(bson.D{{Key: "_id", Value: "T-1"}, {Key: "list", Value: bson.A{theirs, hers, theirs}}})})
	out, err := apply(t, s, store, nil, del(of("cards.list[]", []string{"_id", "who"}, "who", "C-1")))
	if err != nil || out.Changed != 1 {
		t.Fatalf("%+v, %v", out, err)
	}
	s.want("update", "CONFIRM", "commitTransaction")
	sent := s.commands()[0].body.Lookup("updates", "0", "u", "$set", "list")
	_, want, err := bson.MarshalValue(bson.A{theirs, theirs})
	if err != nil || string(sent.Value) != string(want) {
		t.Errorf("sends\n%s\nwant the neighbours as they were, %v", sent, err)
	}
}
