package engine

import (
	"context"
	"errors"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
)

// Forgotten is what [Engine.Forget] did.
type Forgotten struct {
	Requests   int      `json:"requests"`   // records that ended
	Months     []string `json:"months"`     // keys destroyed: every copy of what they sealed is gone with them, in backups too
	Tombstones int      `json:"tombstones"` // ended
	Archives   int      `json:"archives"`   // whose time was over
}

// Forget ends what has lapsed: the archives nobody may open any more, the records of requests whose keeping is over, the month keys nothing needs any more, the
// tombstones whose two purposes have ended. Deleting alone destroys nothing, for files, logs and backups keep copies;
// destroying the key does.
// Repeating it finishes what a crash left.
func (e *Engine) Forget(ctx context.Context) (out Forgotten, err error) {
	now := e.Now()
	today := now.In(e.Planner.Graph.Map.Zone).Format(time.DateOnly)
	if out.Archives, err = e.ExpireArchives(ctx); err != nil {
		return out, err
	}
	if err := e.DB.Write(ctx, func(tx *state.Tx) error { return tx.ForgetSearches(now.Add(-searchHolds)) }); err != nil {
		return out, err
	}
	lapsed, err := read(ctx, e, func(tx *state.Tx) ([]state.Request, error) { return tx.Lapsed(today) })
	if err != nil {
		return out, err
	}
	for _, x := range lapsed {
		if err := e.DB.Shred(ctx, x.ID, now); err != nil {
			return out, err
		}
		if err := errors.Join(e.removeArchive(x.ID), e.removeSpools(x.ID)); err != nil {
			return out, err
		}
		out.Requests++
	}
	if out.Months, err = e.destroyMonths(ctx, today[:7], now); err != nil {
		return out, err
	}
	out.Tombstones, err = e.Ledger().Expire(ctx, e.DB, now)
	return out, err
}

// destroyMonths destroys the keys of months before this one that nothing is sealed under any more.
func (e *Engine) destroyMonths(ctx context.Context, this string, now time.Time) ([]string, error) {
	var out []string
	use := map[keys.Class]func(*state.Tx, string) (int, error){keys.Requests: (*state.Tx).MonthInUse, keys.Dues: (*state.Tx).DueMonthInUse,
		keys.Archives: func(*state.Tx, string) (int, error) { return 0, nil }} // an archive of a month that is over has expired
	for class, inUse := range use {
		months, err := e.Ring.MonthsOf(class)
		if err != nil {
			return out, err
		}
		for _, m := range months {
			if string(m) >= this {
				continue
			}
			err := e.DB.Write(ctx, func(tx *state.Tx) error { // a writer's lock, so that nobody wraps under it meanwhile
				if n, err := inUse(tx, string(m)); err != nil || n > 0 {
					return err
				}
				out = append(out, string(m))
				return e.Ring.Destroy(class, m, now)
			})
			if err != nil {
				return out, err
			}
		}
	}
	return out, nil
}
