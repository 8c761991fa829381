package keys

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const yearsFormat = "dossier.tombstone-keys/v1"

// Years holds the tombstones' keys, one or more for each calendar year. A key lives until the last tombstone marked with it has
// expired; a leaked one cannot be healed, only expire. It is safe for concurrent use, also by several processes, and prints masked.
type Years struct{ *vault[yearsFile, *yearsFile] }

type yearsFile struct {
	Format string          `json:"format"`
	Years  map[int][]entry `json:"years"` // the last one marks
	Gone   []goneEntry     `json:"destroyed"`
}

// YearsPath is where the tombstones' keys of a ring are kept: beside it, in a file of their own.
func YearsPath(ring string) string {
	return strings.TrimSuffix(ring, filepath.Ext(ring)) + "-tombstones.json"
}

// CreateYears makes the file, without a key yet. It refuses to replace one, and to lie in the folder of state or below it.
func CreateYears(path, state string) (*Years, error) {
	if err := createVault(path, state, &yearsFile{Format: yearsFormat, Years: map[int][]entry{}}); err != nil {
		return nil, err
	}
	return OpenYears(path, state)
}

// OpenYears reads the file; it never makes one.
func OpenYears(path, state string) (*Years, error) {
	v, err := openVault[yearsFile](path, state, yearsFormat)
	if err != nil {
		return nil, err
	}
	return &Years{v}, nil
}

func (c *yearsFile) check() error {
	if c.Years == nil {
		return errors.New("the years are missing")
	}
	for _, es := range c.Years {
		for _, e := range es {
			if err := e.check(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *yearsFile) wipe() {
	for _, es := range c.Years {
		for _, e := range es {
			clear(e.Key)
		}
	}
}

// Current is the key new tombstones of a calendar year are marked with; it is made the first time.
func (y *Years) Current(year int) (MarkKey, error) {
	k, err := y.newest(year)
	if k.ID != "" || err != nil {
		return k, err
	}
	if err := y.change(func(c *yearsFile) bool {
		if len(c.Years[year]) > 0 { // another process was first
			return false
		}
		c.Years[year] = []entry{newEntry()}
		return true
	}); err != nil {
		return k, err
	}
	return y.newest(year)
}

// Rotate makes another key for the year. It affects new tombstones only.
func (y *Years) Rotate(year int) (MarkKey, error) {
	if err := y.change(func(c *yearsFile) bool {
		c.Years[year] = append(c.Years[year], newEntry())
		return true
	}); err != nil {
		return MarkKey{}, err
	}
	return y.newest(year)
}

func (y *Years) newest(year int) (k MarkKey, err error) {
	err = y.use(func(c *yearsFile) error {
		if es := c.Years[year]; len(es) > 0 {
			k = es[len(es)-1].markKey()
		}
		return nil
	})
	return k, err
}

// Of lists the ids of a year's living keys.
func (y *Years) Of(year int) (ids map[string]bool, err error) {
	err = y.use(func(c *yearsFile) error {
		ids = map[string]bool{}
		for _, e := range c.Years[year] {
			ids[e.ID] = true
		}
		return nil
	})
	return ids, err
}

// All lists every living key, oldest year first: a value is looked up under each.
func (y *Years) All() (out []MarkKey, err error) {
	err = y.use(func(c *yearsFile) error {
		for _, year := range slices.Sorted(maps.Keys(c.Years)) {
			for _, e := range c.Years[year] {
				out = append(out, e.markKey())
			}
		}
		return nil
	})
	return out, err
}

// Get is the key of that id, or [ErrDestroyed].
func (y *Years) Get(id string) (k MarkKey, err error) {
	err = y.use(func(c *yearsFile) error {
		for _, es := range c.Years {
			for _, e := range es {
				if e.ID == id {
					k = e.markKey()
					return nil
				}
			}
		}
		for _, g := range c.Gone {
			if g.ID == id {
				return fmt.Errorf("tombstone key %s was destroyed on %s: %w", id, g.At.Format(time.DateOnly), ErrDestroyed)
			}
		}
		return errors.New("no tombstone key " + id + "; do these keys belong to this state?")
	})
	return k, err
}

// Destroy overwrites a key once its last tombstone has expired. Destroying what is gone is no error.
func (y *Years) Destroy(id string, now time.Time) error {
	return y.change(func(c *yearsFile) bool {
		for year, es := range c.Years {
			i := slices.IndexFunc(es, func(e entry) bool { return e.ID == id })
			if i < 0 {
				continue
			}
			clear(es[i].Key)
			if c.Years[year] = slices.Delete(es, i, i+1); len(c.Years[year]) == 0 {
				delete(c.Years, year)
			}
			c.Gone = append(c.Gone, goneEntry{id, now.UTC()})
			return true
		}
		return false
	})
}
