package mongodb_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	db := servers.MongoDB(t)
	conformance.Run(t, conformance.Subject{Connector: mongodb.Connector{}, Config: connectors.Config{"url": db.URL, "database": db.Database}, Shapes: shapes()})
}

// shapes are the two forms rows have: documents, and elements of arrays in documents.
func shapes() []conformance.Shape {
	whole := conformance.Shape{Name: "documents", Places: map[string]conformance.Place{}}
	parts := conformance.Shape{Name: "elements", Places: map[string]conformance.Place{}}
	for _, name := range []string{"people", "values", "addresses", "leases", "parties", "readings", "entries", "order by"} {
		whole.Places[name] = conformance.Place{}
		parts.Places[name] = conformance.Place{At: name + " of house.list.rows[]"}
	}
	whole.Places["order by"] = conformance.Place{Fields: []string{"group", "select", "two words"}} // FerretDB takes no quote in the name of a member
	whole.Places["docs"] = conformance.Place{At: "gridfs:docs"}
	return []conformance.Shape{whole, parts}
}
