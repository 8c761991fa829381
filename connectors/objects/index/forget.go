package index

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// retries are how often a directory is tried to be replaced that others replace meanwhile.
const retries = 20

// Forget takes away whatever is remembered of objects, for every source. A nil index remembers nothing.
func (x *Index) Forget(ctx context.Context, objects []string) error {
	if x == nil || len(objects) == 0 {
		return nil
	}
	objects = slices.Compact(slices.Sorted(slices.Values(objects)))
	names, err := x.shelf.Names(ctx, "")
	if err != nil {
		return err
	}
	for _, n := range names {
		own, isDirectory := strings.CutSuffix(n, directoryEnd)
		if !isDirectory {
			continue
		}
		for i := 0; ; i++ {
			if err = x.forgetIn(ctx, own, objects); err == nil {
				break
			}
			if !errors.Is(err, ErrOther) {
				return err
			}
			if i == retries {
				return fmt.Errorf("%w: the index of objects is being written by others", connectors.ErrTryLater)
			}
		}
	}
	return nil
}

func (x *Index) forgetIn(ctx context.Context, name string, objects []string) error {
	d, err := x.directory(ctx, name)
	if errors.Is(err, errTorn) {
		return nil // it names nobody to anybody, and goes when something is remembered next
	}
	if err != nil {
		return err
	}
	var refs []ref
	for i, r := range d.refs {
		from, _ := slices.BinarySearch(objects, r.from)
		to := len(objects)
		if i+1 < len(d.refs) {
			to, _ = slices.BinarySearch(objects, d.refs[i+1].from)
		}
		if from == to {
			refs = append(refs, r)
			continue
		}
		entries, err := x.block(ctx, r.name)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool {
			_, gone := slices.BinarySearch(objects[from:to], e.key)
			return gone
		})
		switch {
		case len(left) == 0:
			continue
		case len(left) < len(entries):
			if r, err = x.write(ctx, d, left); err != nil {
				return err
			}
		}
		refs = append(refs, r)
	}
	if slices.Equal(refs, d.refs) {
		return nil
	}
	err = x.replace(ctx, d, refs)
	if errors.Is(err, ErrOther) {
		for _, r := range refs {
			if !slices.Contains(d.refs, r) {
				_ = x.shelf.Drop(ctx, r.name) // the next to remember something takes it away
			}
		}
	}
	return err
}
