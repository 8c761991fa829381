package mongodb

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// everything is a document with a value of every type, those no test server takes included.
func everything(t *testing.T) bson.Raw {
	t.Helper()
	decimal, err := bson.ParseDecimal128("12345678901234567890.10")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bson.Marshal(bson.D{
		{Key: "z", Value: int32(7)}, {Key: "a", Value: int64(7)}, {Key: "f", Value: 7.0}, {Key: "d", Value: decimal}, {Key: "name", Value: "Nowak"},
		{Key: "at", Value: bson.DateTime(1709251198123)}, {Key: "old", Value: bson.DateTime(-62135596800001)}, {Key: "id", Value: bson.NewObjectID()},
		{Key: "b0", Value: bson.Binary{Data: []byte{0, 1}}}, {Key: "b2", Value: bson.Binary{Subtype: 2, Data: []byte{2}}}, {Key: "b3", Value: bson.Binary{Subtype: 3, Data: make([]byte, 16)}},
		{Key: "b4", Value: bson.Binary{Subtype: 4, Data: make([]byte, 16)}}, {Key: "b128", Value: bson.Binary{Subtype: 128, Data: []byte("x")}},
		{Key: "re", Value: bson.Regex{Pattern: "^a", Options: "i"}}, {Key: "js", Value: bson.JavaScript("f()")}, {Key: "ts", Value: bson.Timestamp{T: 5, I: 6}},
		{Key: "sym", Value: bson.Symbol("s")}, {Key: "min", Value: bson.MinKey{}}, {Key: "max", Value: bson.MaxKey{}}, {Key: "undef", Value: bson.Undefined{}}, {Key: "nil", Value: nil},
		{Key: "in", Value: bson.D{{Key: "y", Value: int32(1)}, {Key: "x", Value: bson.A{bson.A{int32(1), decimal}, bson.D{{Key: "q", Value: int64(1)}}}}}},
		{Key: "empty", Value: bson.D{}}, {Key: "none", Value: bson.A{}}, {Key: "last", Value: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestWhatIsNotChangedStaysAsItIs: of a document in which one member is changed, added or taken out, every other byte stays in its place.
func TestWhatIsNotChangedStaysAsItIs(t *testing.T) {
	doc := everything(t)
	text := func(s string) bson.RawValue {
		v, err := marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for path, v := range map[string]bson.RawValue{"name": text("Kowalska"), "in.y": null, "in.new": text("x"), "fresh.deep": text("x"), "last": missing, "in.x": missing} {
		steps := strings.Split(path, ".")
		changed, err := put(bytes.Clone(doc), steps, v)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := changed.Validate(); err != nil {
			t.Errorf("%s: the document is no BSON any more: %v", path, err)
		}
		got, err := lookup(changed, steps)
		if err != nil || !identical(got, v) {
			t.Errorf("%s holds %s, %v; want %s", path, got.Type, err, v.Type)
		}
		was, err := elements(doc)
		if err != nil {
			t.Fatal(err)
		}
		now, err := elements(changed)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range was {
			if e.name == steps[0] {
				continue
			}
			if i >= len(now) || now[i].name != e.name || !identical(now[i].value, e.value) {
				t.Errorf("%s: member %s is another, or elsewhere", path, e.name)
			}
		}
	}
	same, err := put(doc, []string{"nobody", "home"}, missing)
	if err != nil || !bytes.Equal(same, doc) {
		t.Errorf("taking out what is not there changes the document, %v", err)
	}
}

// TestAnElementOfMany: taking one element out and putting it back leaves the array as it was, decimals and arrays in it included.
func TestAnElementOfMany(t *testing.T) {
	doc := everything(t)
	var vs []bson.RawValue
	for _, e := range must(t)(elements(doc)) {
		vs = append(vs, e.value)
	}
	list := array(vs)
	back, err := members(list)
	if err != nil || len(back) != len(vs) {
		t.Fatalf("%d elements, %v; want %d", len(back), err, len(vs))
	}
	for i, v := range back {
		if !identical(v, vs[i]) {
			t.Errorf("element %d is another", i)
		}
	}
}

func must(t *testing.T) func([]element, error) []element {
	return func(es []element, err error) []element {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return es
	}
}

func TestAnArrayOnTheWay(t *testing.T) {
	doc := everything(t)
	if _, err := lookup(doc, []string{"in", "x", "q"}); !errors.Is(err, errThrough) {
		t.Errorf("reading through an array: %v", err)
	}
	if _, err := put(doc, []string{"in", "x", "q"}, null); !errors.Is(err, errThrough) {
		t.Errorf("writing through an array: %v", err)
	}
	if _, err := put(doc, []string{"name", "first"}, must(t)(elements(doc))[0].value); !errors.Is(err, errThrough) {
		t.Errorf("writing into a text: %v", err)
	}
}

// TestTypes: a value that is read and written back where it stood is the same value of the same type.
func TestTypes(t *testing.T) {
	server := can{decimals: true}
	for _, e := range must(t)(elements(everything(t))) {
		switch e.name {
		case "b2", "b3", "b128", "undef", "sym", "in": // given as bytes, NULL, text and relaxed JSON: an assignment of what was read is another type
			continue
		}
		v := fromBSON(e.value)
		if err := connectors.Check(v); err != nil {
			t.Errorf("%s: %v", e.name, err)
		}
		back, err := server.toBSON(v, e.value.Type)
		if err != nil || !identical(back, e.value) {
			t.Errorf("%s (%s) comes back as %s, %v", e.name, e.value.Type, back.Type, err)
		}
	}
	if v := fromBSON(must(t)(elements(everything(t)))[3].value); v != connectors.Decimal("12345678901234567890.10") {
		t.Errorf("the decimal reads %T", v)
	}
}

// TestTextsTakeTheTypeThatStands: the map writes texts, and a column's type is what stands there.
func TestTextsTakeTheTypeThatStands(t *testing.T) {
	id := bson.NewObjectID()
	server := can{decimals: true}
	for _, c := range []struct {
		text string
		as   bson.Type
		want any
	}{
		{"8", bson.TypeInt32, int32(8)}, {"8", bson.TypeInt64, int64(8)}, {"8000000000", bson.TypeInt32, int64(8000000000)}, {"0.5", bson.TypeDouble, 0.5},
		{"TRUE", bson.TypeBoolean, true}, {id.Hex(), bson.TypeObjectID, id}, {"2024-02-29", bson.TypeDateTime, bson.NewDateTimeFromTime(time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC))},
		{"8", bson.TypeString, "8"}, {"8", 0, "8"}, {"eight", bson.TypeInt32, "eight"}, {"00000000-0000-0000-0000-000000000000", bson.TypeBinary, bson.Binary{Subtype: 4, Data: make([]byte, 16)}},
	} {
		got, err := server.toBSON(c.text, c.as)
		want, wrong := marshal(c.want)
		if err != nil || wrong != nil || !identical(got, want) {
			t.Errorf("%q where a %s stands is written as %s, %v; want %s", c.text, c.as, got.Type, err, want.Type)
		}
	}
	exact, err := can{}.toBSON(connectors.Decimal("0.10"), 0)
	if err != nil || exact.Type != bson.TypeString {
		t.Errorf("a server without decimals gets a %s, %v; want the text", exact.Type, err)
	}
}
