// Package faults takes an erasure on a PostgreSQL and on a MariaDB server, in a bucket and in documents, through what goes wrong on one: connections cut, the server gone and back, rights
// taken away, no space left, an application in the way. Each ends as an undisturbed run does, or says what it waits for.
package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/plugins/serve"
	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

// TestMain builds the program, or, started under the name of a connector, is the one that lies.
func TestMain(m *testing.M) {
	if name, connector := strings.CutPrefix(filepath.Base(os.Args[0]), "dossier-connector-"); connector {
		switch name {
		case "mongodb":
			serve.Connector(rowLiar{mongodb.Connector{}})
		case "postgres":
			serve.Connector(rowLiar{postgres.Connector{}})
		default:
			serve.Connector(liar{})
		}
		return
	}
	b, remove, err := product.Make("failpoints", "postgres", "mysql", "s3", "mongodb")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = b
	code := m.Run()
	remove()
	os.Exit(code)
}

// byLiar has a connector of the house be this program, which lies once it has orders.
func (c *club) byLiar(t *testing.T, connector string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(self, filepath.Join(folder, "dossier-connector-"+connector)); err != nil {
		t.Fatal(err)
	}
	c.Others = []string{folder}
}
