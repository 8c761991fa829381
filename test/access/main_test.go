package access

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
)

// bin is where TestMain builds the program and its connectors.
var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "dossier-access-")
	if err == nil {
		err = build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bin = dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// build makes the binaries as make build does.
func build(dir string) error {
	for out, pkg := range map[string]string{"dossier": "./cmd/dossier", "dossier-connector-sqlite": "./plugins/sqlite", "dossier-connector-files": "./plugins/files"} {
		if err := product.Compile("", filepath.Join(dir, out), pkg); err != nil {
			return err
		}
	}
	return nil
}
