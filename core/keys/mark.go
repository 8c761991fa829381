package keys

import "fmt"

// MarkKey keys the marks of subject.NewMark. It prints masked.
type MarkKey struct {
	ID  string // stored beside each mark
	key []byte
}

func (e entry) markKey() MarkKey { return MarkKey{e.ID, append([]byte(nil), e.Key...)} }

// Bytes is the key, 32 bytes, for subject.NewMark alone.
func (k MarkKey) Bytes() []byte { return k.key }

// Format keeps the key out of logs whatever verb prints it.
func (k MarkKey) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "mark key %s •••", k.ID) }

// MarshalJSON masks.
func (k MarkKey) MarshalJSON() ([]byte, error) { return []byte(`"•••"`), nil }

// These keys never change while the ring lives, so no use of them looks at the file.

// RegisterKey is for the register's person_mark: requests of one person find each other by it.
func (r *Ring) RegisterKey() MarkKey { return r.fixed(func(c *ringFile) entry { return c.Register }) }

// DueMarkKey is for the marks by which a later request finds the due items of its person.
func (r *Ring) DueMarkKey() MarkKey { return r.fixed(func(c *ringFile) entry { return c.Due }) }

// ContactKey is for do-not-contact entries; it has no end while the controller markets.
func (r *Ring) ContactKey() MarkKey { return r.fixed(func(c *ringFile) entry { return c.Contact }) }

func (r *Ring) fixed(which func(*ringFile) entry) MarkKey {
	r.mu.Lock()
	defer r.mu.Unlock()
	return which(&r.in).markKey()
}
