package files

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// writing is how long after its last change a file whose last line has no end is taken to be in the middle of
// being written.
const writing = 2 * time.Second

// settled is the size of the file up to which it can be read: to its end, once its last line is complete or
// has been as it is for a while. Reading half a line could take the beginning of one person's number for another's.
func settled(ctx context.Context, f *os.File) (int64, error) {
	var last [1]byte
	for {
		info, err := f.Stat()
		if err != nil {
			return 0, clean(err)
		}
		size := info.Size()
		if size == 0 || time.Since(info.ModTime()) >= writing {
			return size, nil
		}
		n, err := f.ReadAt(last[:], size-1)
		if n == 1 && last[0] == '\n' {
			return size, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, clean(err)
		}
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// pause waits, or ends with ctx.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// unsettled turns an error about the form of a file that has just been written to into ErrTryLater.
func unsettled(f *os.File, err error) error {
	info, statErr := f.Stat()
	if statErr == nil && time.Since(info.ModTime()) < writing {
		return connectors.After(writing)
	}
	return err
}
