package keys

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
)

const ringFormat = "dossier.key-ring/v1"

// ErrDestroyed is returned for what was sealed under a key that was destroyed. Nothing brings it back.
var ErrDestroyed = errors.New("its key was destroyed")

// Ring is the opened key ring. It is safe for concurrent use, also by several processes: each sees at once what another destroyed.
type Ring struct {
	path string
	mu   sync.Mutex
	seen fs.FileInfo // of the content below
	ringFile
}

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

type entry struct {
	ID  string `json:"id"`
	Key []byte `json:"key"`
}

type goneEntry struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

func newEntry() entry {
	id := make([]byte, 8)
	_, _ = rand.Read(id)
	return entry{ID: hex.EncodeToString(id), Key: newKey()[:]}
}

func (e entry) check() error {
	if id, err := hex.DecodeString(e.ID); err != nil || len(id) != 8 || len(e.Key) != keySize {
		return errors.New("a key is missing or has the wrong length")
	}
	return nil
}

// Create makes a ring with fresh keys. It refuses to replace a file, and to lie in the folder of state (a path, or a URL).
func Create(path, state string) (*Ring, error) {
	if err := apart(path, state); err != nil {
		return nil, err
	}
	id := make([]byte, 4)
	_, _ = rand.Read(id)
	skey, vkey, err := note.GenerateKey(rand.Reader, "dossier-"+hex.EncodeToString(id))
	if err != nil {
		return nil, err
	}
	content := ringFile{Format: ringFormat, Journal: skey, Verifier: vkey, Register: newEntry(), Due: newEntry(), Contact: newEntry(),
		Months: map[Class]map[Month]entry{}, Gone: map[Class]map[Month][]goneEntry{}}
	if err := create(path, content); err != nil {
		return nil, err
	}
	return Open(path, state)
}

func create(path string, content any) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return locked(path, func() error {
		if _, err := os.Lstat(path); err == nil {
			return fmt.Errorf("key file %s exists; it is never replaced, for what it sealed would be lost: %w", path, fs.ErrExist)
		}
		return store(path, content)
	})
}

// Open reads a ring; it never makes one.
func Open(path, state string) (*Ring, error) {
	if err := apart(path, state); err != nil {
		return nil, err
	}
	if leftovers(path) {
		if err := locked(path, func() error { return recoverLeftovers(path) }); err != nil {
			return nil, err
		}
	}
	r := &Ring{path: path}
	return r, r.refresh()
}

// Path is the file.
func (r *Ring) Path() string { return r.path }

// refresh reads the file again where another process replaced it. The caller holds r.mu, or is Open.
func (r *Ring) refresh() error {
	info, err := os.Stat(r.path)
	if err == nil && r.seen != nil && os.SameFile(info, r.seen) && info.ModTime().Equal(r.seen.ModTime()) && info.Size() == r.seen.Size() {
		return nil
	}
	var content ringFile
	if info, err = load(r.path, ringFormat, &content); err != nil {
		return err
	}
	if err := content.check(); err != nil {
		return fmt.Errorf("key file %s is damaged: %w; restore it from its backup", r.path, err)
	}
	r.wipe()
	r.ringFile, r.seen = content, info
	return nil
}

func (c *ringFile) check() error {
	for _, e := range []entry{c.Register, c.Due, c.Contact} {
		if err := e.check(); err != nil {
			return err
		}
	}
	for _, months := range c.Months {
		for m, e := range months {
			if err := errors.Join(m.Check(), e.check()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Ring) wipe() {
	for _, months := range r.Months {
		for _, e := range months {
			clear(e.Key)
		}
	}
}

// change applies f to the newest content and stores it.
func (r *Ring) change(f func() error) error {
	return locked(r.path, func() error {
		if err := r.refresh(); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
		if err := store(r.path, &r.ringFile); err != nil {
			r.seen = nil // what is in memory is not what is on disk
			return fmt.Errorf("write key file %s: %w", r.path, err)
		}
		var err error
		r.seen, err = os.Stat(r.path)
		return err
	})
}

// MonthsOf lists the months of a class that have a key, sorted.
func (r *Ring) MonthsOf(class Class) ([]Month, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return nil, err
	}
	var out []Month
	for m := range r.Months[class] {
		out = append(out, m)
	}
	slices.Sort(out)
	return out, nil
}

// Format keeps keys out of logs whatever verb prints the ring.
func (r *Ring) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "key ring %s", r.path) }

// MarshalJSON masks.
func (r *Ring) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }
