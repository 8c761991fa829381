package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// StepState is how far a step has come.
type StepState string

// The states of a step. Claimed, prepared and committed belong to a worker's handshake with a store; verified waits for its settle
// check; settled and done are ends; attention waits for a person.
const (
	StepReady     StepState = "ready"
	StepClaimed   StepState = "claimed"
	StepPrepared  StepState = "prepared"
	StepCommitted StepState = "committed"
	StepVerified  StepState = "verified"
	StepSettled   StepState = "settled"
	StepWaiting   StepState = "waiting"
	StepAttention StepState = "attention"
	StepDone      StepState = "done"
)

// Step is one durable piece of work: of one request or batch, one phase, one system. A step of all members of a batch names the
// batch alone; what is one member's own part of it names both.
type Step struct {
	ID         int64
	Request    string
	Batch      string
	Plan       int64
	Phase      string
	System     string
	Part       string // tells slices apart
	Ord        int
	State      StepState
	Fence      int64 // of the claim this value came from
	LeaseOwner string
	LeaseUntil time.Time
	Attempts   int
	NotBefore  time.Time
	WaitsFor   string          // a waiting code
	Detail     json.RawMessage // no personal data
	CreatedAt,
	UpdatedAt time.Time
}

// Shared says whether the step is of several requests together.
func (s Step) Shared() bool { return s.Request == "" }

// Owner is the request the step is of, or the batch.
func (s Step) Owner() string {
	if s.Shared() {
		return s.Batch
	}
	return s.Request
}

const stepColumns = `id, request, batch, plan, phase, system, part, ord, state, fence, lease_owner, lease_until, attempts, not_before, waits_for, detail, created_at, updated_at`

func scanStep(s scanner) (Step, error) {
	var p Step
	err := s.Scan(&p.ID, &p.Request, &p.Batch, &p.Plan, &p.Phase, &p.System, &p.Part, &p.Ord, &p.State, &p.Fence, &p.LeaseOwner, stampInto{&p.LeaseUntil},
		&p.Attempts, stampInto{&p.NotBefore}, &p.WaitsFor, jsInto{&p.Detail}, stampInto{&p.CreatedAt}, stampInto{&p.UpdatedAt})
	return p, err
}

