package files

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors/objects"
)

// bench is what one call of Apply puts into the tree beside files of the collections: a mark in the root, which stands
// and is locked as long as the call runs, and names made from the mark's, beside the files being
// replaced. A mark that is not locked was left by a process that died; [store.tidy] clears up after it.
type bench struct {
	id   string
	mark *os.File
	n    int
}

const markSuffix = ".work"

// newBench puts up a mark.
func (s *store) newBench() (*bench, error) {
	for {
		var id [8]byte
		_, _ = rand.Read(id[:])
		b := &bench{id: hex.EncodeToString(id[:])}
		f, err := s.tree.root.OpenFile(b.name(), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, clean(err)
		}
		b.mark = f
		mine, err := f.Stat()
		if err == nil && tryLock(f) {
			if here, err := s.tree.look(b.name()); err == nil && os.SameFile(mine, here) {
				return b, nil
			}
		}
		_ = f.Close() // another process tidied between making and locking
		if err := s.tree.root.Remove(b.name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, clean(err)
		}
	}
}

func (b *bench) name() string { return objects.OwnPrefix + b.id + markSuffix }

// next is a new name of the bench's.
func (b *bench) next(kind string) string {
	b.n++
	return objects.OwnPrefix + b.id + "-" + strconv.Itoa(b.n) + "." + kind
}

// begin puts up the mark of the call.
func (a *application) begin() error {
	if a.bench != nil {
		return nil
	}
	var err error
	a.bench, err = a.store.newBench()
	return err
}

// scratch makes a new file in d.
func (a *application) scratch(d *folder) (*os.File, string, error) {
	if err := a.begin(); err != nil {
		return nil, "", err
	}
	name := a.bench.next("new")
	f, err := d.root.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	return f, name, clean(err)
}

// close takes the mark down.
func (a *application) close() {
	if a.bench != nil {
		_ = a.store.tree.root.Remove(a.bench.name())
		_ = a.bench.mark.Close()
	}
}

// order puts the vault in order before anything is removed by which it can be told what happened to it.
func (s *store) order(ctx context.Context, patience time.Duration) error {
	room, err := s.vault.open()
	if room == nil || err != nil {
		return err
	}
	room.close()
	if room, err = s.vault.own(ctx, patience); err != nil {
		return err
	}
	defer room.close()
	return room.settle(ctx)
}

// tidy removes what processes that were killed left in the tree. What they were replacing is whole: the
// old file or the new one. It waits as long as patience for others who move held content.
func (s *store) tidy(ctx context.Context, patience time.Duration) error {
	var marks []string
	err := s.tree.names(func(e fs.DirEntry) error {
		if n := e.Name(); strings.HasPrefix(n, objects.OwnPrefix) && strings.HasSuffix(n, markSuffix) && e.Type().IsRegular() {
			marks = append(marks, n)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	if err := s.order(ctx, patience); err != nil {
		return err
	}
	for _, name := range marks {
		f, _, err := s.tree.open(name, os.O_RDWR)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		if tryLock(f) {
			err = s.sweep(ctx, s.tree, strings.TrimSuffix(name, markSuffix)+"-")
			if err == nil {
				err = s.tree.root.Remove(name)
			}
		}
		_ = f.Close()
		if err := clean(err); err != nil && !errors.Is(err, errAbsent) {
			return err
		}
	}
	return nil
}

// sweep removes files whose names begin with prefix, in d and below.
func (s *store) sweep(ctx context.Context, d *folder, prefix string) error {
	found := false
	err := d.names(func(e fs.DirEntry) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if e.IsDir() {
			next, err := d.down(e.Name())
			if errors.Is(err, errAbsent) {
				return nil
			}
			if err != nil {
				return err
			}
			defer next.Close()
			return s.sweep(ctx, next, prefix)
		}
		if !strings.HasPrefix(e.Name(), prefix) {
			return nil
		}
		found = true
		if err := d.root.Remove(e.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return clean(err)
		}
		return nil
	})
	if err == nil && found {
		err = d.sync()
	}
	return err
}
