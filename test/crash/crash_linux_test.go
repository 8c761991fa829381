// Package crash kills dossier and its connectors at every instant that matters and compares what is left, once it was taken up
// again, with an undisturbed run.
package crash

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

// TestMain builds the program, or, started under the name of a connector, is one that dies.
func TestMain(m *testing.M) {
	if name, ok := strings.CutPrefix(filepath.Base(os.Args[0]), "dossier-connector-"); ok {
		serveMortal(name)
		return
	}
	b, remove, err := product.Make("failpoints")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = b
	code := m.Run()
	remove()
	os.Exit(code)
}
