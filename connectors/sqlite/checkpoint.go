package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"sync/atomic"
	"time"
)

// checkpointWait is how long emptying the write-ahead log waits for readers.
const checkpointWait = 250 * time.Millisecond

// backlog remembers that the write-ahead log may still hold what was deleted.
type backlog struct{ open atomic.Bool }

// settle empties the log if something was left in it. It says whether the log is empty now; a reader may be holding it.
func (b *backlog) settle(ctx context.Context, db *sql.DB) bool {
	if !b.open.Load() {
		return true
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return false
	}
	defer conn.Close()
	return b.truncate(ctx, conn)
}

// truncate copies the log into the file and cuts it to nothing. Until then the file itself still holds, on the pages the
// log replaces, what was deleted. Without a write-ahead log there is nothing to do.
func (b *backlog) truncate(ctx context.Context, conn *sql.Conn) bool {
	var busy, frames, moved int
	var before int64
	err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&before)
	if err == nil {
		_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA busy_timeout = %d", min(before, checkpointWait.Milliseconds())))
	}
	if err == nil {
		err = conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
	}
	_, back := conn.ExecContext(context.WithoutCancel(ctx), fmt.Sprintf("PRAGMA busy_timeout = %d", before))
	done := err == nil && back == nil && busy == 0
	b.open.Store(!done)
	return done
}
