package conformance_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/memory"
)

// A store that follows no paths, asks no Exists and takes few tuples conforms: the host decomposes for it,
// and asks it nothing it did not promise.
func TestModestStoreConforms(t *testing.T) {
	sub := subject()
	sub.Connector = saboteur{
		memory: &memory.Connector{},
		card: func(d *connectors.Description) {
			d.MaxPath, d.Recursive, d.Exists, d.MaxValues = 0, false, false, 16
		},
		locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			for _, m := range sel.Any {
				if len(m.Via) > 0 || len(m.Values) > 16 {
					return errors.New("asked for more than was promised")
				}
			}
			if slices.ContainsFunc(sel.Where, connectors.Cond.HasExists) {
				return errors.New("asked for more than was promised")
			}
			return s.Locate(ctx, sel, out)
		},
	}
	conformance.Run(t, sub)
}

// Several shapes: each is run, and a capability shown in one of them is shown.
func TestShapesAreAllRun(t *testing.T) {
	sub := subject()
	sub.Connector = saboteur{memory: &memory.Connector{}, card: func(d *connectors.Description) { d.RowFormats = []string{"csv"} }}
	sub.Shapes = []conformance.Shape{{Name: "tables", Folds: true}, {Name: "text", Lacks: []conformance.Kind{conformance.Null, conformance.Bytes, conformance.Exact, conformance.OddDate, conformance.Empty},
		Places: map[string]conformance.Place{"people": {At: "people.csv", Rows: &connectors.RowFormat{Format: "csv"}, Key: []string{"id"}},
			"addresses": {}}, Folds: true}}
	report, err := conformance.Suite(t.Context(), sub, conformance.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Failed() {
		t.Errorf("%s: %v", r.FullName(), r.Failure)
	}
	for _, name := range []string{"tables:find/path", "text:find/several", "text:ensure/row"} {
		if !slices.ContainsFunc(report.Results, func(r conformance.Result) bool { return r.FullName() == name }) {
			t.Errorf("%s was not run", name)
		}
	}
	if slices.ContainsFunc(report.Results, func(r conformance.Result) bool { return r.FullName() == "text:find/path" }) {
		t.Error("text:find/path was run, though its shape holds no leases")
	}
}

func TestExtraCasesRunInTheirGroup(t *testing.T) {
	ran := false
	extra := conformance.Case{Group: "processes", Name: "mine", Anchor: "processes", Rule: "it must run", Run: func(_ context.Context, b *conformance.Bench) error {
		ran = b.Store != nil
		return conformance.Fail("It was asked to.").Came("mine", "%d", 1).Want("%d", 2)
	}}
	report, err := conformance.Suite(t.Context(), subject(), conformance.Options{Extra: []conformance.Case{extra}, Pattern: "processes"})
	if err != nil {
		t.Fatal(err)
	}
	if !ran || len(report.Results) != 1 || report.Conforms() {
		t.Errorf("%d results", len(report.Results))
	}
}

func TestNothingRunIsNotConforming(t *testing.T) {
	report, err := conformance.Suite(t.Context(), subject(), conformance.Options{Pattern: "no such case"})
	if err != nil || report.Conforms() {
		t.Errorf("a run without cases conforms (%v)", err)
	}
}

func TestKeepLeavesTheFixture(t *testing.T) {
	for _, keep := range []bool{false, true} {
		sub := subject()
		if _, err := conformance.Suite(t.Context(), sub, conformance.Options{Pattern: "find/several", Keep: keep}); err != nil {
			t.Fatal(err)
		}
		s, err := sub.Connector.Open(t.Context(), sub.Config)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := connectors.As[connectors.Fixture](s)
		dump, err := f.Dump(t.Context())
		if err != nil || (len(dump["people"]) > 0) != keep {
			t.Errorf("keep %v: %d rows left (%v)", keep, len(dump["people"]), err)
		}
	}
}
