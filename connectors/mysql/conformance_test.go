package mysql

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/test/servers"
)

func TestConformance(t *testing.T) {
	db := servers.MySQL(t)
	conformance.Run(t, conformance.Subject{
		Connector: Connector{},
		Config:    connectors.Config{"url": db.URL, "ordinary_url": db.Ordinary},
		Shapes:    []conformance.Shape{{Folds: true}},
	})
}
