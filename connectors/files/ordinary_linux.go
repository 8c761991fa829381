package files

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/dossier-dsr/dossier/connectors"
)

// as runs f with the rights of the account on files. On Linux these are of a thread: f runs on one of its own, whose account for
// files (setfsuid(2)) and groups are set by bare system calls, which concern no other thread, and which ends with f. The kernel
// takes from such a thread the capabilities by which root passes over modes. Only root can do that.
func (a *account) as(f func() error) error {
	if a == nil || a.uid == os.Geteuid() {
		return f()
	}
	if os.Geteuid() != 0 {
		return fmt.Errorf("%w: trying files as another account, which only root can", connectors.ErrNotSupported)
	}
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends here
		if err := a.become(); err != nil {
			done <- err
			return
		}
		done <- f()
	}()
	return <-done
}

func (a *account) become() error {
	groups := make([]uint32, len(a.groups)+1) // one more, so that there is a first
	for i, g := range a.groups {
		groups[i] = uint32(g)
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(a.groups)), uintptr(unsafe.Pointer(&groups[0])), 0); errno != 0 {
		return errNotAs
	}
	for _, id := range []struct {
		set  func(int) (int, error)
		want int
	}{{unix.SetfsgidRetGid, a.gid}, {unix.SetfsuidRetUid, a.uid}} {
		if _, err := id.set(id.want); err != nil {
			return errNotAs
		}
		if now, err := id.set(-1); err != nil || now != id.want { // asks, and changes nothing
			return errNotAs
		}
	}
	return nil
}

var errNotAs = fmt.Errorf("%w: this system does not let us try files as another account", connectors.ErrNotSupported)
