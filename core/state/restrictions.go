package state

import (
	"fmt"
	"time"
)

// Held says what a restriction holds in one collection, and how.
type Held struct {
	Request    string
	System     string
	Collection string
	Method     string
	Count      int64
	Since      time.Time
	LiftedAt   time.Time
	Sealed     []byte // keys of the held rows
}

const heldColumns = `request, system, collection, method, count, since, lifted_at, sealed`

func scanHeld(s scanner) (Held, error) {
	var h Held
	return h, s.Scan(&h.Request, &h.System, &h.Collection, &h.Method, &h.Count, stampInto{&h.Since}, stampInto{&h.LiftedAt}, &h.Sealed)
}

// PutHeld stores what a restriction holds, replacing the earlier record of that collection; since stays the first.
func (tx *Tx) PutHeld(h Held) error {
	return tx.do("restriction "+h.Request, `INSERT INTO held (`+heldColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (request, system, collection)
		DO UPDATE SET method = excluded.method, count = excluded.count, lifted_at = excluded.lifted_at, sealed = excluded.sealed`,
		h.Request, h.System, h.Collection, h.Method, h.Count, stamp(h.Since), stamp(h.LiftedAt), h.Sealed)
}

// HeldBy lists what a restriction holds, what it held included.
func (tx *Tx) HeldBy(request string) ([]Held, error) {
	return all(tx, "restriction "+request, scanHeld, `SELECT `+heldColumns+` FROM held WHERE request = ? ORDER BY system, collection`, request)
}

// HeldNow lists what any restriction holds now.
func (tx *Tx) HeldNow() ([]Held, error) {
	return all(tx, "restrictions", scanHeld, `SELECT `+heldColumns+` FROM held WHERE lifted_at = '' ORDER BY request, system, collection`)
}

// HeldIn lists what restrictions hold, or held, in one collection.
func (tx *Tx) HeldIn(system, collection string) ([]Held, error) {
	return all(tx, "restrictions", scanHeld, `SELECT `+heldColumns+` FROM held WHERE system = ? AND collection = ? ORDER BY request`, system, collection)
}

// EndHeld ends a restriction in one system, or ("") everywhere. What has ended before stays as it is.
func (tx *Tx) EndHeld(request, system string, now time.Time) error {
	return tx.do("restriction "+request, `UPDATE held SET lifted_at = ?1 WHERE request = ?2 AND (?3 = '' OR system = ?3) AND lifted_at = ''`, stamp(now), request, system)
}

// Permit is a use of restricted data that art. 18(2) allows, for a time.
type Permit struct {
	ID        int64
	Request   string // the restriction
	Basis     string
	Law       string
	Account   string
	Until     string // date, the last day
	By        string
	At        time.Time
	RevokedAt time.Time
}

// AddPermit records one; the same again is the same.
func (tx *Tx) AddPermit(p Permit) (int64, error) {
	what := "permit for " + p.Request
	if err := tx.do(what, `INSERT INTO permit (request, basis, law, account, until, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		p.Request, p.Basis, p.Law, p.Account, p.Until, p.By, stamp(p.At)); err != nil {
		return 0, err
	}
	return get(tx, what, scalar[int64], `SELECT id FROM permit WHERE request = ? AND basis = ? AND law = ? AND account = ? AND until = ?`, p.Request, p.Basis, p.Law, p.Account, p.Until)
}

// RevokePermit ends one early.
func (tx *Tx) RevokePermit(id int64, now time.Time) error {
	return tx.one(fmt.Sprintf("permit %d", id), `UPDATE permit SET revoked_at = CASE revoked_at WHEN '' THEN ? ELSE revoked_at END WHERE id = ?`, stamp(now), id)
}

// Permits lists those of a restriction, revoked and lapsed ones included.
func (tx *Tx) Permits(request string) ([]Permit, error) {
	return all(tx, "permits of "+request, func(s scanner) (p Permit, err error) {
		return p, s.Scan(&p.ID, &p.Request, &p.Basis, &p.Law, &p.Account, &p.Until, &p.By, stampInto{&p.At}, stampInto{&p.RevokedAt})
	}, `SELECT id, request, basis, law, account, until, actor, at, revoked_at FROM permit WHERE request = ? ORDER BY id`, request)
}

// PermitUse is one use made under a permit.
type PermitUse struct {
	Permit int64
	At     time.Time
	By     string
	What   string
}

// AddPermitUse records a use; the same again is the same.
func (tx *Tx) AddPermitUse(u PermitUse) error {
	return tx.do("use of a permit", `INSERT INTO permit_use (permit, at, actor, what) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`, u.Permit, stamp(u.At), u.By, u.What)
}

// PermitUses lists the uses made of a restriction's permits.
func (tx *Tx) PermitUses(request string) ([]PermitUse, error) {
	return all(tx, "uses of permits of "+request, func(s scanner) (u PermitUse, err error) {
		return u, s.Scan(&u.Permit, stampInto{&u.At}, &u.By, &u.What)
	},
		`SELECT u.permit, u.at, u.actor, u.what FROM permit_use u JOIN permit p ON p.id = u.permit WHERE p.request = ? ORDER BY u.at, u.id`, request)
}
