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
		Shapes:    []conformance.Shape{shape("csv"), shape("jsonl"), shape("json")},
	})
}

func shape(format string) conformance.Shape {
	rows := &connectors.RowFormat{Format: format}
	s := conformance.Shape{Name: format, Lacks: []conformance.Kind{conformance.Bytes}, Places: map[string]conformance.Place{
		"docs": {At: "docs/{no}.pdf"},
	}}
	for name, at := range map[string]string{
		"people": "people", "addresses": "addresses", "leases": "leases", "parties": "parties", "readings": "flats/readings",
		"entries": "books/{book}/entries", "order by": "order by", "values": "values",
	} {
		s.Places[name] = conformance.Place{At: at + "." + format, Rows: rows}
	}
	return s
}
