package wire_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/wire"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// exactly compares to the bit: NaN with its payload, times with their offset, nil apart from empty.
var exactly = cmp.Options{
	cmp.Comparer(func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) }),
	cmp.Comparer(func(x, y time.Time) bool {
		_, a := x.Zone()
		_, b := y.Zone()
		return x.Equal(y) && a == b
	}),
	cmp.Exporter(func(reflect.Type) bool { return true }),
}

// same reports whether two values are exactly one, without printing them: they print masked.
func same(t *rapid.T, what string, want, got any) {
	if !cmp.Equal(want, got, exactly) {
		t.Fatalf("%s came back otherwise:\n%#v\n%#v", what, want, got)
	}
}

// travel marshals and unmarshals a message, as gRPC does.
func travel[M proto.Message](t *rapid.T, m, into M) M {
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if err := proto.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
	return into
}

func TestMessagesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sel := selection.Draw(t, "selection")
		m, err := wire.SelectionToProto(sel)
		if err != nil {
			t.Fatal(err)
		}
		back, err := wire.SelectionFromProto(travel(t, m, &pb.Selection{}))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "a selection", sel, back)
	})
	rapid.Check(t, func(t *rapid.T) {
		do := list(treatment, 2).Draw(t, "treatments")
		list, err := wire.TreatmentsToProto(do)
		if err != nil {
			t.Fatal(err)
		}
		m := travel(t, &pb.ApplyRequest_Start{Treatments: list}, &pb.ApplyRequest_Start{})
		back, err := wire.TreatmentsFromProto(m.GetTreatments())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "treatments", do, back)
	})
	rapid.Check(t, func(t *rapid.T) {
		out := list(outcome, 2).Draw(t, "outcomes")
		list, err := wire.OutcomesToProto(out)
		if err != nil {
			t.Fatal(err)
		}
		m := travel(t, &pb.ApplyResponse_Applied{Outcomes: list}, &pb.ApplyResponse_Applied{})
		back, err := wire.OutcomesFromProto(m.GetOutcomes())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "outcomes", out, back)
	})
	rapid.Check(t, func(t *rapid.T) {
		rows := list(row, 4).Draw(t, "rows")
		list, err := wire.RowsToProto(rows)
		if err != nil {
			t.Fatal(err)
		}
		m := travel(t, &pb.LoadRequest{Rows: list}, &pb.LoadRequest{})
		back, err := wire.RowsFromProto(m.GetRows())
		if err != nil {
			t.Fatal(err)
		}
		same(t, "rows", rows, back)
	})
}

func TestDescriptionComesBack(t *testing.T) {
	full := connectors.Description{
		Name: "n", Version: "1.2", Config: []connectors.Setting{{Name: "url", Secret: true, Required: true, Help: "where"}, {Name: "x"}},
		Verbs: []connectors.Verb{connectors.Delete, connectors.Set}, Transactional: true, Rehearsal: true, Blocking: []string{"move"},
		MaxPath: 3, Recursive: true, Exists: true, Folds: true, RowFormats: []string{"csv"}, MaxValues: 9, KeepsDeleted: "pages",
	}
	eachFieldSet(t, reflect.ValueOf(full))
	if d := cmp.Diff(full, wire.DescriptionFromProto(wire.DescriptionToProto(full))); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(connectors.Description{}, wire.DescriptionFromProto(wire.DescriptionToProto(connectors.Description{}))); d != "" {
		t.Error(d)
	}
}

func TestSchemaComesBack(t *testing.T) {
	full := connectors.SchemaCollection{
		Name: "t", Fields: []connectors.SchemaField{{Name: "a", Type: "text", NotNull: true, Generated: true, Family: connectors.TextFamily, Length: 11, Collation: "latin1_bin", Undated: true, Stamped: true}}, Key: []string{"a"},
		Unique: [][]string{{"a", "b"}, {"c"}}, Indexes: [][]string{{"a"}},
		References: []connectors.Reference{{Fields: []string{"a"}, Target: "u", Targets: []string{"id"}, OnDelete: "cascade", OnUpdate: "restrict", Deferred: true, ByRow: true}},
		Triggers:   []connectors.Trigger{{Name: "x", On: "delete", Writes: []string{"log"}, Tells: []string{"notify"}, Loud: true, Unread: true}}, View: true, Rows: -1, Caseless: []string{"a"},
		Parts: []connectors.Part{{Name: "t1", Keys: [][]string{{"a"}, {"b", "c"}}}}, Partitioned: true, Policies: []string{"p"}, Versioned: true, Unsafe: true, Sampled: 40, Copy: true, Remote: true,
		Unbound: true, Reads: []string{"u"},
	}
	eachFieldSet(t, reflect.ValueOf(full))
	want := &connectors.Schema{Collections: []connectors.SchemaCollection{full, {}}, Feeds: []connectors.Feed{{Name: "f", Kind: "publication", Collections: []string{"t"}}, {}},
		Routines: []connectors.Routine{{Name: "r", Reads: []string{"t"}}, {}}}
	eachFieldSet(t, reflect.ValueOf(*want))
	if d := cmp.Diff(want, wire.SchemaFromProto(wire.SchemaToProto(want))); d != "" {
		t.Error(d)
	}
	if wire.SchemaFromProto(wire.SchemaToProto(nil)) != nil {
		t.Error("no schema came back as one")
	}
}

// eachFieldSet fails when the contract gains a field that the test, and so perhaps the wire, does not carry.
func eachFieldSet(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("%s.%s is not in the test", v.Type(), v.Type().Field(i).Name)
		}
	}
}

func TestEveryFieldOfTheContractTravels(t *testing.T) {
	// What rapid draws sets each field at some time; the count of fields fails when the contract grows.
	for _, c := range []struct {
		v      any
		fields int
	}{
		{connectors.Collection{}, 6}, {connectors.RowFormat{}, 5}, {connectors.Selection{}, 6}, {connectors.Match{}, 4},
		{connectors.Tuple{}, 3}, {connectors.Range{}, 3}, {connectors.Hop{}, 7}, {connectors.Between{}, 3},
		{connectors.Cond{}, 6}, {connectors.Step{}, 3}, {connectors.Treatment{}, 8}, {connectors.Assign{}, 6},
		{connectors.Outcome{}, 9}, {connectors.Keys{}, 2}, {connectors.Tally{}, 2}, {connectors.Diagnostic{}, 4}, {connectors.Blob{}, 4},
		{connectors.Setting{}, 4}, {connectors.SchemaField{}, 9}, {connectors.Reference{}, 7}, {connectors.Trigger{}, 6}, {connectors.Part{}, 2}, {connectors.Feed{}, 3}, {connectors.Routine{}, 2}, {connectors.Use{}, 5}, {connectors.ApplyOptions{}, 3},
	} {
		if n := reflect.TypeOf(c.v).NumField(); n != c.fields {
			t.Errorf("%T has %d fields, and %d travel", c.v, n, c.fields)
		}
	}
}
