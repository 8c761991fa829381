package keys

import (
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// locked runs f while no other process changes the file at path. The lock is the kernel's: it ends with the process.
func locked(path string, f func() error) error {
	l, err := os.OpenFile(path+suffixLock, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if err := windows.LockFileEx(windows.Handle(l.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, new(windows.Overlapped)); err != nil {
		return fmt.Errorf("lock %s: %w", path+suffixLock, err)
	}
	return f()
}

// private: mode bits say nothing here; the folder's access list does.
func private(string, fs.FileInfo) error { return nil }
