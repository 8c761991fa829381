package sqlite

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// checkpointWait is how long emptying the write-ahead log waits for readers.
const checkpointWait = 250 * time.Millisecond

// backlog remembers that the write-ahead log may still hold what was deleted.
type backlog struct{ open atomic.Bool }

// truncate copies the log into the file and cuts it to nothing. Until then the file itself still holds, on the pages the
// log replaces, what was deleted. It says whether that is done; a reader may be holding the log. Without a
// write-ahead log there is nothing to do.
func (b *backlog) truncate(ctx context.Context, w *writer) bool {
	var mode string
	if err := w.conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err == nil && mode != "wal" {
		return true
	}
	var before, busy, frames, moved int64
	err := w.conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&before)
	if err == nil {
		_, err = w.conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", min(before, checkpointWait.Milliseconds())))
	}
	if err == nil {
		err = w.conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
	}
	_, back := w.conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", before))
	done := err == nil && back == nil && busy == 0
	b.open.Store(!done)
	return done
}
