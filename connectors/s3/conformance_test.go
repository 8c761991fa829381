package s3_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/s3"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestConformance runs the suite with rows in each format. Bytes and times have no form of their own in text files.
func TestConformance(t *testing.T) {
	b := servers.S3(t, servers.Versioned)
	b.Policy(t, servers.ForTags...)
	conformance.Run(t, conformance.Subject{
		Connector: s3.Connector{},
		Config:    indexed(b.Settings()),
		Shapes: []conformance.Shape{shape("csv", "", all...), shape("jsonl", ".zst", "values", "leases", "parties"), shape("json", ".gz", "values", "leases", "parties"), shape("parquet", "", "people", "values", "leases", "parties"),
			documents("move", "tag")},
	})
}

// indexed are settings with which searches are answered out of an index where they can be.
func indexed(settings map[string]string) connectors.Config {
	settings["index_key"] = "a key of the suite's, which nobody guesses"
	return connectors.Config(settings)
}

// all are the suite's fixtures; what a format shares with package files is shown there with all of them.
var all = []string{"people", "addresses", "leases", "parties", "readings", "entries", "order by", "values"}

func shape(format, squeezed string, names ...string) conformance.Shape {
	rows := &connectors.RowFormat{Format: format}
	s := conformance.Shape{Name: format, Blocks: []string{"move"}, Lacks: []conformance.Kind{conformance.Bytes}, Places: map[string]conformance.Place{
		"docs": {At: "docs/{no}.pdf"},
	}}
	for _, name := range names {
		at := name
		switch name {
		case "readings":
			at = "flats/readings"
		case "entries":
			at = "books/{book}/entries"
		}
		s.Places[name] = conformance.Place{At: at + "." + format + squeezed, Rows: rows}
	}
	return s
}

// documents are people who are a document each, named by what is known of them.
func documents(blocks ...string) conformance.Shape {
	return conformance.Shape{Name: "documents", Blocks: blocks, Groups: []string{"block", "release"}, Lacks: []conformance.Kind{conformance.Bytes, conformance.Null, conformance.Empty}, Places: map[string]conformance.Place{
		"people": {At: "cards/{no}/{id}-{name}.pdf", Key: []string{"id", "name"}, Fields: []string{"id", "no", "name"}, Lookup: []string{"no"}},
	}}
}

// TestRestrictingDocuments runs the suite's cases about blocking with people who are a document each, in a bucket that keeps no versions.
func TestRestrictingDocuments(t *testing.T) {
	s := conformance.Subject{Connector: s3.Connector{}, Config: connectors.Config(servers.S3(t, servers.Plain).Settings()), Shapes: []conformance.Shape{documents("move")}}
	for _, name := range []string{"block/located", "block/twice", "block/persons", "block/ceiling", "block/confirm-no", "block/overlapping", "block/delete",
		"block/set", "block/method", "release/texts", "release/twice", "release/never-blocked", "release/other-mark"} {
		ran := 0
		_, err := conformance.Suite(t.Context(), s, conformance.Options{Pattern: name + "-move", Progress: func(r conformance.Result) {
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
