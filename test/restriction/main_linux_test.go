// Package restriction restricts and lifts on real files, with the product and its connectors as processes, while applications go
// on working: what they can still read or change, what comes back, and what does not.
package restriction

import (
	"fmt"
	"os"
	"testing"

	_ "modernc.org/sqlite" // the application's driver

	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

func TestMain(m *testing.M) {
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
