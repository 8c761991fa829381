package product

import (
	"os"
	"path/filepath"
	"runtime"
)

// Build is dossier and its connectors in a folder.
type Build struct {
	Dir        string // dossier lies here
	Connectors string // its connectors here; elsewhere, so that a test can put others in their place
}

// Make builds everything of this checkout that the sample needs, dossier with the named tags, and the connectors named besides. Call remove
// when all tests are done.
func Make(tags string, connectors ...string) (b *Build, remove func(), err error) {
	dir, err := os.MkdirTemp("", "dossier")
	if err != nil {
		return nil, nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	b = &Build{Dir: filepath.Join(dir, "bin"), Connectors: filepath.Join(dir, "connectors")}
	if err := b.make(tags, append([]string{"sqlite", "files"}, connectors...)); err != nil {
		remove()
		return nil, nil, err
	}
	return b, remove, nil
}

func (b *Build) make(tags string, connectors []string) error {
	if err := Compile(tags, filepath.Join(b.Dir, "dossier"), "./cmd/dossier"); err != nil {
		return err
	}
	for _, name := range connectors {
		if err := Compile("", filepath.Join(b.Connectors, "dossier-connector-"+name), "./plugins/"+name); err != nil {
			return err
		}
	}
	return adopt()
}

func checkout() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}
