package keys

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const ringFormat = "dossier.key-ring/v1"

// ErrDestroyed is returned for what was sealed under a key that was destroyed. Nothing brings it back.
var ErrDestroyed = errors.New("its key was destroyed")

// Ring is the opened key ring. It is safe for concurrent use, also by several processes: each sees at once what another destroyed.
// It prints masked.
type Ring struct{ *vault[ringFile, *ringFile] }

type ringFile struct {
	Format   string                          `json:"format"`
	Journal  string                          `json:"journal"` // signing key, in the form of x/mod/sumdb/note
	Verifier string                          `json:"journal_verifier"`
	Register entry                           `json:"register"`
	Due      entry                           `json:"due_marks"`
	Contact  entry                           `json:"contact_marks"`
	Months   map[Class]map[Month]entry       `json:"months"`
	Gone     map[Class]map[Month][]goneEntry `json:"destroyed"`
}

// Create makes a ring with fresh keys. It refuses to replace a file, and to lie in the folder of state (a path, or a URL) or below it.
func Create(path, state string) (*Ring, error) {
	id := make([]byte, 4)
	_, _ = rand.Read(id)
	skey, vkey, err := note.GenerateKey(rand.Reader, "dossier-"+hex.EncodeToString(id))
	if err != nil {
		return nil, err
	}
	content := ringFile{Format: ringFormat, Journal: skey, Verifier: vkey, Register: newEntry(), Due: newEntry(), Contact: newEntry(),
		Months: map[Class]map[Month]entry{Requests: {}, Dues: {}, Archives: {}}, Gone: map[Class]map[Month][]goneEntry{Requests: {}, Dues: {}, Archives: {}}}
	if err := createVault(path, state, &content); err != nil {
		return nil, err
	}
	return Open(path, state)
}

// Open reads a ring; it never makes one.
func Open(path, state string) (*Ring, error) {
	v, err := openVault[ringFile](path, state, ringFormat)
	if err != nil {
		return nil, err
	}
	return &Ring{v}, nil
}

// Path is the file.
func (r *Ring) Path() string { return r.path }

func (c *ringFile) check() error {
	if _, err := note.NewSigner(c.Journal); err != nil {
		return errors.New("the journal's key does not fit") // the error itself might hold it
	}
	for _, e := range []entry{c.Register, c.Due, c.Contact} {
		if err := e.check(); err != nil {
			return err
		}
	}
	if c.Months != nil && c.Gone != nil && c.Months[Archives] == nil { // a ring made before archives had keys of their own
		c.Months[Archives], c.Gone[Archives] = map[Month]entry{}, map[Month][]goneEntry{}
	}
	for class := range classes {
		if c.Months[class] == nil || c.Gone[class] == nil {
			return errors.New("a class of months is missing")
		}
		for m, e := range c.Months[class] {
			if err := errors.Join(m.Check(), e.check()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *ringFile) wipe() {
	for _, months := range c.Months {
		for _, e := range months {
			clear(e.Key)
		}
	}
}

// MonthsOf lists the months of a class that have a key, sorted.
func (r *Ring) MonthsOf(class Class) (out []Month, err error) {
	err = r.use(func(c *ringFile) error {
		for m := range c.Months[class] {
			out = append(out, m)
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}

// Destroy overwrites the key of a month: every data key wrapped under it, in whatever copy, is lost for good. Destroying what is gone
// is no error. What a process had unwrapped before, it keeps until it wipes it.
func (r *Ring) Destroy(class Class, month Month, now time.Time) error {
	if err := month.Check(); err != nil {
		return err
	}
	return r.change(func(c *ringFile) bool {
		e, ok := c.Months[class][month]
		if !ok {
			return false
		}
		clear(e.Key)
		delete(c.Months[class], month)
		c.Gone[class][month] = append(c.Gone[class][month], goneEntry{e.ID, now.UTC()})
		return true
	})
}
