package mongodb

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/spool"
)

// spooled is how many bytes of documents may lie in a temporary file; what there is no room for stays in memory.
const spooled = 16 << 30

// known are the documents a call of Apply is going to change, each as it was read the first time: treatments that meet in one see what the
// others are going to make of it. While nobody looks at a document what is in it lies aside, sealed, in a file: of each row that waits for its turn a
// few hundred bytes are in memory, however large its document.
type known struct {
	stands map[string]*stand // by their collection and _id
	room   *spool.Spool
}

func newKnown() *known { return &known{map[string]*stand{}, spool.New(spooled)} }

// stand is the document as it was read first, to be looked at; it is what was read now where nothing is going to be done to it yet.
func (k *known) stand(of string, now *stand) (*stand, error) {
	if k == nil {
		return now, nil
	}
	now.name = of + idKey(now.at)
	if s, ok := k.stands[now.name]; ok {
		return s, k.look(s)
	}
	now.looks = 1
	return now, nil
}

// wait notes that something is going to be done to a row of a document.
func (k *known) wait(s *stand) {
	s.turns++
	s.fresh = true
	k.stands[s.name] = s
}

// turned notes that the turn of a row has come and gone.
func (k *known) turned(s *stand) {
	s.turns--
	s.fresh = true
}

// look brings back what is in a document.
func (k *known) look(s *stand) error {
	s.looks++
	if s.body != nil {
		return nil
	}
	raw, ok := s.aside.Read()
	if !ok {
		return fmt.Errorf("%w: what was read cannot be had any more: is there room for temporary files?", connectors.ErrTryLater)
	}
	var err error
	s.body, err = unpacked(raw)
	return err
}

// rest ends a look: what is in a document that is still needed is put aside, what is not is forgotten.
func (k *known) rest(s *stand) error {
	if k == nil {
		return nil
	}
	if s.looks--; s.looks > 0 {
		return nil
	}
	if s.turns == 0 {
		if k.stands[s.name] == s {
			delete(k.stands, s.name)
		}
		s.homes = nil
		return nil
	}
	return k.put(s)
}

// put puts aside what is in a document, and where elements of it are held by themselves now.
func (k *known) put(s *stand) error {
	for _, h := range s.homes {
		if h.body != nil && h.looks == 0 {
			if err := k.put(h); err != nil {
				return err
			}
		}
	}
	if s.fresh || s.aside == nil {
		raw, err := s.packed()
		if err != nil {
			return err
		}
		if p := k.room.Keep(raw); p != nil {
			s.aside = p
		} else {
			s.aside = inMemory(raw)
		}
		s.fresh = false
	}
	s.body = nil
	return nil
}

// close forgets all.
func (k *known) close() { k.room.Close() }

// kept is what is in a document while it lies aside.
type kept interface{ Read() ([]byte, bool) }

// inMemory is what there was no room for in the file.
type inMemory []byte

func (m inMemory) Read() ([]byte, bool) { return m, true }
