package state

import (
	"encoding/json"
	"time"
)

// Event is something that happened to a request. Events are appended, never changed.
type Event struct {
	ID      int64
	Request string
	Type    string
	At      time.Time // when it happened
	NotedAt time.Time // when it was written down
	Actor   string
	Ref     string          // tells two events of one type and instant apart
	Detail  json.RawMessage // no personal data
	Sealed  []byte          // wording, where it may hold personal data
}

// AddEvent appends an event. One of the same request, type, instant and ref is there already: nothing changes, added is false.
func (tx *Tx) AddEvent(e Event) (added bool, err error) {
	n, err := tx.exec(`INSERT INTO request_event (request, type, at, noted_at, actor, ref, detail, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (request, type, at, ref) DO NOTHING`, e.Request, e.Type, stamp(e.At), stamp(e.NotedAt), e.Actor, e.Ref, js{e.Detail}, e.Sealed)
	return n > 0, err
}

// Events lists a request's events, in the order they happened.
func (tx *Tx) Events(request string) ([]Event, error) {
	return all(tx, "events of request "+request, scanEvent, eventQuery+` WHERE request = ? ORDER BY at, id`, request)
}

// EventsAfter lists events of all requests written down after that id, in the order they were: for whoever watches.
func (tx *Tx) EventsAfter(id int64, limit int) ([]Event, error) {
	return all(tx, "events", scanEvent, eventQuery+` WHERE id > ? ORDER BY id LIMIT ?`, id, limit)
}

const eventQuery = `SELECT id, request, type, at, noted_at, actor, ref, detail, sealed FROM request_event`

func scanEvent(s scanner) (Event, error) {
	var e Event
	err := s.Scan(&e.ID, &e.Request, &e.Type, stampInto{&e.At}, stampInto{&e.NotedAt}, &e.Actor, &e.Ref, jsInto{&e.Detail}, &e.Sealed)
	return e, err
}
