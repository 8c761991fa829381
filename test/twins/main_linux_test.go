// Package twins takes houses through the same requests: the sample as it is, and its twins with both databases on a server, by the
// same map with another connector's name in it. They plan the same and end with the same rows.
package twins

import (
	"fmt"
	"os"
	"testing"

	_ "modernc.org/sqlite" // the application's driver

	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

func TestMain(m *testing.M) {
	b, remove, err := product.Make("", "postgres", "mysql")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = b
	code := m.Run()
	remove()
	os.Exit(code)
}
