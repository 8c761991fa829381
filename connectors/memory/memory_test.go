package memory_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/memory"
)

func TestConformance(t *testing.T) {
	for name, s := range map[string]conformance.Subject{
		"bytes":  {Config: connectors.Config{"name": "a"}},
		"folded": {Config: connectors.Config{"name": "a", "fold": "login_ci, other"}, Shapes: []conformance.Shape{{Folds: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			s.Connector = &memory.Connector{}
			conformance.Run(t, s)
		})
	}
}

func open(t *testing.T, c *memory.Connector, name string) connectors.Store {
	t.Helper()
	s, err := c.Open(t.Context(), connectors.Config{"name": name})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func load(t *testing.T, s connectors.Store, at string, rows ...connectors.Row) {
	t.Helper()
	if err := s.(connectors.Fixture).Load(t.Context(), map[string][]connectors.Row{at: rows}); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, s connectors.Store, sel connectors.Selection) int64 {
	t.Helper()
	n, err := s.(connectors.Counter).Count(t.Context(), []connectors.Selection{sel})
	if err != nil {
		t.Fatal(err)
	}
	return n[0].Total
}

var notes = connectors.Collection{Name: "notes", At: "notes", Key: []string{"id"}}

func TestStoresOfOneNameShareTheirRows(t *testing.T) {
	c := &memory.Connector{}
	one, same, other := open(t, c, "a"), open(t, c, "a"), open(t, c, "b")
	load(t, one, "notes", connectors.Row{"id": int64(1)})
	all := connectors.Selection{Collection: notes, All: true}
	if count(t, same, all) != 1 {
		t.Error("a second store of the name sees no row")
	}
	if _, err := other.(connectors.Counter).Count(t.Context(), []connectors.Selection{all}); !errors.Is(err, connectors.ErrNoCollection) {
		t.Errorf("a store of another name: %v", err)
	}
}

func TestReadersSeeTheStateBeforeTheCommit(t *testing.T) {
	s := open(t, &memory.Connector{}, "a")
	load(t, s, "notes", connectors.Row{"id": int64(1)}, connectors.Row{"id": int64(2)})
	all := connectors.Selection{Collection: notes, All: true}
	del := connectors.Treatment{ID: "d", Verb: connectors.Delete, On: all, AtMost: 2}
	during := int64(-1)
	_, err := s.(connectors.Writer).Apply(t.Context(), []connectors.Treatment{del}, connectors.ApplyOptions{
		Confirm: func(context.Context, []connectors.Outcome) error { during = count(t, s, all); return nil }})
	if err != nil || during != 2 || count(t, s, all) != 0 {
		t.Errorf("%d rows while confirming, %d after (%v); want 2 and 0", during, count(t, s, all), err)
	}
}

func TestAWriterThatWaitsMindsItsContext(t *testing.T) {
	s := open(t, &memory.Connector{}, "a")
	load(t, s, "notes", connectors.Row{"id": int64(1)})
	del := []connectors.Treatment{{ID: "d", Verb: connectors.Delete, On: connectors.Selection{Collection: notes, All: true}, AtMost: 1}}
	_, err := s.(connectors.Writer).Apply(t.Context(), del, connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
		waiting, cancel := context.WithCancel(ctx)
		cancel()
		_, err := s.(connectors.Writer).Apply(waiting, del, connectors.ApplyOptions{})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the second writer: %v", err)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADocumentNeverBecomesAnother(t *testing.T) {
	s := open(t, &memory.Connector{}, "a")
	docs := notes
	docs.Document = true
	load(t, s, "notes", connectors.Row{"id": int64(1), connectors.DocumentField: []byte("hers")}, connectors.Row{"id": int64(2), connectors.DocumentField: []byte("his")})
	first := connectors.Selection{Collection: docs, Fields: []string{connectors.DocumentField}, Any: []connectors.Match{{Fields: []string{"id"}, Values: []connectors.Tuple{{Values: []any{int64(1)}}}}}}
	var blob connectors.Blob
	if err := connectors.Each(t.Context(), s, first, func(_ int, v []any) error { blob = v[0].(connectors.Blob); return nil }); err != nil {
		t.Fatal(err)
	}
	r, err := s.(connectors.BlobOpener).OpenBlob(t.Context(), blob)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(r); err != nil || string(b) != "hers" {
		t.Errorf("%q, %v", b, err)
	}
	_, err = s.(connectors.Writer).Apply(t.Context(), []connectors.Treatment{{ID: "d", Verb: connectors.Delete, On: first, AtMost: 1}},
		connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.(connectors.BlobOpener).OpenBlob(t.Context(), blob); err == nil {
		t.Error("the handle of a deleted row opens something")
	}
}
