package conformance_test

import (
	"context"
	"errors"
	"slices"
	"strings"
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

// unblocking is a connector whose author left out Block and Release, and so Probe. careless says that Apply carries them out all the same.
type unblocking struct{ careless bool }

func (unblocking) Describe() connectors.Description {
	d := (&memory.Connector{}).Describe()
	d.Verbs = slices.DeleteFunc(slices.Clone(d.Verbs), func(v connectors.Verb) bool { return v == connectors.Block || v == connectors.Release })
	d.Blocking = nil
	return d
}

var behind memory.Connector

func (u unblocking) Open(ctx context.Context, c connectors.Config) (connectors.Store, error) {
	s, err := behind.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	w, _ := connectors.As[connectors.Writer](s)
	f, _ := connectors.As[connectors.Fixture](s)
	return struct {
		connectors.Store
		connectors.Fixture
		unblockingWriter
	}{s, f, unblockingWriter{w, u.careless}}, nil
}

type unblockingWriter struct {
	inner    connectors.Writer
	careless bool
}

func (w unblockingWriter) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	blocks := func(t connectors.Treatment) bool { return t.Verb == connectors.Block || t.Verb == connectors.Release }
	if !w.careless && slices.ContainsFunc(do, blocks) {
		return nil, connectors.ErrNotSupported
	}
	return w.inner.Apply(ctx, do, opt)
}

// A store that blocks nothing conforms, and the report tells its author what becomes of a restriction then; one that blocks without
// saying so does not.
func TestWithoutBlock(t *testing.T) {
	for careless, want := range map[bool][]string{false: nil, true: {"card/undeclared"}} {
		sub := subject()
		sub.Connector = unblocking{careless}
		report, err := conformance.Suite(t.Context(), sub, conformance.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var failed []string
		for _, r := range report.Results {
			if r.Case.Group == "block" || r.Case.Group == "release" {
				t.Errorf("%s was run", r.FullName())
			}
			if r.Failure != nil {
				failed = append(failed, r.FullName())
			}
		}
		if !slices.Equal(failed, want) {
			t.Errorf("careless %t: failed %v, want %v", careless, failed, want)
		}
		var out strings.Builder
		if err := report.Print(&out, ""); err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"does not: block, release", "a restriction there becomes a task"} {
			if !strings.Contains(out.String(), text) {
				t.Errorf("the report does not say %q\n%s", text, out.String())
			}
		}
	}
}
