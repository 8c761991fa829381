package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const yearsFormat = "dossier.tombstone-keys/v1"

// Years holds the tombstones' keys, one or more for each calendar year. A key lives until the last tombstone marked with it has
// expired; a leaked one cannot be healed, only expire. It is safe for concurrent use, also by several processes.
type Years struct {
	path string
	mu   sync.Mutex
	seen fs.FileInfo
	yearsFile
}

type yearsFile struct {
	Format string          `json:"format"`
	Years  map[int][]entry `json:"years"` // the last one marks
	Gone   []goneEntry     `json:"destroyed"`
}

// YearsPath is where the tombstones' keys of a ring are kept: beside it, in a file of their own.
func YearsPath(ring string) string {
	return strings.TrimSuffix(ring, filepath.Ext(ring)) + "-tombstones.json"
}

// CreateYears makes the file, without a key yet. It refuses to replace one, and to lie in the folder of state.
func CreateYears(path, state string) (*Years, error) {
	if err := apart(path, state); err != nil {
		return nil, err
	}
	if err := create(path, yearsFile{Format: yearsFormat, Years: map[int][]entry{}}); err != nil {
		return nil, err
	}
	return OpenYears(path, state)
}

// OpenYears reads the file; it never makes one.
func OpenYears(path, state string) (*Years, error) {
	if err := apart(path, state); err != nil {
		return nil, err
	}
	if leftovers(path) {
		if err := locked(path, func() error { return recoverLeftovers(path) }); err != nil {
			return nil, err
		}
	}
	y := &Years{path: path}
	return y, y.refresh()
}

func (y *Years) refresh() error {
	info, err := os.Stat(y.path)
	if err == nil && y.seen != nil && os.SameFile(info, y.seen) && info.ModTime().Equal(y.seen.ModTime()) && info.Size() == y.seen.Size() {
		return nil
	}
	var content yearsFile
	if info, err = load(y.path, yearsFormat, &content); err != nil {
		return err
	}
	for _, es := range content.Years {
		for _, e := range es {
			if err := e.check(); err != nil {
				return fmt.Errorf("key file %s is damaged: %w; restore it from its backup", y.path, err)
			}
		}
	}
	for _, es := range y.Years {
		for _, e := range es {
			clear(e.Key)
		}
	}
	y.yearsFile, y.seen = content, info
	return nil
}

func (y *Years) change(f func()) error {
	return locked(y.path, func() error {
		if err := y.refresh(); err != nil {
			return err
		}
		f()
		if err := store(y.path, &y.yearsFile); err != nil {
			y.seen = nil
			return fmt.Errorf("write key file %s: %w", y.path, err)
		}
		var err error
		y.seen, err = os.Stat(y.path)
		return err
	})
}

// Current is the key new tombstones of a calendar year are marked with; it is made the first time.
func (y *Years) Current(year int) (MarkKey, error) { return y.current(year, false) }

// Rotate makes another key for the year. It affects new tombstones only.
func (y *Years) Rotate(year int) (MarkKey, error) { return y.current(year, true) }

func (y *Years) current(year int, rotate bool) (MarkKey, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if err := y.refresh(); err != nil {
		return MarkKey{}, err
	}
	if rotate || len(y.Years[year]) == 0 {
		err := y.change(func() {
			if rotate || len(y.Years[year]) == 0 {
				y.Years[year] = append(y.Years[year], newEntry())
			}
		})
		if err != nil {
			return MarkKey{}, err
		}
	}
	es := y.Years[year]
	return markKeyOf(es[len(es)-1]), nil
}

// All lists every living key, oldest year first: a value is looked up under each.
func (y *Years) All() ([]MarkKey, error) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if err := y.refresh(); err != nil {
		return nil, err
	}
	years := make([]int, 0, len(y.Years))
	for n := range y.Years {
		years = append(years, n)
	}
	slices.Sort(years)
	var out []MarkKey
	for _, n := range years {
		for _, e := range y.Years[n] {
			out = append(out, markKeyOf(e))
		}
	}
	return out, nil
}

// Get is the key of that id, or [ErrDestroyed].
func (y *Years) Get(id string) (MarkKey, error) {
	all, err := y.All()
	if err != nil {
		return MarkKey{}, err
	}
	for _, k := range all {
		if k.ID == id {
			return k, nil
		}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, g := range y.Gone {
		if g.ID == id {
			return MarkKey{}, fmt.Errorf("tombstone key %s was destroyed on %s: %w", id, g.At.Format(time.DateOnly), ErrDestroyed)
		}
	}
	return MarkKey{}, errors.New("no tombstone key " + id + "; do these keys belong to this state?")
}

// Destroy overwrites a key once its last tombstone has expired. Destroying what is gone is no error.
func (y *Years) Destroy(id string, now time.Time) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.change(func() {
		for year, es := range y.Years {
			for i, e := range es {
				if e.ID == id {
					clear(e.Key)
					y.Years[year] = slices.Delete(es, i, i+1)
					y.Gone = append(y.Gone, goneEntry{id, now.UTC()})
					if len(y.Years[year]) == 0 {
						delete(y.Years, year)
					}
					return
				}
			}
		}
	})
}

func markKeyOf(e entry) MarkKey { return MarkKey{e.ID, append([]byte(nil), e.Key...)} }

// Format keeps keys out of logs whatever verb prints them.
func (y *Years) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "tombstone keys %s", y.path) }

// MarshalJSON masks.
func (y *Years) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }
