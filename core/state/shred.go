package state

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Shred forgets everything personal of a request: its wrapped key, its sealed parts, its marks, the captured keys. The register's plain
// facts stay. Then the write-ahead log is truncated. A request that waits for a complaint or a proceeding ([Request.Suspended]) is
// refused. Repeating it is no error: it finishes what a crash left.
//
// This alone destroys nothing in backups; the month's key does, once no request of the month is left ([Tx.MonthInUse]).
func (db *DB) Shred(ctx context.Context, request string, now time.Time) error {
	err := db.Write(ctx, func(tx *Tx) error { return tx.shred(request, now) })
	if err != nil {
		return err
	}
	return db.Truncate(ctx)
}

func (tx *Tx) shred(request string, now time.Time) error {
	r, err := tx.Request(request)
	if err != nil {
		return err
	}
	if r.Suspended != "" {
		return fmt.Errorf("request %s cannot be forgotten: %s", request, r.Suspended)
	}
	if r.ClosedAt.IsZero() {
		return fmt.Errorf("request %s cannot be forgotten: it is not closed", request)
	}
	for _, q := range []string{
		`DELETE FROM request_mark WHERE request = ?`,
		`DELETE FROM request_part WHERE request = ?`,
		`DELETE FROM key_frame WHERE request = ?`,
		`UPDATE request_event SET sealed = NULL WHERE request = ?`,
		`UPDATE plan SET sealed = NULL WHERE request = ?`,
		`UPDATE task SET sealed = NULL WHERE request = ?`,
		`UPDATE held SET sealed = NULL WHERE request = ?`,
		`UPDATE recipient_notice SET sealed = NULL, dek = NULL WHERE request = ?`,
	} {
		if err := tx.do("forget request "+request, q, request); err != nil {
			return err
		}
	}
	return tx.do("forget request "+request, `UPDATE request SET body_sealed = NULL, body_mac = NULL, salt_sealed = NULL, dek = NULL,
		shredded_at = CASE shredded_at WHEN '' THEN ? ELSE shredded_at END WHERE id = ?`, stamp(now), request)
}

// Lapsed lists closed requests whose record has ended before that date and is not forgotten yet; suspended ones are left out, and
// restrictions that are in force: without their record nobody could lift them.
func (tx *Tx) Lapsed(date string) ([]Request, error) {
	return all(tx, "lapsed requests", scanRequest, `SELECT `+requestColumns+` FROM request WHERE closed_at <> '' AND shredded_at = '' AND suspended = ''
		AND keep_until <> '' AND keep_until < ? AND NOT EXISTS (SELECT 1 FROM held WHERE held.request = request.id AND lifted_at = '') ORDER BY keep_until, id`, date)
}

// MonthInUse counts the requests and batches whose data key is still wrapped under a month's key. At zero the key can be destroyed.
func (tx *Tx) MonthInUse(month string) (int, error) {
	return get(tx, "month "+month, scalar[int], `SELECT (SELECT count(*) FROM request WHERE month = ?1 AND dek IS NOT NULL) + (SELECT count(*) FROM batch WHERE month = ?1 AND dek IS NOT NULL)`, month)
}

// Truncate folds the write-ahead log into the file and cuts it to nothing, so that what was deleted is in neither. It waits for readers
// as long as for any lock.
func (db *DB) Truncate(ctx context.Context) error {
	var busy, frames, moved int
	if err := db.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("truncate the log of the state: %w", err)
	}
	if busy != 0 {
		return errors.New("truncate the log of the state: a reader was in the way; it is done at the next try")
	}
	return nil
}
