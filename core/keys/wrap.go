package keys

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// A wrapped data key: version, class, month (7), id of the month's key (8), then the sealed data key.
// The head is authenticated with it.
const (
	wrappedV1  = 1
	headLength = 2 + 7 + 8
)

// NewDataKey makes the data key of a request whose record ends in month, and its wrapped form for the state. The
// month's key is made and stored the first time.
func (r *Ring) NewDataKey(month Month) (DataKey, []byte, error) { return r.fresh(Requests, month) }

// NewDueKey makes a data key that outlives the request, for what ends in month.
func (r *Ring) NewDueKey(month Month) (DataKey, []byte, error) { return r.fresh(Dues, month) }

// NewArchiveKey makes the data key of an archive that can be opened until a day of month: when the month is over its key goes, and with it
// what copies of the state still hold of the archive's.
func (r *Ring) NewArchiveKey(month Month) (DataKey, []byte, error) { return r.fresh(Archives, month) }

func (r *Ring) fresh(class Class, month Month) (DataKey, []byte, error) {
	k := DataKey{newKey()}
	wrapped, err := r.wrap(class, month, k)
	return k, wrapped, err
}

// Rewrap moves a data key to another month of its class: when a request closes and its end is known, or a complaint prolongs it. Copies
// of the former wrapped form stay readable until the former month's key is destroyed.
func (r *Ring) Rewrap(wrapped []byte, month Month) ([]byte, error) {
	k, err := r.Unwrap(wrapped)
	if err != nil {
		return nil, err
	}
	defer k.Wipe()
	for class, c := range classes {
		if c == wrapped[1] {
			return r.wrap(class, month, k)
		}
	}
	return nil, errors.New("rewrap: unknown class of key")
}

// WrappedMonth tells under which month's key a data key is wrapped.
func WrappedMonth(wrapped []byte) (Class, Month, error) {
	if len(wrapped) < headLength || wrapped[0] != wrappedV1 {
		return "", "", errors.New("not a wrapped key")
	}
	for class, c := range classes {
		if c == wrapped[1] {
			m := Month(wrapped[2:9])
			return class, m, m.Check()
		}
	}
	return "", "", errors.New("not a wrapped key: unknown class")
}

func (r *Ring) wrap(class Class, month Month, k DataKey) ([]byte, error) {
	if err := month.Check(); err != nil {
		return nil, err
	}
	wrapped, err := r.wrapUnder(class, month, k)
	if wrapped != nil || err != nil {
		return wrapped, err
	}
	if err := r.change(func(c *ringFile) bool {
		if _, ok := c.Months[class][month]; ok { // another process was first
			return false
		}
		c.Months[class][month] = newEntry()
		return true
	}); err != nil {
		return nil, err
	}
	if wrapped, err = r.wrapUnder(class, month, k); wrapped == nil && err == nil {
		err = fmt.Errorf("the %s key of %s was destroyed as soon as it was made", class, month)
	}
	return wrapped, err
}

// wrapUnder is nil where the month has no key yet.
func (r *Ring) wrapUnder(class Class, month Month, k DataKey) (wrapped []byte, err error) {
	err = r.use(func(c *ringFile) error {
		e, ok := c.Months[class][month]
		if !ok {
			return nil
		}
		id, err := hex.DecodeString(e.ID)
		if err != nil {
			return err
		}
		head := append(append([]byte{wrappedV1, classes[class]}, month...), id...)
		sealed, err := sealWith(e.Key, head, k.key[:])
		wrapped = append(head, sealed...)
		return err
	})
	return wrapped, err
}

// Unwrap opens a wrapped data key. Where the month's key is gone the error is [ErrDestroyed]. [DataKey.Wipe] the key after use.
func (r *Ring) Unwrap(wrapped []byte) (k DataKey, err error) {
	class, month, err := WrappedMonth(wrapped)
	if err != nil {
		return DataKey{}, err
	}
	id := hex.EncodeToString(wrapped[9:headLength])
	err = r.use(func(c *ringFile) error {
		e, ok := c.Months[class][month]
		if !ok || e.ID != id {
			return c.missing(class, month, id, r.path)
		}
		plain, err := openWith(e.Key, wrapped[:headLength], wrapped[headLength:])
		if err != nil || len(plain) != keySize {
			return fmt.Errorf("a data key of %s does not open: it was altered", month)
		}
		k = DataKey{new([keySize]byte)}
		copy(k.key[:], plain)
		clear(plain)
		return nil
	})
	return k, err
}

func (c *ringFile) missing(class Class, month Month, id, path string) error {
	for _, g := range c.Gone[class][month] {
		if g.ID == id {
			return fmt.Errorf("the %s key of %s was destroyed on %s, and what it sealed with it: %w", class, month, g.At.Format(time.DateOnly), ErrDestroyed)
		}
	}
	return fmt.Errorf("the key ring %s has no %s key %s of %s; is it the ring that belongs to this state?", path, class, id, month)
}
