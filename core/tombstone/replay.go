package tombstone

import (
	"bytes"
	"errors"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// Verdict says whether a row of a restored store belongs to an erasure.
type Verdict string

// The verdicts.
const (
	Certain   Verdict = "certain"   // erased again
	Candidate Verdict = "candidate" // for a person to look at
	None      Verdict = "none"
)

// Restored is a root row of a restored store.
type Restored struct {
	System, Collection string
	Key                []string             // as the map's key columns, as texts
	Created            time.Time            // zero: not known
	Identifiers        []subject.Identifier // that stand on the row
}

// Replay holds the erasures a backup does not know.
type Replay struct {
	ledger *Ledger
	tombs  []replayed
	keys   map[string]keys.MarkKey
}

type replayed struct {
	state.Tombstone
	marks []state.Mark
}

// Replay loads the tombstones verified after the backup was taken that have a use for re-erasure still and were not released.
func (l *Ledger) Replay(tx *state.Tx, backupTakenAt, now time.Time) (*Replay, error) {
	tombs, err := tx.TombstonesVerifiedAfter(backupTakenAt)
	if err != nil {
		return nil, err
	}
	r := &Replay{ledger: l, keys: map[string]keys.MarkKey{}}
	today := l.date(now).Format(time.DateOnly)
	for _, t := range tombs {
		if t.ReeraseUntil < today {
			continue
		}
		marks, err := tx.TombstoneMarks(t.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range marks {
			if _, ok := r.keys[m.KeyID]; ok {
				continue
			}
			if r.keys[m.KeyID], err = l.Years.Get(m.KeyID); err != nil {
				return nil, err
			}
		}
		r.tombs = append(r.tombs, replayed{t, marks})
	}
	return r, nil
}

// Tombstones lists the erasures that are owed again, oldest first.
func (r *Replay) Tombstones() []state.Tombstone {
	out := make([]state.Tombstone, len(r.tombs))
	for i, t := range r.tombs {
		out[i] = t.Tombstone
	}
	return out
}

// Judge says whether the row belongs to the erasure of that request.
//
// A unique identifier on the row that differs from the marked one of its kind is another person: none, whatever else agrees, the row's
// own key included, for keys are given again. Otherwise the row is certain by the mark of its key, or by a unique identifier
// where it was born before the erasure; born after it, it is of a person who came back, none; where its birth is not known, and by a shared
// identifier, it is a candidate.
func (r *Replay) Judge(request string, row Restored) (Verdict, error) {
	for _, t := range r.tombs {
		if t.Request == request {
			return r.judge(t, row)
		}
	}
	return None, nil
}

func (r *Replay) judge(t replayed, row Restored) (Verdict, error) {
	byRow, err := r.byRow(t, row)
	if err != nil {
		return None, err
	}
	unique, shared := false, false
	for _, id := range row.Identifiers {
		kind := r.ledger.Map.Identifiers[id.Kind]
		if kind == nil {
			continue
		}
		marked, equal, err := r.matches(t, kind.Kind, id.Value)
		if err != nil {
			return None, err
		}
		switch {
		case kind.Unique && marked && !equal:
			return None, nil
		case kind.Unique && equal:
			unique = true
		case equal:
			shared = true
		}
	}
	if !row.Created.IsZero() && row.Created.After(t.VerifiedAt) {
		return None, nil
	}
	switch {
	case byRow, unique && !row.Created.IsZero():
		return Certain, nil
	case unique, shared:
		return Candidate, nil
	}
	return None, nil
}

// matches says whether the tombstone has a mark of the kind at all, and whether one is the value's. What cannot be read, or names nobody,
// is as if it were not there.
func (r *Replay) matches(t replayed, k subject.Kind, value subject.Secret) (marked, equal bool, err error) {
	for _, m := range t.marks {
		if m.Kind != k.Name {
			continue
		}
		k.Normaliser = m.Normaliser
		if !reads(k, value) {
			return false, false, nil
		}
		sum, _, err := k.MarkOf(r.keys[m.KeyID].Bytes(), subject.TombstoneUse, value.Reveal())
		if err != nil {
			return false, false, err
		}
		marked, equal = true, equal || bytes.Equal(sum.Bytes(), m.Sum)
	}
	return marked, equal, nil
}

func reads(k subject.Kind, value subject.Secret) bool {
	_, err := k.Normalise(value.Reveal())
	return err == nil
}

func (r *Replay) byRow(t replayed, row Restored) (bool, error) {
	for _, m := range t.marks {
		if m.Kind != subject.RowKind {
			continue
		}
		sum, err := subject.RowMark(r.keys[m.KeyID].Bytes(), row.System, row.Collection, row.Key...)
		if errors.Is(err, subject.ErrNotAValue) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if bytes.Equal(sum.Bytes(), m.Sum) {
			return true, nil
		}
	}
	return false, nil
}
