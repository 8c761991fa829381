package access

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
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
		cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, out), pkg)
		cmd.Dir = filepath.Join("..", "..")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", pkg, err, text)
		}
	}
	return nil
}
