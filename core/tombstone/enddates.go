package tombstone

import (
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/state"
)

// margin beyond the longest backup, unless the map sets re-erasure itself.
const margin = 30

// endDates sets both from the day of the erasure: re-erasure as the map says, else until the longest backup of the systems erased
// in (of all where none is named) is gone and 30 days more; proof as the map says.
func (l *Ledger) endDates(t *state.Tombstone, day time.Time) {
	settings := l.Map.Tombstone
	until := day
	if settings.Reerase != nil {
		until = settings.Reerase.Add(day)
		t.ReeraseBecause = "until the period set for it has passed"
	} else {
		for _, s := range l.Map.Systems {
			if gone := backups(s, day); named(t.Systems, s.Name) && gone.After(until) {
				until = gone
			}
		}
		until = until.AddDate(0, 0, margin)
		t.ReeraseBecause = "until the longest backup is gone, and 30 days"
	}
	t.ReeraseUntil = until.Format(time.DateOnly)
	t.ProofUntil, t.ProofBecause = settings.Proof.Add(day).Format(time.DateOnly), settings.Because
}

func backups(s *datamap.System, day time.Time) time.Time {
	if s.Backups.N == 0 {
		return day
	}
	return s.Backups.Add(day)
}

func named(list []string, name string) bool {
	for _, x := range list {
		if x == name {
			return true
		}
	}
	return len(list) == 0
}

// last is the later of the two end dates.
func last(t state.Tombstone) string { return max(t.ReeraseUntil, t.ProofUntil) }
