package files_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/files"
)

// TestConformance runs the suite with rows in each format. Bytes and times have no form of their own in text files.
func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Subject{
		Connector: files.Connector{},
		Config:    connectors.Config{"root": t.TempDir()},
		Shapes:    []conformance.Shape{shape("csv"), shape("jsonl"), shape("json"), shape("parquet")},
	})
}

func shape(format string) conformance.Shape {
	rows := &connectors.RowFormat{Format: format}
	s := conformance.Shape{Name: format, Lacks: []conformance.Kind{conformance.Bytes}, Places: map[string]conformance.Place{
		"docs": {At: "docs/{no}.pdf"},
	}}
	places := map[string]string{
		"people": "people", "addresses": "addresses", "leases": "leases", "parties": "parties", "readings": "flats/readings",
		"entries": "books/{book}/entries", "order by": "order by", "values": "values",
	}
	if format == "parquet" { // bytes have a form of their own there; of the rest, what a format decides
		s.Lacks = nil
		for _, name := range []string{"addresses", "readings", "order by"} {
			delete(places, name)
		}
	}
	for name, at := range places {
		s.Places[name] = conformance.Place{At: at + "." + format, Rows: rows}
	}
	return s
}

// TestRestrictingDocuments runs the suite's cases about blocking with people who are a document each, named by what is known of
// them.
func TestRestrictingDocuments(t *testing.T) {
	held := conformance.Shape{Name: "documents", Lacks: []conformance.Kind{conformance.Bytes, conformance.Null, conformance.Empty}, Places: map[string]conformance.Place{
		"people": {At: "cards/{no}/{id}-{name}.pdf", Key: []string{"id", "name"}, Fields: []string{"id", "no", "name"}, Lookup: []string{"no"}},
	}}
	s := conformance.Subject{Connector: files.Connector{}, Config: connectors.Config{"root": t.TempDir()}, Shapes: []conformance.Shape{held}}
	for _, name := range []string{"block/located", "block/twice", "block/persons", "block/ceiling", "block/confirm-no", "block/overlapping", "block/delete",
		"block/set", "block/method", "release/texts", "release/twice", "release/never-blocked", "release/other-mark"} {
		ran := 0
		_, err := conformance.Suite(t.Context(), s, conformance.Options{Pattern: name, Progress: func(r conformance.Result) {
			ran++
			if r.Failure != nil {
				t.Errorf("%s: %v", r.Case.FullName(), r.Failure)
			}
		}})
		if err != nil || ran != 1 {
			t.Errorf("%s: %d cases ran, %v", name, ran, err)
		}
	}
}
