package tombstone

import (
	"errors"
	"slices"

	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// Of lists the tombstones of a person, whatever their state, oldest first: those that carry a mark of one of the verified identifiers, taken
// with any year's key. Where the person has a unique identifier the shared ones are not asked: the same e-mail may be on somebody else's
// tombstone. It answers the person themselves (art. 15), so it is neither counted nor journalled as [Ledger.Check] is.
func (l *Ledger) Of(tx *state.Tx, person []subject.Identifier) ([]state.Tombstone, error) {
	var out []state.Tombstone
	for _, id := range l.deciding(person) {
		sums, err := l.sums(tx, l.Map.Identifiers[id.Kind].Kind, id.Value)
		if err != nil {
			return nil, err
		}
		found, err := tx.TombstonesByMark(id.Kind, sums)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			if !slices.ContainsFunc(out, func(have state.Tombstone) bool { return have.ID == t.ID }) {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b state.Tombstone) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return out, nil
}

// deciding are the verified unique identifiers; where there is none, the verified shared ones.
func (l *Ledger) deciding(person []subject.Identifier) []subject.Identifier {
	var unique, shared []subject.Identifier
	for _, id := range person {
		switch kind := l.Map.Identifiers[id.Kind]; {
		case kind == nil || !id.Verified:
		case kind.Unique:
			unique = append(unique, id)
		default:
			shared = append(shared, id)
		}
	}
	if len(unique) > 0 {
		return unique
	}
	return shared
}

// ContactsOf lists the do-not-contact entries of a person's verified contact points.
func (l *Ledger) ContactsOf(tx *state.Tx, person []subject.Identifier) ([]state.NoContact, error) {
	key := l.Ring.ContactKey()
	var out []state.NoContact
	for _, id := range person {
		k := l.Map.Identifiers[id.Kind]
		if k == nil || !id.Verified {
			continue
		}
		m, _, err := k.MarkOf(key.Bytes(), subject.ContactUse, id.Value.Reveal())
		if errors.Is(err, subject.ErrNotAValue) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found, err := tx.NoContacts(id.Kind, [][]byte{m.Bytes()})
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
