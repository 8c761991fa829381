package product

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/cooperative"
)

// House is one installation: a cooperative with its stores, and dossier's state and keys.
type House struct {
	*Build
	*cooperative.World
	Root   string            // all below it, but the binaries
	Now    time.Time         // the clock of every process
	Map    string            // the map's folder
	Extra  map[string]string // further environment of every process
	Others []string          // folders of connectors that come before the product's own

	most *int64 // see Peak
}

// Start is the clock of a new house: shortly after the requests of the sample came.
var Start = time.Date(2026, time.November, 6, 11, 20, 0, 0, time.FixedZone("", 3600))

// House makes state and keys beside a sample that was laid out.
func (b *Build) House(t testing.TB, w *cooperative.World) *House {
	t.Helper()
	return b.house(t, &House{World: w, Map: w.MapDir})
}

// Empty is a house with a map of the test's own; Extra says where its stores lie.
func (b *Build) Empty(t testing.TB, mapDir string) *House {
	t.Helper()
	return b.house(t, &House{Map: mapDir, Extra: map[string]string{}})
}

func (b *Build) house(t testing.TB, h *House) *House {
	t.Helper()
	h.Build, h.Root, h.Now = b, folder(t), Start
	if err := os.MkdirAll(h.Temp(), 0o700); err != nil {
		t.Fatal(err)
	}
	h.Must(t, "init")
	return h
}

// folder is a short one: a socket's path may have 108 bytes.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "h")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Copy is the same house once more, as it stands: what happens to one does not happen to the other.
func (h *House) Copy(t testing.TB) *House {
	t.Helper()
	c := *h
	c.Root, c.Extra = folder(t), maps.Clone(h.Extra)
	stores := filepath.Join(c.Root, "stores")
	for from, to := range map[string]string{h.Root: c.Root, h.Sample.Dir: stores} {
		if err := copyAll(from, to); err != nil {
			t.Fatal(err)
		}
	}
	sample := *h.Sample
	sample.Dir = stores
	sample.RegisterFile = filepath.Join(stores, filepath.Base(h.RegisterFile))
	sample.LedgerFile = filepath.Join(stores, filepath.Base(h.LedgerFile))
	sample.DocumentsDir = filepath.Join(stores, filepath.Base(h.DocumentsDir))
	world := *h.World
	world.Sample = &sample
	c.World = &world
	return &c
}

// copyAll copies a folder with everything below it, modes included: a key ring others may read is refused.
func copyAll(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), info.Mode().Perm())
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, info.Mode().Perm())
	})
}

// State is the file of the executor's own database.
func (h *House) State() string { return filepath.Join(h.Root, "state", "state.db") }

// Ring is the key ring's file.
func (h *House) Ring() string { return filepath.Join(h.Root, "keys", "ring.json") }

// Temp is where processes put temporary files.
func (h *House) Temp() string { return filepath.Join(h.Root, "t") }

// Archives is the folder of sealed archives.
func (h *House) Archives() string { return filepath.Join(h.Root, "state", "archives") }

// Later sets the clock forward.
func (h *House) Later(d time.Duration) { h.Now = h.Now.Add(d) }
