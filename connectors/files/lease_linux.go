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

// letIn ends what alone began, lets the programs in that wait in their open of f, and is alone with it again when they have closed it. A lease that is taken again
// at once can come before a program that waits is awake: it would write to f after all have looked.
func letIn(f *os.File, release func(), patience time.Duration) (again func(), known bool, err error) {
	for {
		waits, before := awaited(f), changed(f)
		release()
		if waits {
			arrived(f, before)
		}
		release, known, err = alone(context.Background(), f, patience)
		if err != nil || !known || !awaited(f) {
			return release, known, err
		}
	}
}

// awaited says whether a program waits for our lease on f to end.
func awaited(f *os.File) bool {
	kind, err := unix.FcntlInt(f.Fd(), unix.F_GETLEASE, 0) // what it is to become; that of a lease nobody waits for is as it was taken
	return err == nil && kind == unix.F_UNLCK
}

// arrived waits until a program that was waiting has f open or has changed it, two seconds at most: it may have been stopped, or has closed f as it was.
func arrived(f *os.File, before unix.Timespec) {
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end) && changed(f) == before; {
		_ = pause(context.Background(), time.Millisecond)
		if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_RDLCK); errors.Is(err, unix.EAGAIN) {
			return
		}
		_, _ = unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
	}
}

// changed is when f was last changed.
func changed(f *os.File) unix.Timespec {
	var st unix.Stat_t
	_ = unix.Fstat(int(f.Fd()), &st)
	return st.Ctim
}

var errHeldOpen = errors.Join(connectors.After(time.Minute), errors.New("a program keeps a file open for writing; it must close it, or be stopped, first"))
