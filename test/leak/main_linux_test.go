// Package leak plants unmistakable values in every field of a cooperative and in its connectors' secrets, exercises what rights
// there are, with errors of every kind, and then reads every byte the executor wrote or showed: none of them may be there in a form that
// anybody could read without the keys.
package leak

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
)

var built *product.Build

// TestMain builds the program, or, started under the name of a connector, is one that talks.
func TestMain(m *testing.M) {
	if name, ok := strings.CutPrefix(filepath.Base(os.Args[0]), "dossier-connector-"); ok {
		serveTalker(name)
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
