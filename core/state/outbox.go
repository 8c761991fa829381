package state

import (
	"encoding/json"
	"fmt"
	"time"
)

// The states of a callback.
const (
	OutQueued    = "queued"
	OutDelivered = "delivered"
	OutFailed    = "failed"
)

// Out is a callback to be delivered: ids and states only.
type Out struct {
	ID          int64
	Type        string
	Request     string
	Target      string
	Payload     json.RawMessage
	Ref         string // tells callbacks of one type, request and target apart
	State       string
	Attempts    int
	NotBefore   time.Time
	CreatedAt   time.Time
	DeliveredAt time.Time
}

const outColumns = `id, type, request, target, payload, ref, state, attempts, not_before, created_at, delivered_at`

func scanOut(s scanner) (Out, error) {
	var o Out
	err := s.Scan(&o.ID, &o.Type, &o.Request, &o.Target, jsInto{&o.Payload}, &o.Ref, &o.State, &o.Attempts, stampInto{&o.NotBefore}, stampInto{&o.CreatedAt}, stampInto{&o.DeliveredAt})
	return o, err
}

// AddOut queues a callback in the transaction of what it tells. The same type, request, target and ref is queued once.
func (tx *Tx) AddOut(o Out, now time.Time) error {
	return tx.do("queue "+o.Type, `INSERT INTO outbox (type, request, target, payload, ref, state, not_before, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		o.Type, o.Request, o.Target, js{o.Payload}, o.Ref, OutQueued, stamp(o.NotBefore), stamp(now))
}

// DueOut lists what is to be delivered now, oldest first.
func (tx *Tx) DueOut(now time.Time, limit int) ([]Out, error) {
	return all(tx, "callbacks", scanOut, `SELECT `+outColumns+` FROM outbox WHERE state = ? AND not_before <= ? ORDER BY id LIMIT ?`, OutQueued, stamp(now), limit)
}

// SaveOut stores state, attempts, not_before and delivered_at.
func (tx *Tx) SaveOut(o Out) error {
	return tx.one(fmt.Sprintf("callback %d", o.ID), `UPDATE outbox SET state = ?, attempts = ?, not_before = ?, delivered_at = ? WHERE id = ?`,
		o.State, o.Attempts, stamp(o.NotBefore), stamp(o.DeliveredAt), o.ID)
}
