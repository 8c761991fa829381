package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// crashpoint lets a test kill the process at a named instant of a write.
var crashpoint = func(string) {}

const (
	suffixNew  = ".new"
	suffixOld  = ".old"
	suffixLock = ".lock"
)

// store replaces the file at path by the JSON of v, atomically and durably, and overwrites the content it replaces. The
// caller holds the lock.
func store(path string, v any) error {
	if err := recoverLeftovers(path); err != nil {
		return err
	}
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	defer clear(data)
	if err := writeSynced(path+suffixNew, data); err != nil {
		return err
	}
	crashpoint("written")
	// The old content keeps a name until it is overwritten, so that a crash in between loses no track of it.
	linked := os.Link(path, path+suffixOld)
	var old *os.File
	if linked != nil && !errors.Is(linked, fs.ErrNotExist) { // a file system without links
		if old, err = os.OpenFile(path, os.O_WRONLY, 0); err != nil {
			return err
		}
		defer func() { _ = old.Close() }()
	}
	crashpoint("linked")
	if err := os.Rename(path+suffixNew, path); err != nil {
		return err
	}
	if err := syncFolder(path); err != nil {
		return err
	}
	crashpoint("renamed")
	switch {
	case linked == nil:
		return wipeFile(path + suffixOld)
	case old != nil:
		return overwrite(old)
	}
	return nil
}

// recoverLeftovers overwrites and removes what a crash left beside the file. The caller holds the lock.
func recoverLeftovers(path string) error {
	now, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	old, oldErr := os.Stat(path + suffixOld)
	switch {
	case oldErr != nil:
	case now != nil && os.SameFile(now, old): // died before the rename: this is the file itself
		if err := os.Remove(path + suffixOld); err != nil {
			return err
		}
	case now == nil: // never happens by our own hand; the old content is all there is
		return fmt.Errorf("key file %s is missing, an earlier one stands beside it as %s; put it back by hand", path, filepath.Base(path+suffixOld))
	default:
		if err := wipeFile(path + suffixOld); err != nil {
			return err
		}
	}
	if _, err := os.Stat(path + suffixNew); err == nil {
		return wipeFile(path + suffixNew)
	}
	return nil
}

func leftovers(path string) bool {
	for _, s := range []string{suffixNew, suffixOld} {
		if _, err := os.Lstat(path + s); err == nil {
			return true
		}
	}
	return false
}

func writeSynced(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

func wipeFile(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = errors.Join(overwrite(f), f.Close())
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return syncFolder(path)
}

func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if _, err := f.WriteAt(make([]byte, info.Size()), 0); err != nil {
		return err
	}
	return f.Sync()
}

func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// load reads a key file. It refuses one that others than its owner can read.
func load(path, format string, v any) (fs.FileInfo, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no key file %s; `dossier init` makes one, --keys or DOSSIER_KEYS names another: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if err := private(path, info); err != nil {
		return nil, err
	}
	var head struct {
		Format string `json:"format"`
	}
	data := make([]byte, info.Size())
	defer clear(data)
	if n, err := f.ReadAt(data, 0); n != len(data) {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	if json.Unmarshal(data, &head) != nil {
		return nil, fmt.Errorf("key file %s is damaged: it is no JSON; restore it from its backup", path)
	}
	if head.Format != format {
		return nil, fmt.Errorf("key file %s is not of the format %s; is it another kind of file, or of a newer dossier?", path, format)
	}
	if json.Unmarshal(data, v) != nil { // the error itself might quote a key
		return nil, fmt.Errorf("key file %s is damaged: its fields do not fit; restore it from its backup", path)
	}
	return info, nil
}
