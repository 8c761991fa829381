package state

import (
	"fmt"
	"strings"
	"time"
)

// Request is a request's row of the register. Its content is sealed; here stand the facts that hold no personal data.
type Request struct {
	ID     string
	Number string // year/serial, given by [Tx.InsertRequest]
	Right  string
	Ground string
	Controller,
	Role string
	Channel    string
	State      string
	WaitingFor string
	WaitingWhy string // a sentence, no personal data
	Outcome    string
	Attention  []string // codes
	Flags      []string

	ReceivedAt time.Time
	DueStrict  string // dates
	DueCode    string
	MapDigest  string
	AsOf       time.Time
	Batch      string

	Body  []byte // sealed
	MAC   []byte // keyed hash of the content, for idempotency
	Salt  []byte // sealed
	DEK   []byte // wrapped
	Month string // under whose key

	CreatedAt, UpdatedAt time.Time
	CancelAt             time.Time // a running step looks here between slices
	ClosedAt             time.Time
	KeepUntil            string // date; "" not known yet
	Suspended            string // why shredding waits
	ShreddedAt           time.Time
}

const requestColumns = `id, number, right_, ground, controller, role, channel, state, waiting_for, waiting_why, outcome, attention, flags,
	received_at, due_strict, due_code, map_digest, as_of, batch, body_sealed, body_mac, salt_sealed, dek, month,
	created_at, updated_at, cancel_at, closed_at, keep_until, suspended, shredded_at`

func scanRequest(s scanner) (Request, error) {
	var r Request
	err := s.Scan(&r.ID, &r.Number, &r.Right, &r.Ground, &r.Controller, &r.Role, &r.Channel, &r.State, &r.WaitingFor, &r.WaitingWhy, &r.Outcome,
		jsInto{&r.Attention}, jsInto{&r.Flags}, stampInto{&r.ReceivedAt}, &r.DueStrict, &r.DueCode, &r.MapDigest, stampInto{&r.AsOf}, &r.Batch,
		&r.Body, &r.MAC, &r.Salt, &r.DEK, &r.Month, stampInto{&r.CreatedAt}, stampInto{&r.UpdatedAt}, stampInto{&r.CancelAt},
		stampInto{&r.ClosedAt}, &r.KeepUntil, &r.Suspended, stampInto{&r.ShreddedAt})
	return r, err
}

// InsertRequest enters a request in the register and gives it the next number of the year. Another one of that id is [ErrExists];
// compare its MAC to tell a repetition from a conflict.
func (tx *Tx) InsertRequest(r Request, now time.Time) (Request, error) {
	what := "enter request " + r.ID
	n, err := get(tx, what, scalar[int], `SELECT count(*) FROM request WHERE id = ?`, r.ID)
	if err != nil {
		return r, err
	}
	if n > 0 {
		return r, fmt.Errorf("%s: %w", what, ErrExists)
	}
	serial, err := get(tx, what, scalar[int64], `SELECT coalesce(max(serial), 0) + 1 FROM request`)
	if err != nil {
		return r, err
	}
	r.Number, r.CreatedAt, r.UpdatedAt = fmt.Sprintf("%d/%06d", now.Year(), serial), now, now
	err = tx.do(what, `INSERT INTO request (serial, `+requestColumns+`) VALUES (?`+strings.Repeat(", ?", 31)+`)`,
		serial, r.ID, r.Number, r.Right, r.Ground, r.Controller, r.Role, r.Channel, r.State, r.WaitingFor, r.WaitingWhy, r.Outcome, js{r.Attention}, js{r.Flags},
		stamp(r.ReceivedAt), r.DueStrict, r.DueCode, r.MapDigest, stamp(r.AsOf), r.Batch, r.Body, r.MAC, r.Salt, r.DEK, r.Month,
		stamp(r.CreatedAt), stamp(r.UpdatedAt), stamp(r.CancelAt), stamp(r.ClosedAt), r.KeepUntil, r.Suspended, stamp(r.ShreddedAt))
	return r, err
}

// SaveRequest stores everything of r that may change; read it in the same transaction. Number, reception and creation stay.
func (tx *Tx) SaveRequest(r Request, now time.Time) error {
	return tx.one("save request "+r.ID, `UPDATE request SET right_ = ?, ground = ?, controller = ?, role = ?, channel = ?, state = ?, waiting_for = ?, waiting_why = ?,
		outcome = ?, attention = ?, flags = ?, received_at = ?, due_strict = ?, due_code = ?, map_digest = ?, as_of = ?, batch = ?, body_sealed = ?, body_mac = ?,
		salt_sealed = ?, dek = ?, month = ?, updated_at = ?, cancel_at = ?, closed_at = ?, keep_until = ?, suspended = ? WHERE id = ? AND shredded_at = ''`,
		r.Right, r.Ground, r.Controller, r.Role, r.Channel, r.State, r.WaitingFor, r.WaitingWhy, r.Outcome, js{r.Attention}, js{r.Flags}, stamp(r.ReceivedAt),
		r.DueStrict, r.DueCode, r.MapDigest, stamp(r.AsOf), r.Batch, r.Body, r.MAC, r.Salt, r.DEK, r.Month, stamp(now), stamp(r.CancelAt),
		stamp(r.ClosedAt), r.KeepUntil, r.Suspended, r.ID)
}

