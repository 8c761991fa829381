package conformance_test

import (
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/memory"
)

func subject() conformance.Subject {
	return conformance.Subject{
		Connector: &memory.Connector{},
		Config:    connectors.Config{"name": "suite", "fold": "login_ci"},
		Shapes:    []conformance.Shape{{Folds: true}},
	}
}

func TestMemoryConforms(t *testing.T) { conformance.Run(t, subject()) }
