package state

import (
	"strings"
	"time"
)

// The states of a tombstone.
const (
	TombIntended = "intended" // written before the first destructive call; answers nothing
	TombVerified = "verified"
	TombVoid     = "void"     // nothing was erased after all
	TombReleased = "released" // the person came back; the erasure stays proven, it binds no longer
)

// Tombstone is what is kept of an erasure; the fields and their meaning are those of core/tombstone.
type Tombstone struct {
	ID      string // random
	State   string
	Request string
	Right   string
	Ground  string
	Purposes,
	Systems,
	Categories []string
	ErasedOn       string // date
	Kept           bool
	KeptUntil      string
	ReeraseUntil   string
	ReeraseBecause string
	ProofUntil     string
	ProofBecause   string
	Basis          string
	ToldIn         string
	Journal        int64 // index of its leaf, -1 none
	DEK            []byte
	Month          string
	CreatedAt,
	VerifiedAt,
	EndedAt time.Time
	Marks []Mark  // written by [Tx.AddTombstone], read by [Tx.TombstoneMarks]
	Plain []Plain // the same, by [Tx.TombstonePlain]
}

// Plain is an opted-in field of the Code's catalogue, sealed.
type Plain struct {
	Field, Reason string
	Sealed        []byte
}

const tombColumns = `id, state, request, right_, ground, purposes, systems, categories, erased_on, kept, kept_until, reerase_until, reerase_because, proof_until, proof_because,
	basis, told_in, journal, dek, month, created_at, verified_at, ended_at`

func scanTomb(s scanner) (Tombstone, error) {
	var t Tombstone
	err := s.Scan(&t.ID, &t.State, &t.Request, &t.Right, &t.Ground, jsInto{&t.Purposes}, jsInto{&t.Systems}, jsInto{&t.Categories}, &t.ErasedOn, &t.Kept, &t.KeptUntil,
		&t.ReeraseUntil, &t.ReeraseBecause, &t.ProofUntil, &t.ProofBecause, &t.Basis, &t.ToldIn, &t.Journal, &t.DEK, &t.Month, stampInto{&t.CreatedAt},
		stampInto{&t.VerifiedAt}, stampInto{&t.EndedAt})
	return t, err
}

// AddTombstone stores one with its marks and plain fields; there is one for each request, and a second is the first: it is returned as it
// stands, added is false.
func (tx *Tx) AddTombstone(t Tombstone) (stored Tombstone, added bool, err error) {
	what := "tombstone of " + t.Request
	n, err := tx.exec(`INSERT INTO tombstone (`+tombColumns+`) VALUES (?`+strings.Repeat(", ?", 22)+`) ON CONFLICT (request) DO NOTHING`,
		t.ID, t.State, t.Request, t.Right, t.Ground, js{t.Purposes}, js{t.Systems}, js{t.Categories}, t.ErasedOn, t.Kept, t.KeptUntil, t.ReeraseUntil, t.ReeraseBecause,
		t.ProofUntil, t.ProofBecause, t.Basis, t.ToldIn, t.Journal, t.DEK, t.Month, stamp(t.CreatedAt), stamp(t.VerifiedAt), stamp(t.EndedAt))
	if err != nil {
		return t, false, err
	}
	if n == 0 {
		stored, err = tx.TombstoneOf(t.Request)
		return stored, false, err
	}
	for _, p := range t.Plain {
		if err := tx.do(what, `INSERT INTO tombstone_plain (tombstone, field, reason, sealed) VALUES (?, ?, ?, ?)`, t.ID, p.Field, p.Reason, p.Sealed); err != nil {
			return t, false, err
		}
	}
	return t, true, tx.MarkTombstone(t.ID, t.Marks)
}

