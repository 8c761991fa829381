package keys

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// contents is what a key file holds.
type contents[T any] interface {
	*T
	check() error
	wipe()
}

// vault is a key file with its content in memory. Every use looks whether another process replaced the file.
type vault[T any, P contents[T]] struct {
	path   string
	format string
	mu     sync.Mutex
	seen   fs.FileInfo // of the content
	in     T
}

func createVault(path, state string, content any) error {
	if err := apart(path, state); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return locked(path, func() error {
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("key file %s exists; it is never replaced, for what it sealed would be lost: %w", path, fs.ErrExist)
		}
		return store(path, content)
	})
}

func openVault[T any, P contents[T]](path, state, format string) (*vault[T, P], error) {
	if err := apart(path, state); err != nil {
		return nil, err
	}
	if leftovers(path) {
		if err := locked(path, func() error { return recoverLeftovers(path) }); err != nil {
			return nil, err
		}
	}
	v := &vault[T, P]{path: path, format: format}
	return v, v.use(func(*T) error { return nil })
}

// use gives f the newest content, to read.
func (v *vault[T, P]) use(f func(*T) error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.refresh(); err != nil {
		return err
	}
	return f(&v.in)
}

// change gives f the newest content while no other process changes it, and stores what f made of it. Where f returns false nothing is
// stored.
func (v *vault[T, P]) change(f func(*T) bool) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return locked(v.path, func() error {
		if err := v.refresh(); err != nil {
			return err
		}
		if !f(&v.in) {
			return nil
		}
		err := store(v.path, &v.in)
		v.seen = nil // on failure memory is not what is on disk; else the next use reads it back
		if err != nil {
			return fmt.Errorf("write key file %s: %w", v.path, err)
		}
		return nil
	})
}

func (v *vault[T, P]) refresh() error {
	info, err := os.Stat(v.path)
	if err == nil && v.seen != nil && os.SameFile(info, v.seen) && info.ModTime().Equal(v.seen.ModTime()) && info.Size() == v.seen.Size() {
		return nil
	}
	var content T
	if info, err = load(v.path, v.format, &content); err != nil {
		return err
	}
	if err := P(&content).check(); err != nil {
		return fmt.Errorf("key file %s is damaged: %w; restore it from its backup", v.path, err)
	}
	P(&v.in).wipe()
	v.in, v.seen = content, info
	return nil
}

// Format keeps keys out of logs whatever verb prints it.
func (v *vault[T, P]) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "key file %s", v.path) }

// MarshalJSON masks.
func (v *vault[T, P]) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }
