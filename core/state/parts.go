package state

import (
	"encoding/json"
	"errors"
	"time"
)

// PutPart stores a sealed part of a request under its name, replacing an earlier one.
func (tx *Tx) PutPart(request, name string, sealed []byte, now time.Time) error {
	return tx.do("store "+name+" of request "+request, `INSERT INTO request_part (request, name, sealed, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (request, name) DO UPDATE SET sealed = excluded.sealed, at = excluded.at`, request, name, sealed, stamp(now))
}

// Part reads a sealed part, or [ErrNotFound].
func (tx *Tx) Part(request, name string) ([]byte, error) {
	return get(tx, name+" of request "+request, scalar[[]byte], `SELECT sealed FROM request_part WHERE request = ? AND name = ?`, request, name)
}

// Parts lists the names of a request's sealed parts.
func (tx *Tx) Parts(request string) ([]string, error) {
	return all(tx, "parts of request "+request, scalar[string], `SELECT name FROM request_part WHERE request = ? ORDER BY name`, request)
}

// PartOwners lists the requests that have a sealed part of that name.
func (tx *Tx) PartOwners(name string) ([]string, error) {
	return all(tx, "parts "+name, scalar[string], `SELECT request FROM request_part WHERE name = ? ORDER BY request`, name)
}

// DeletePart removes a sealed part; one that is not there is no error.
func (tx *Tx) DeletePart(request, name string) error {
	return tx.do("delete "+name+" of request "+request, `DELETE FROM request_part WHERE request = ? AND name = ?`, request, name)
}

// PutFact stores a plain fact of the register (archive, restriction, fee …) as JSON, replacing an earlier one. No personal data.
func (tx *Tx) PutFact(request, name string, value any, now time.Time) error {
	return tx.do("note "+name+" of request "+request, `INSERT INTO request_fact (request, name, value, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (request, name) DO UPDATE SET value = excluded.value, at = excluded.at`, request, name, js{value}, stamp(now))
}

// Fact reads a fact into value; ok is false where there is none.
func (tx *Tx) Fact(request, name string, value any) (ok bool, err error) {
	text, err := get(tx, name+" of request "+request, scalar[string], `SELECT value FROM request_fact WHERE request = ? AND name = ?`, request, name)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, json.Unmarshal([]byte(text), value)
}

// FactsOf lists the requests that have a fact in which a member of the JSON value equals something.
func (tx *Tx) FactsOf(name, member, value string) ([]string, error) {
	return all(tx, name+" of "+value, scalar[string], `SELECT request FROM request_fact WHERE name = ? AND json_extract(value, '$.' || ?) = ? ORDER BY request`, name, member, value)
}

// PutSetting stores a fact about this state itself.
func (tx *Tx) PutSetting(name, value string) error {
	return tx.do("set "+name, `INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
}

// Setting reads one; "" where there is none.
func (tx *Tx) Setting(name string) (string, error) {
	v, err := get(tx, name, scalar[string], `SELECT value FROM setting WHERE name = ?`, name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	return v, err
}
