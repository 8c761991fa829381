package state

import (
	"errors"
	"strings"
	"time"
)

// NoContact is a do-not-contact entry: a purpose, a mark of a contact point, since when.
type NoContact struct {
	Purpose string
	Mark    Mark
	Since   time.Time
	Request string
}

// AddNoContact stores one; the same purpose and mark again keeps the first.
func (tx *Tx) AddNoContact(n NoContact) error {
	return tx.do("do-not-contact entry", `INSERT INTO no_contact (purpose, kind, normaliser, key_id, mark, since, request) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		n.Purpose, n.Mark.Kind, n.Mark.Normaliser, n.Mark.KeyID, n.Mark.Sum, stamp(n.Since), n.Request)
}

// NoContactSince says since when a mark must not be contacted for a purpose; ok is false where it may.
func (tx *Tx) NoContactSince(purpose, kind string, sum []byte) (since time.Time, ok bool, err error) {
	_, err = get(tx, "do-not-contact entry", func(s scanner) (bool, error) { return true, s.Scan(stampInto{&since}) },
		`SELECT since FROM no_contact WHERE purpose = ? AND kind = ? AND mark = ?`, purpose, kind, sum)
	if errors.Is(err, ErrNotFound) {
		return since, false, nil
	}
	return since, err == nil, err
}

// NoContacts lists the purposes for which a mark must not be contacted, of any of the sums.
func (tx *Tx) NoContacts(kind string, sums [][]byte) ([]NoContact, error) {
	args := []any{kind}
	for _, s := range sums {
		args = append(args, s)
	}
	return all(tx, "do-not-contact entries", func(s scanner) (n NoContact, err error) {
		return n, s.Scan(&n.Purpose, &n.Mark.Kind, &n.Mark.Normaliser, &n.Mark.KeyID, &n.Mark.Sum, stampInto{&n.Since}, &n.Request)
	}, `SELECT purpose, kind, normaliser, key_id, mark, since, request FROM no_contact WHERE kind = ? AND mark IN (NULL`+strings.Repeat(", ?", len(sums))+`) ORDER BY purpose, since`, args...)
}

// DeleteNoContact removes an entry, for the person consented again or the controller markets no more.
func (tx *Tx) DeleteNoContact(purpose, kind string, sum []byte) error {
	return tx.do("do-not-contact entry", `DELETE FROM no_contact WHERE purpose = ? AND kind = ? AND mark = ?`, purpose, kind, sum)
}

// DeleteNoContactsOf removes the entries a request made, for it was cancelled.
func (tx *Tx) DeleteNoContactsOf(request string) error {
	return tx.do("do-not-contact entries of "+request, `DELETE FROM no_contact WHERE request = ?`, request)
}
