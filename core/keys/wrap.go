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
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return nil, err
	}
	e, ok := r.Months[class][month]
	if !ok {
		err := r.change(func() error {
			if e, ok = r.Months[class][month]; ok { // another process was first
				return nil
			}
			e = newEntry()
			if r.Months == nil {
				r.Months = map[Class]map[Month]entry{}
			}
			if r.Months[class] == nil {
				r.Months[class] = map[Month]entry{}
			}
			r.Months[class][month] = e
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	id, err := hex.DecodeString(e.ID)
	if err != nil {
		return nil, err
	}
	head := append(append([]byte{wrappedV1, classes[class]}, month...), id...)
	sealed, err := sealWith(e.Key, head, k.key[:])
	if err != nil {
		return nil, err
	}
	return append(head, sealed...), nil
}

// Unwrap opens a wrapped data key. Where the month's key is gone the error is [ErrDestroyed]. [DataKey.Wipe] the key after use.
func (r *Ring) Unwrap(wrapped []byte) (DataKey, error) {
	class, month, err := WrappedMonth(wrapped)
	if err != nil {
		return DataKey{}, err
	}
	id := hex.EncodeToString(wrapped[9:headLength])
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return DataKey{}, err
	}
	e, ok := r.Months[class][month]
	if !ok || e.ID != id {
		for _, g := range r.Gone[class][month] {
			if g.ID == id {
				return DataKey{}, fmt.Errorf("the %s key of %s was destroyed on %s, and what it sealed with it: %w", class, month, g.At.Format(time.DateOnly), ErrDestroyed)
			}
		}
		return DataKey{}, fmt.Errorf("the key ring %s has no %s key %s of %s; is it the ring that belongs to this state?", r.path, class, id, month)
	}
	plain, err := openWith(e.Key, wrapped[:headLength], wrapped[headLength:])
	if err != nil || len(plain) != keySize {
		return DataKey{}, fmt.Errorf("a data key of %s does not open: it was altered", month)
	}
	k := DataKey{new([keySize]byte)}
	copy(k.key[:], plain)
	clear(plain)
	return k, nil
}

// Destroy overwrites the key of a month: every data key wrapped under it, in whatever copy, is lost for good. Destroying what is gone
// is no error. What a process had unwrapped before, it keeps until it wipes it.
func (r *Ring) Destroy(class Class, month Month, now time.Time) error {
	if err := month.Check(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.refresh(); err != nil {
		return err
	}
	if _, ok := r.Months[class][month]; !ok {
		return nil
	}
	return r.change(func() error {
		e, ok := r.Months[class][month]
		if !ok {
			return nil
		}
		if r.Gone == nil {
			r.Gone = map[Class]map[Month][]goneEntry{}
		}
		if r.Gone[class] == nil {
			r.Gone[class] = map[Month][]goneEntry{}
		}
		r.Gone[class][month] = append(r.Gone[class][month], goneEntry{e.ID, now.UTC()})
		delete(r.Months[class], month)
		clear(e.Key)
		return nil
	})
}