// Request reads one, or [ErrNotFound].
func (tx *Tx) Request(id string) (Request, error) {
	return get(tx, "request "+id, scanRequest, `SELECT `+requestColumns+` FROM request WHERE id = ?`, id)
}

// RequestFilter narrows a list; zero fields do not.
type RequestFilter struct {
	States    []string
	Right     string
	DueBefore string // date: due strictly before it and not closed
	Attention bool   // only those a person must look at
	Batch     string
	Marks     [][]byte // of one person
	After     string   // id: the page after it, in the list's order
	Limit     int      // 0: all
}

// Requests lists by strict due date, then id.
func (tx *Tx) Requests(f RequestFilter) ([]Request, error) {
	where, args := f.where()
	if f.After != "" {
		where = append(where, `(due_strict, id) > (SELECT due_strict, id FROM request WHERE id = ?)`)
		args = append(args, f.After)
	}
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit
	}
	return all(tx, "list requests", scanRequest, `SELECT `+requestColumns+` FROM request WHERE `+strings.Join(where, " AND ")+
		` ORDER BY due_strict, id LIMIT ?`, append(args, limit)...)
}

// CountRequests counts what [Tx.Requests] would list without Limit and After, by state.
func (tx *Tx) CountRequests(f RequestFilter) (map[string]int, error) {
	where, args := f.where()
	type count struct {
		state string
		n     int
	}
	rows, err := all(tx, "count requests", func(s scanner) (c count, err error) { return c, s.Scan(&c.state, &c.n) },
		`SELECT state, count(*) FROM request WHERE `+strings.Join(where, " AND ")+` GROUP BY state`, args...)
	out := map[string]int{}
	for _, c := range rows {
		out[c.state] = c.n
	}
	return out, err
}

func (f RequestFilter) where() (where []string, args []any) {
	where = []string{"1"}
	if len(f.States) > 0 {
		state := "state"
		if f.Marks != nil {
			state = "+state" // a person has few requests, a state has many
		}
		where = append(where, state+` IN (?`+strings.Repeat(", ?", len(f.States)-1)+`)`)
		for _, s := range f.States {
			args = append(args, s)
		}
	}
	if f.Right != "" {
		where, args = append(where, `right_ = ?`), append(args, f.Right)
	}
	if f.DueBefore != "" {
		where, args = append(where, `due_strict <> '' AND due_strict < ? AND closed_at = ''`), append(args, f.DueBefore)
	}
	if f.Attention {
		where = append(where, `attention <> '[]'`)
	}
	if f.Batch != "" {
		where, args = append(where, `batch = ?`), append(args, f.Batch)
	}
	if f.Marks != nil {
		where = append(where, `id IN (SELECT request FROM request_mark WHERE mark IN (NULL`+strings.Repeat(", ?", len(f.Marks))+`))`)
		for _, m := range f.Marks {
			args = append(args, m)
		}
	}
	return where, args
}

// PutRequestMarks stores the person_mark: one for each unique identifier. Repeating it changes nothing.
func (tx *Tx) PutRequestMarks(request string, marks []Mark) error {
	for _, m := range marks {
		if err := tx.do("mark request "+request, `INSERT INTO request_mark (request, kind, normaliser, key_id, mark) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			request, m.Kind, m.Normaliser, m.KeyID, m.Sum); err != nil {
			return err
		}
	}
	return nil
}

// RequestMarks reads the person_mark.
func (tx *Tx) RequestMarks(request string) ([]Mark, error) {
	return all(tx, "marks of request "+request, scanMark, `SELECT kind, normaliser, key_id, mark FROM request_mark WHERE request = ? ORDER BY kind, mark`, request)
}

// CancelRequest asks whoever works the request to stop; it is seen by [Tx.CancelAsked]. Asking twice keeps the first instant.
func (tx *Tx) CancelRequest(id string, now time.Time) error {
	return tx.one("cancel request "+id, `UPDATE request SET cancel_at = CASE cancel_at WHEN '' THEN ? ELSE cancel_at END WHERE id = ?`, stamp(now), id)
}

// CancelAsked says whether somebody asked to stop.
func (tx *Tx) CancelAsked(id string) (bool, error) {
	return get(tx, "request "+id, scalar[bool], `SELECT cancel_at <> '' FROM request WHERE id = ?`, id)
}

// LinkRequests notes how two requests relate (the table of requests that meet). Repeating it changes nothing.
func (tx *Tx) LinkRequests(id, other, relation string) error {
	return tx.do("link request "+id, `INSERT INTO request_link (request, other, relation) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, other, relation)
}

// Link is a related request.
type Link struct{ Request, Other, Relation string }

// Links lists the relations a request is part of, on either side.
func (tx *Tx) Links(id string) ([]Link, error) {
	return all(tx, "links of request "+id, func(s scanner) (l Link, err error) { return l, s.Scan(&l.Request, &l.Other, &l.Relation) },
		`SELECT request, other, relation FROM request_link WHERE ? IN (request, other) ORDER BY request, other, relation`, id)
}
