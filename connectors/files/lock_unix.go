//go:build unix

package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dossier-dsr/dossier/connectors"
)

// verbs are what Apply can do on this system.
func verbs() []connectors.Verb {
	return []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure, connectors.Block, connectors.Release}
}

// methods are the ways to block on this system.
func methods() []string { return []string{methodMove} }

// lockFile opens the file under name and takes its advisory lock, waiting two seconds at most. The file it
// gives is the one that stands under the name when the lock is taken.
func lockFile(ctx context.Context, d *folder, name string) (*os.File, error) {
	for end := time.Now().Add(2 * time.Second); ; {
		f, _, err := d.open(name, os.O_RDONLY)
		if errors.Is(err, errAbsent) {
			return nil, errAbsent
		}
		if err != nil {
			return nil, err
		}
		if tryLock(f) {
			mine, err := f.Stat()
			here, err2 := d.look(name)
			if err == nil && err2 == nil && os.SameFile(mine, here) {
				return f, nil
			}
		}
		_ = f.Close()
		if time.Now().After(end) {
			return nil, fmt.Errorf("%w: another program has locked a file", connectors.ErrTryLater)
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// tryLock takes the advisory lock of f if it is free. The lock ends when f is closed, or the process ends.
func tryLock(f *os.File) bool {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil
}

// lockFolder takes the advisory lock of a folder, alone or with others, if it is free.
func lockFolder(f *os.File, alone bool) bool {
	how := unix.LOCK_SH
	if alone {
		how = unix.LOCK_EX
	}
	return unix.Flock(int(f.Fd()), how|unix.LOCK_NB) == nil
}

// ours says whether a file belongs to the account this process runs as.
func ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
}

// sameDevice says whether two folders are there and on one file system.
func sameDevice(a, b string) bool {
	var x, y unix.Stat_t
	return unix.Stat(a, &x) == nil && unix.Stat(b, &y) == nil && x.Dev == y.Dev && y.Mode&unix.S_IFMT == unix.S_IFDIR
}

// moveTo renames a file into another folder, under a name nobody else uses there.
func moveTo(d *folder, name string, into *folder, as string) error {
	return between("rename", d, into, func(from, to int) error { return unix.Renameat(from, name, to, as) })
}

// links is the number of names the file has.
func links(info fs.FileInfo) uint64 {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(st.Nlink) //nolint:unconvert // its size differs between systems
	}
	return 1
}

// resemble gives f owner, access list and mode of like. A file that would change hands is an ErrConflict: the
// application could no longer use it.
func resemble(f, like *os.File, info fs.FileInfo) error {
	mine, err := f.Stat()
	if err != nil {
		return clean(err)
	}
	a, ok := mine.Sys().(*syscall.Stat_t)
	b, ok2 := info.Sys().(*syscall.Stat_t)
	if ok && ok2 && (a.Uid != b.Uid || a.Gid != b.Gid) {
		if err := f.Chown(int(b.Uid), int(b.Gid)); err != nil {
			return fmt.Errorf("%w: the account Dossier runs as cannot keep the owner of a file", connectors.ErrConflict)
		}
	}
	if err := f.Chmod(info.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)); err != nil {
		return clean(err)
	}
	return copyAttributes(f, like)
}

// linkTo gives the file under name in d a second name in another folder; fs.ErrExist where that is taken.
func linkTo(d *folder, name string, into *folder, as string) error {
	return between("link", d, into, func(from, to int) error { return unix.Linkat(from, name, to, as, 0) })
}

func between(op string, d, into *folder, f func(from, to int) error) error {
	from, err := d.root.Open(".")
	if err != nil {
		return clean(err)
	}
	defer from.Close()
	to, err := into.root.Open(".")
	if err != nil {
		return clean(err)
	}
	defer to.Close()
	if err := f(int(from.Fd()), int(to.Fd())); err != nil {
		return clean(&fs.PathError{Op: op, Err: err})
	}
	return nil
}
