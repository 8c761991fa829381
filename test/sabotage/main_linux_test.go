// Package sabotage puts connectors that lie, skip and overreach in the place of good ones, as processes of their own, and sees that
// dossier calls nothing done that is not.
package sabotage

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

// TestMain builds the program, or, started under the name of a connector, is the saboteur.
func TestMain(m *testing.M) {
	if strings.HasPrefix(filepath.Base(os.Args[0]), "dossier-connector-") {
		serveSaboteur()
		return
	}
	b, remove, err := product.Make("")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = b
	code := m.Run()
	remove()
	os.Exit(code)
}
