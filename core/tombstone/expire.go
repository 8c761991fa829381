package tombstone

import (
	"context"
	"time"

	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/state"
)

// Expire removes the tombstones whose two end dates have passed, truncates the log of the state, and destroys the year keys no mark was taken
// with any more, except the current year's. It returns how many it removed. Whatever instant it is interrupted at, the next call finishes it.
func (l *Ledger) Expire(ctx context.Context, db *state.DB, now time.Time) (removed int, err error) {
	today := l.date(now)
	err = db.Write(ctx, func(tx *state.Tx) error {
		gone, err := tx.TombstonesExpired(today.Format(time.DateOnly))
		if err != nil {
			return err
		}
		removed = len(gone)
		for _, t := range gone {
			if err := tx.DeleteTombstone(t.ID); err != nil {
				return err
			}
			if _, err := journal.Append(tx, "tombstone.expired", t.Request, map[string]string{"tombstone": t.ID}, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if removed > 0 {
		if err := db.Truncate(ctx); err != nil {
			return removed, err
		}
	}
	return removed, l.destroyKeys(ctx, db, today.Year(), now)
}

// destroyKeys runs inside a writing transaction, so that no tombstone is marked meanwhile with a key that goes.
func (l *Ledger) destroyKeys(ctx context.Context, db *state.DB, year int, now time.Time) error {
	return db.Write(ctx, func(tx *state.Tx) error {
		spared, err := l.Years.Of(year)
		if err != nil {
			return err
		}
		all, err := l.Years.All()
		if err != nil {
			return err
		}
		for _, k := range all {
			if spared[k.ID] {
				continue
			}
			n, err := tx.TombstoneKeyInUse(k.ID)
			if err != nil {
				return err
			}
			if n > 0 {
				continue
			}
			if err := l.Years.Destroy(k.ID, now); err != nil {
				return err
			}
		}
		return nil
	})
}
