package files

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dossier-dsr/dossier/connectors"
)

// alone waits until no program has f, which is open for reading, open for writing, and keeps it so until release:
// the kernel makes others wait in their open (read leases, fcntl(2) F_SETLEASE). known is false where it gives no
// leases on f. After patience it gives up with ErrTryLater; release is never nil.
func alone(ctx context.Context, f *os.File, patience time.Duration) (release func(), known bool, err error) {
	none := func() {}
	end := time.Now().Add(patience)
	for {
		_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK)
		switch {
		case err == nil:
			return func() { _, _ = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK) }, true, nil
		case errors.Is(err, unix.EINTR):
		case !errors.Is(err, unix.EAGAIN):
			return none, false, nil
		case time.Now().After(end):
			return none, true, errHeldOpen
		}
		if err := pause(ctx, 200*time.Microsecond); err != nil {
			return none, true, err
		}
	}
}

var errHeldOpen = errors.Join(connectors.After(time.Minute), errors.New("a program keeps a file open for writing; it must close it, or be stopped, first"))
