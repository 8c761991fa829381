package tombstone

import (
	"errors"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// marks takes the marks of a person: of the verified unique identifiers; where there is none, of the verified shared ones; and of
// the root rows where the map allows it. What names nobody is left out.
func (l *Ledger) marks(in Intent, now time.Time) ([]state.Mark, error) {
	key, err := l.Years.Current(l.date(now).Year())
	if err != nil {
		return nil, err
	}
	var unique, shared []state.Mark
	for _, id := range in.Person {
		kind := l.Map.Identifiers[id.Kind]
		if kind == nil || !id.Verified {
			continue
		}
		m, normaliser, err := kind.MarkOf(key.Bytes(), subject.TombstoneUse, id.Value.Reveal())
		if errors.Is(err, subject.ErrNotAValue) {
			continue
		}
		if err != nil {
			return nil, err
		}
		mark := state.Mark{Kind: id.Kind, Normaliser: normaliser, KeyID: key.ID, Sum: m.Bytes()}
		if kind.Unique {
			unique = append(unique, mark)
		} else {
			shared = append(shared, mark)
		}
	}
	marks := unique
	if len(marks) == 0 {
		marks = shared
	}
	if !l.Map.Tombstone.RootMarks {
		return marks, nil
	}
	for _, r := range in.Roots {
		m, err := subject.RowMark(key.Bytes(), r.System, r.Collection, r.Key...)
		if err != nil {
			return nil, fmt.Errorf("mark a root row of %s/%s: %w", r.System, r.Collection, err)
		}
		marks = append(marks, state.Mark{Kind: subject.RowKind, Normaliser: subject.RowNormaliser, KeyID: key.ID, Sum: m.Bytes()})
	}
	return marks, nil
}
