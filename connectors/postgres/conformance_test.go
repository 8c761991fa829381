package postgres

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/test/servers"
)

func TestConformance(t *testing.T) {
	conformance.Run(t, conformance.Subject{
		Connector: Connector{},
		Config:    connectors.Config{"url": servers.Postgres(t).URL},
		Shapes:    []conformance.Shape{{Folds: true}},
	})
}
