//go:build unix

package keys

import (
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// locked runs f while no other process changes the file at path. The lock is the kernel's: it ends with the process.
func locked(path string, f func() error) error {
	l, err := os.OpenFile(path+suffixLock, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	for {
		err := unix.Flock(int(l.Fd()), unix.LOCK_EX)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return fmt.Errorf("lock %s: %w", path+suffixLock, err)
		}
	}
	return f()
}

func private(path string, info fs.FileInfo) error {
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("key file %s can be read by others (mode %04o); chmod 600 it, and think who may have read it", path, info.Mode().Perm())
	}
	return nil
}