// AddStep stores a step. The same request, batch, plan, phase, system and part is the same step: it is returned as it stands.
func (tx *Tx) AddStep(s Step, now time.Time) (Step, error) {
	what := "add step " + s.Phase + " of " + s.Request + s.Batch
	if s.State == "" {
		s.State = StepReady
	}
	if err := tx.do(what, `INSERT INTO step (request, batch, plan, phase, system, part, ord, state, not_before, waits_for, detail, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, s.Request, s.Batch, s.Plan, s.Phase, s.System, s.Part, s.Ord, string(s.State),
		stamp(s.NotBefore), s.WaitsFor, js{s.Detail}, stamp(now), stamp(now)); err != nil {
		return s, err
	}
	return get(tx, what, scanStep, `SELECT `+stepColumns+` FROM step WHERE request = ? AND batch = ? AND plan = ? AND phase = ? AND system = ? AND part = ?`,
		s.Request, s.Batch, s.Plan, s.Phase, s.System, s.Part)
}

// NeedStep lets step run only after another is verified, settled or done. Repeating it changes nothing.
func (tx *Tx) NeedStep(step, needs int64) error {
	return tx.do("order steps", `INSERT INTO step_need (step, needs) VALUES (?, ?) ON CONFLICT DO NOTHING`, step, needs)
}

// Step reads one.
func (tx *Tx) Step(id int64) (Step, error) {
	return get(tx, fmt.Sprintf("step %d", id), scanStep, `SELECT `+stepColumns+` FROM step WHERE id = ?`, id)
}

// Steps lists a request's steps, those it shares with its batch included, in the order of work.
func (tx *Tx) Steps(request string) ([]Step, error) {
	return all(tx, "steps of request "+request, scanStep, `SELECT `+stepColumns+` FROM step WHERE `+with+` ORDER BY plan, ord, id`, request)
}

// with are the steps of a request (?1), and those it shares with its batch.
const with = `(request = ?1 OR request = '' AND batch <> '' AND batch = (SELECT batch FROM request WHERE id = ?1))`

// within are all steps of a batch (?1) and of its members.
const within = `(request = '' AND batch = ?1 OR request IN (SELECT request FROM batch_member WHERE batch = ?1))`

// BatchSteps lists the steps of a batch and of all its members in the order of work.
func (tx *Tx) BatchSteps(batch string) ([]Step, error) {
	return all(tx, "steps of batch "+batch, scanStep, `SELECT `+stepColumns+` FROM step WHERE `+within+` ORDER BY plan, ord, id`, batch)
}

// SharedSteps lists the steps that all members of a batch have in common.
func (tx *Tx) SharedSteps(batch string) ([]Step, error) {
	return all(tx, "steps of batch "+batch, scanStep, `SELECT `+stepColumns+` FROM step WHERE request = '' AND batch = ?1 ORDER BY plan, ord, id`, batch)
}

// PlanSteps lists a plan's steps in the order of work.
func (tx *Tx) PlanSteps(plan int64) ([]Step, error) {
	return all(tx, fmt.Sprintf("steps of plan %d", plan), scanStep, `SELECT `+stepColumns+` FROM step WHERE plan = ? ORDER BY ord, id`, plan)
}

// A step is due when nobody holds its lease, everything it needs is verified, and either it is in the middle of its work and its time has
// come, or it sleeps (waiting, verified) and a time to wake was set and has come.
const due = `lease_until <= ?2 AND not_before <= ?2 AND (state IN ('ready','claimed','prepared','committed') OR state IN ('waiting','verified') AND not_before <> '')
	AND NOT EXISTS (SELECT 1 FROM step_need n JOIN step o ON o.id = n.needs WHERE n.step = step.id AND o.state NOT IN ('verified','settled','done'))`

// DueSteps lists the steps a worker may claim now, in the order of work.
func (tx *Tx) DueSteps(now time.Time, limit int) ([]Step, error) {
	return all(tx, "due steps", scanStep, `SELECT `+stepColumns+` FROM step WHERE `+due+` ORDER BY not_before, plan, ord, id LIMIT ?1`, limit, stamp(now))
}

// DueStepsOf is [Tx.DueSteps] of one request, those it shares with its batch included.
func (tx *Tx) DueStepsOf(request string, now time.Time) ([]Step, error) {
	return all(tx, "due steps of request "+request, scanStep, `SELECT `+stepColumns+` FROM step WHERE `+with+` AND `+due+` ORDER BY not_before, plan, ord, id`, request, stamp(now))
}

// DueStepsOfBatch is [Tx.DueSteps] of a batch and of its members.
func (tx *Tx) DueStepsOfBatch(batch string, now time.Time) ([]Step, error) {
	return all(tx, "due steps of batch "+batch, scanStep, `SELECT `+stepColumns+` FROM step WHERE `+within+` AND `+due+` ORDER BY not_before, plan, ord, id`, batch, stamp(now))
}

// DueAlike lists at most so many steps of one phase that members of a batch have for themselves, and that may be claimed now.
func (tx *Tx) DueAlike(like Step, limit int, now time.Time) ([]Step, error) {
	return all(tx, "due steps of batch "+like.Batch, scanStep, `SELECT `+stepColumns+` FROM step WHERE batch = ?1 AND phase = ?3 AND request IN (SELECT request FROM batch_member WHERE batch = ?1)
		AND `+due+` ORDER BY plan LIMIT ?4`, like.Batch, stamp(now), like.Phase, limit)
}

// LeasedUntil is the earliest instant at which a step of the request that somebody is in the middle of may be taken over; zero where
// nobody is.
func (tx *Tx) LeasedUntil(request string, now time.Time) (time.Time, error) {
	return tx.leasedUntil("request "+request, with, request, now)
}

// BatchLeasedUntil is [Tx.LeasedUntil] of a batch and of its members.
func (tx *Tx) BatchLeasedUntil(batch string, now time.Time) (time.Time, error) {
	return tx.leasedUntil("batch "+batch, within, batch, now)
}

func (tx *Tx) leasedUntil(what, of, id string, now time.Time) (time.Time, error) {
	var t time.Time
	_, err := get(tx, "leases of "+what, func(s scanner) (bool, error) { return true, s.Scan(stampInto{&t}) },
		`SELECT coalesce(min(lease_until), '') FROM step WHERE `+of+` AND lease_until > ?2 AND state IN ('claimed','prepared','committed')`, id, stamp(now))
	return t, err
}

// NextDue is the earliest instant at which a sleeping or leased step may become due; zero if none does by time alone.
func (tx *Tx) NextDue() (time.Time, error) {
	var t time.Time
	_, err := get(tx, "next due step", func(s scanner) (bool, error) { return true, s.Scan(stampInto{&t}) },
		`SELECT coalesce(min(max(not_before, lease_until)), '') FROM step WHERE state IN ('ready','claimed','prepared','committed') OR state IN ('waiting','verified') AND not_before <> ''`)
	return t, err
}

// ClaimStep takes a due step over for lease: its fence goes up, so that whoever held it before can write no more. A ready or waiting
// step becomes claimed; one found in the middle keeps its state, which tells the new worker how far the old one came. ok is
// false where it is not due, or somebody holds it.
func (tx *Tx) ClaimStep(id int64, owner string, lease time.Duration, now time.Time) (s Step, ok bool, err error) {
	if owner == "" || lease <= 0 {
		return s, false, errors.New("claim a step: an owner and a lease are needed")
	}
	s, err = get(tx, fmt.Sprintf("claim step %d", id), scanStep, `UPDATE step SET fence = fence + 1, lease_owner = ?3, lease_until = ?4, updated_at = ?2,
		state = CASE WHEN state IN ('ready','waiting') THEN 'claimed' ELSE state END WHERE id = ?1 AND `+due+` RETURNING `+stepColumns,
		id, stamp(now), owner, stamp(now.Add(lease)))
	if errors.Is(err, ErrNotFound) {
		return s, false, nil
	}
	return s, err == nil, err
}

// HoldStep is ErrFenced unless s still has the step. Call it first in every transaction that writes on the step's behalf.
func (tx *Tx) HoldStep(s Step) error {
	n, err := get(tx, fmt.Sprintf("step %d", s.ID), scalar[int], `SELECT count(*) FROM step WHERE id = ? AND fence = ?`, s.ID, s.Fence)
	return fenced(s, int64(n), err)
}

// RenewLease prolongs the lease.
func (tx *Tx) RenewLease(s Step, lease time.Duration, now time.Time) error {
	n, err := tx.exec(`UPDATE step SET lease_until = ? WHERE id = ? AND fence = ? AND lease_owner = ?`, stamp(now.Add(lease)), s.ID, s.Fence, s.LeaseOwner)
	return fenced(s, n, err)
}

// SaveStep stores state, attempts, not_before, waits_for and detail under s's fence, and keeps the lease.
func (tx *Tx) SaveStep(s Step, now time.Time) error {
	return tx.saveStep(s, now, "lease_owner = lease_owner")
}

// YieldStep is [Tx.SaveStep] and gives the lease back.
func (tx *Tx) YieldStep(s Step, now time.Time) error {
	return tx.saveStep(s, now, "lease_owner = '', lease_until = ''")
}

func (tx *Tx) saveStep(s Step, now time.Time, lease string) error {
	n, err := tx.exec(`UPDATE step SET state = ?, attempts = ?, not_before = ?, waits_for = ?, detail = ?, updated_at = ?, `+lease+` WHERE id = ? AND fence = ?`,
		string(s.State), s.Attempts, stamp(s.NotBefore), s.WaitsFor, js{s.Detail}, stamp(now), s.ID, s.Fence)
	return fenced(s, n, err)
}

func fenced(s Step, n int64, err error) error {
	if err != nil {
		return fmt.Errorf("step %d: %w", s.ID, err)
	}
	if n == 0 {
		return fmt.Errorf("step %d: %w", s.ID, ErrFenced)
	}
	return nil
}

// WakeStep makes a step that waits or needs attention ready again, from outside: a task was answered, a person resumed it. What
// somebody holds, is in the middle of its work or has ended stays as it is; woken is false.
func (tx *Tx) WakeStep(id int64, now time.Time) (woken bool, err error) {
	n, err := tx.exec(`UPDATE step SET state = 'ready', fence = fence + 1, not_before = '', waits_for = '', attempts = 0, updated_at = ?1
		WHERE id = ?2 AND state IN ('waiting','attention') AND lease_until <= ?1`, stamp(now), id)
	return n > 0, err
}

// EndStep ends a step from outside, for a person answered for it or the request was cancelled: its fence goes up, so that no worker writes on.
func (tx *Tx) EndStep(id int64, detail json.RawMessage, now time.Time) error {
	return tx.one(fmt.Sprintf("end step %d", id), `UPDATE step SET state = 'done', fence = fence + 1, lease_owner = '', lease_until = '', not_before = '', waits_for = '',
		detail = ?, updated_at = ? WHERE id = ?`, js{detail}, stamp(now), id)
}

// Inherit lets every step that needs one step need another one too.
func (tx *Tx) Inherit(from, to int64) error {
	return tx.do("order steps", `INSERT INTO step_need (step, needs) SELECT step, ?2 FROM step_need WHERE needs = ?1 AND step <> ?2 AND step NOT IN (SELECT id FROM step WHERE phase = 'settle')
		ON CONFLICT DO NOTHING`, from, to)
}