// MarkTombstone adds marks, of root rows found while the work went on. Repeating it changes nothing.
func (tx *Tx) MarkTombstone(id string, marks []Mark) error {
	for _, m := range marks {
		if err := tx.do("mark tombstone", `INSERT INTO tombstone_mark (tombstone, kind, normaliser, key_id, mark) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			id, m.Kind, m.Normaliser, m.KeyID, m.Sum); err != nil {
			return err
		}
	}
	return nil
}

// SaveTombstone stores everything of t that may change; read it in the same transaction.
func (tx *Tx) SaveTombstone(t Tombstone) error {
	return tx.one("save tombstone of "+t.Request, `UPDATE tombstone SET state = ?, purposes = ?, systems = ?, categories = ?, erased_on = ?, kept = ?, kept_until = ?,
		reerase_until = ?, reerase_because = ?, proof_until = ?, proof_because = ?, told_in = ?, journal = ?, dek = ?, month = ?, verified_at = ?, ended_at = ? WHERE id = ?`,
		t.State, js{t.Purposes}, js{t.Systems}, js{t.Categories}, t.ErasedOn, t.Kept, t.KeptUntil, t.ReeraseUntil, t.ReeraseBecause, t.ProofUntil, t.ProofBecause,
		t.ToldIn, t.Journal, t.DEK, t.Month, stamp(t.VerifiedAt), stamp(t.EndedAt), t.ID)
}

// Tombstone reads one.
func (tx *Tx) Tombstone(id string) (Tombstone, error) {
	return get(tx, "tombstone "+id, scanTomb, `SELECT `+tombColumns+` FROM tombstone WHERE id = ?`, id)
}

// TombstoneOf reads the one of a request, or [ErrNotFound].
func (tx *Tx) TombstoneOf(request string) (Tombstone, error) {
	return get(tx, "tombstone of "+request, scanTomb, `SELECT `+tombColumns+` FROM tombstone WHERE request = ?`, request)
}

// Tombstones lists those of a state, all of them for "", by creation.
func (tx *Tx) Tombstones(state string) ([]Tombstone, error) {
	return all(tx, "tombstones", scanTomb, `SELECT `+tombColumns+` FROM tombstone WHERE ?1 = '' OR state = ?1 ORDER BY created_at, id`, state)
}

// TombstonesVerifiedAfter lists what a backup taken at t does not know yet, oldest first.
func (tx *Tx) TombstonesVerifiedAfter(t time.Time) ([]Tombstone, error) {
	return all(tx, "tombstones", scanTomb, `SELECT `+tombColumns+` FROM tombstone WHERE state = 'verified' AND verified_at > ? ORDER BY verified_at, id`, stamp(t))
}

// TombstonesByMark lists the tombstones that carry one of the marks, whatever their state.
func (tx *Tx) TombstonesByMark(kind string, sums [][]byte) ([]Tombstone, error) {
	args := []any{kind}
	for _, m := range sums {
		args = append(args, m)
	}
	return all(tx, "tombstones", scanTomb, `SELECT `+tombColumns+` FROM tombstone WHERE id IN (SELECT tombstone FROM tombstone_mark WHERE kind = ? AND mark IN (NULL`+
		strings.Repeat(", ?", len(sums))+`)) ORDER BY created_at, id`, args...)
}

// TombstoneMarks reads the marks of one.
func (tx *Tx) TombstoneMarks(id string) ([]Mark, error) {
	return all(tx, "marks of tombstone "+id, scanMark, `SELECT kind, normaliser, key_id, mark FROM tombstone_mark WHERE tombstone = ? ORDER BY kind, mark`, id)
}

// MarkForm is a way in which marks of a kind were taken.
type MarkForm struct{ Normaliser, KeyID string }

// TombstoneMarkForms lists the ways in which the ledger's marks of a kind were taken: a value is looked up in each.
func (tx *Tx) TombstoneMarkForms(kind string) ([]MarkForm, error) {
	return all(tx, "tombstones", func(s scanner) (f MarkForm, err error) { return f, s.Scan(&f.Normaliser, &f.KeyID) },
		`SELECT DISTINCT normaliser, key_id FROM tombstone_mark WHERE kind = ? ORDER BY 1, 2`, kind)
}

// UnmarkTombstone removes the marks and plain fields of one, for nothing was erased under it.
func (tx *Tx) UnmarkTombstone(id string) error {
	for _, q := range []string{`DELETE FROM tombstone_mark WHERE tombstone = ?`, `DELETE FROM tombstone_plain WHERE tombstone = ?`,
		`UPDATE tombstone SET dek = NULL WHERE id = ?`} {
		if err := tx.do("tombstone", q, id); err != nil {
			return err
		}
	}
	return nil
}

// TombstonesExpired lists those whose two end dates both lie before that date.
func (tx *Tx) TombstonesExpired(date string) ([]Tombstone, error) {
	return all(tx, "tombstones", scanTomb, `SELECT `+tombColumns+` FROM tombstone WHERE reerase_until < ?1 AND proof_until < ?1 AND state <> 'intended' ORDER BY id`, date)
}

// TombstonePlain reads the opted-in fields of one.
func (tx *Tx) TombstonePlain(id string) ([]Plain, error) {
	return all(tx, "tombstone "+id, func(s scanner) (p Plain, err error) { return p, s.Scan(&p.Field, &p.Reason, &p.Sealed) },
		`SELECT field, reason, sealed FROM tombstone_plain WHERE tombstone = ? ORDER BY field`, id)
}

// DeleteTombstone removes one with its marks and plain fields; one that is not there is no error. Use [DB.Truncate] afterwards.
func (tx *Tx) DeleteTombstone(id string) error {
	for _, q := range []string{`DELETE FROM tombstone_mark WHERE tombstone = ?`, `DELETE FROM tombstone_plain WHERE tombstone = ?`, `DELETE FROM tombstone WHERE id = ?`} {
		if err := tx.do("delete tombstone", q, id); err != nil {
			return err
		}
	}
	return nil
}

// TombstoneKeyInUse counts the marks taken with a key. At zero the key can be destroyed.
func (tx *Tx) TombstoneKeyInUse(keyID string) (int, error) {
	return get(tx, "tombstone key "+keyID, scalar[int], `SELECT count(*) FROM tombstone_mark WHERE key_id = ?`, keyID)
}
