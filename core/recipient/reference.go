package recipient

import (
	"errors"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// SealReference stores in a row what the recipient calls the person, sealed under a key of the month in which the row ends.
func SealReference(ring *keys.Ring, n *state.Notice, reference subject.Secret) error {
	if len(n.KeepUntil) < 7 {
		return errors.New("recipient " + n.Recipient + ": the row has no end yet, so its reference has no key")
	}
	month := keys.Month(n.KeepUntil[:7])
	key, wrapped, err := ring.NewDueKey(month)
	if err != nil {
		return err
	}
	defer key.Wipe()
	if n.Sealed, err = key.Seal(part(*n), []byte(reference.Reveal())); err != nil {
		return err
	}
	n.DEK, n.Month = wrapped, string(month)
	return nil
}

// Reference opens it; empty where there is none.
func Reference(ring *keys.Ring, n state.Notice) (subject.Secret, error) {
	if n.Sealed == nil {
		return subject.Secret{}, nil
	}
	key, err := ring.Unwrap(n.DEK)
	if err != nil {
		return subject.Secret{}, err
	}
	defer key.Wipe()
	text, err := key.Open(part(n), n.Sealed)
	return subject.Seal(string(text)), err
}

func part(n state.Notice) keys.Part {
	return keys.Part{Owner: n.Request, Name: "recipient/" + n.Recipient + "/" + n.Event}
}
