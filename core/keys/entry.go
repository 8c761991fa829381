package keys

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"
)

// entry is a key with the id under which it is remembered when it is gone.
type entry struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

// goneEntry remembers a destroyed key by its id.
type goneEntry struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

func newEntry() entry {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails; the runtime ends the process instead
	return entry{ID: hex.EncodeToString(id), Key: newKey()[:]}
}

func (e entry) check() error {
	if id, err := hex.DecodeString(e.ID); err != nil || len(id) != 8 || len(e.Key) != keySize {
		return errors.New("a key is missing or has the wrong length")
	}
	return nil
}
