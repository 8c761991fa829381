package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
)

func TestConformance(t *testing.T) {
	for _, mode := range journals {
		t.Run(mode, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "scratch.db")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			app(t, path, "PRAGMA journal_mode = "+mode)
			conformance.Run(t, conformance.Subject{
				Connector: Connector{},
				Config:    connectors.Config{"file": path, "busy_timeout": "5s"},
				Shapes:    []conformance.Shape{{Folds: true}},
			})
		})
	}
}
