package state

import (
	"fmt"
	"time"
)

// Batch is several requests that are carried out together, from the moment it begins.
type Batch struct {
	ID      string
	DEK     []byte // wrapped; nil once it has ended
	Month   string // under whose key
	EndedAt time.Time
}

// BatchMember is one request of a batch.
type BatchMember struct {
	N       int // the person of its counts
	Request string
	Plan    int64 // its own
}

// AddBatch enters a batch with its members, in their order from 0.
func (tx *Tx) AddBatch(b Batch, members []BatchMember, now time.Time) error {
	what := "begin batch " + b.ID
	if err := tx.do(what, `INSERT INTO batch (id, dek, month, created_at) VALUES (?, ?, ?, ?)`, b.ID, b.DEK, b.Month, stamp(now)); err != nil {
		return err
	}
	for _, m := range members {
		if err := tx.do(what, `INSERT INTO batch_member (batch, n, request, plan) VALUES (?, ?, ?, ?)`, b.ID, m.N, m.Request, m.Plan); err != nil {
			return err
		}
	}
	return nil
}

// Batch reads one that has begun, or [ErrNotFound].
func (tx *Tx) Batch(id string) (Batch, error) {
	return get(tx, "batch "+id, func(s scanner) (b Batch, err error) { return b, s.Scan(&b.ID, &b.DEK, &b.Month, stampInto{&b.EndedAt}) },
		`SELECT id, dek, month, ended_at FROM batch WHERE id = ?`, id)
}

func scanMember(s scanner) (m BatchMember, err error) { return m, s.Scan(&m.N, &m.Request, &m.Plan) }

// BatchMembers lists who is carried out with a batch, by n.
func (tx *Tx) BatchMembers(batch string) ([]BatchMember, error) {
	return all(tx, "members of batch "+batch, scanMember, `SELECT n, request, plan FROM batch_member WHERE batch = ? ORDER BY n`, batch)
}

// MemberOfPlan is the member whose own plan that is, or [ErrNotFound].
func (tx *Tx) MemberOfPlan(plan int64) (BatchMember, error) {
	return get(tx, fmt.Sprintf("member of plan %d", plan), scanMember, `SELECT n, request, plan FROM batch_member WHERE plan = ?`, plan)
}

// ApartSteps lists the steps by which members of a batch are worked by themselves.
func (tx *Tx) ApartSteps(batch string) ([]Step, error) {
	return all(tx, "steps of batch "+batch, scanStep, `SELECT `+stepColumns+` FROM step WHERE batch = '' AND request IN (SELECT request FROM batch_member WHERE batch = ?1) ORDER BY id`, batch)
}

// BatchFrames lists what a batch has captured in a system, in order; an empty edge means all.
func (tx *Tx) BatchFrames(batch, system, edge string) ([]Frame, error) {
	return all(tx, "captured keys of batch "+batch, scanFrame,
		`SELECT edge, seq, sealed FROM batch_frame WHERE batch = ?1 AND system = ?2 AND (?3 = '' OR edge = ?3) ORDER BY edge, seq`, batch, system, edge)
}

// EndBatch forgets the captured keys of a batch and its own key. Repeating it keeps the first instant.
func (tx *Tx) EndBatch(id string, now time.Time) error {
	if err := tx.do("forget captured keys of batch "+id, `DELETE FROM batch_frame WHERE batch = ?`, id); err != nil {
		return err
	}
	return tx.one("end batch "+id, `UPDATE batch SET dek = NULL, ended_at = CASE ended_at WHEN '' THEN ? ELSE ended_at END WHERE id = ?`, stamp(now), id)
}
