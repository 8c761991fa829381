package tombstone

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// Catalogue is what the Code allows to be kept in clear (B.V.7), where the map opts into it by name and with a reason.
var Catalogue = []string{"name", "pesel", "address", "email", "phone"}

// sealPlain seals the opted-in fields under a key that ends with the tombstone.
func (l *Ledger) sealPlain(t *state.Tombstone, values map[string]subject.Secret) error {
	var key keys.DataKey
	defer func() { key.Wipe() }()
	for _, field := range slices.Sorted(maps.Keys(l.Map.Tombstone.Plain)) {
		value, ok := values[field]
		if !ok || value.Empty() {
			continue
		}
		if !slices.Contains(Catalogue, field) {
			return fmt.Errorf("tombstone: %s is not in the catalogue of what may be kept", field)
		}
		if t.DEK == nil {
			month := keys.Month(last(*t)[:7])
			var err error
			if key, t.DEK, err = l.Ring.NewDueKey(month); err != nil {
				return err
			}
			t.Month = string(month)
		}
		sealed, err := key.Seal(plainPart(t.ID, field), []byte(value.Reveal()))
		if err != nil {
			return err
		}
		t.Plain = append(t.Plain, state.Plain{Field: field, Reason: l.Map.Tombstone.Plain[field], Sealed: sealed})
	}
	return nil
}

// Plain opens the opted-in fields of a tombstone: for the person's own access, and for proof.
func (l *Ledger) Plain(tx *state.Tx, t state.Tombstone) (map[string]subject.Secret, error) {
	fields, err := tx.TombstonePlain(t.ID)
	if err != nil || len(fields) == 0 {
		return nil, err
	}
	key, err := l.Ring.Unwrap(t.DEK)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	out := map[string]subject.Secret{}
	for _, f := range fields {
		text, err := key.Open(plainPart(t.ID, f.Field), f.Sealed)
		if err != nil {
			return nil, err
		}
		out[f.Field] = subject.Seal(string(text))
	}
	return out, nil
}

func plainPart(id, field string) keys.Part { return keys.Part{Owner: id, Name: "plain/" + field} }
