package state

import (
	"fmt"
	"strings"
	"time"
)

// The states of a due item.
const (
	DueWaiting = "waiting"
	DueHeld    = "held"    // a person suspended it
	DuePlanned = "planned" // a request has taken it
	DueDone    = "done"
)

// DueItem remembers rows that were kept with an end, so that they are erased when it comes and found until then.
type DueItem struct {
	ID         string // random
	Request    string // whose plan kept them
	System     string
	Collection string
	Rule       string // purpose of the map
	Law        string
	Until      string // last day of keeping, due from the next; "" by event or criterion
	Event      string
	Criterion  string
	Count      int64
	Shell      bool
	Asks       bool // the map wants an approval again
	State      string
	Because    string // of the hold
	Actor      string
	ChangedAt  time.Time
	MapDigest  string
	PlanDigest string
	Sealed     []byte // root keys
	DEK        []byte // wrapped under the month in which it ends
	Month      string
	TakenBy    string // the request that erases it
	CreatedAt  time.Time
	DoneAt     time.Time
	Marks      []Mark // whose rows; written by [Tx.AddDue], read by [Tx.DueMarks] alone
}

const dueColumns = `id, request, system, collection, rule, law, until, event, criterion, count, shell, asks, state, because, actor, changed_at, map_digest, plan_digest,
	sealed, dek, month, taken_by, created_at, done_at`

func scanDue(s scanner) (DueItem, error) {
	var d DueItem
	err := s.Scan(&d.ID, &d.Request, &d.System, &d.Collection, &d.Rule, &d.Law, &d.Until, &d.Event, &d.Criterion, &d.Count, &d.Shell, &d.Asks, &d.State,
		&d.Because, &d.Actor, stampInto{&d.ChangedAt}, &d.MapDigest, &d.PlanDigest, &d.Sealed, &d.DEK, &d.Month, &d.TakenBy, stampInto{&d.CreatedAt}, stampInto{&d.DoneAt})
	return d, err
}

// Same says whether two items of one request are the same: of the same place, purpose and end.
func (d DueItem) Same(x DueItem) bool {
	return d.System == x.System && d.Collection == x.Collection && d.Rule == x.Rule && d.Until == x.Until && d.Event == x.Event
}

// SealDue replaces what an undone item holds sealed.
func (tx *Tx) SealDue(d DueItem, now time.Time) error {
	return tx.one("due item "+d.ID, `UPDATE due_item SET sealed = ?, dek = ?, month = ?, changed_at = ? WHERE id = ? AND state <> ?`, d.Sealed, d.DEK, d.Month, stamp(now), d.ID, DueDone)
}

// AddDue stores an item with its marks. The same request, system, collection, rule and end is the same item: what it holds is replaced
// as long as nobody has taken it; one that was done waits again.
func (tx *Tx) AddDue(d DueItem, now time.Time) error {
	what := "due item of " + d.Request
	id, err := get(tx, what, scalar[string], `INSERT INTO due_item (`+dueColumns+`) VALUES (?`+strings.Repeat(", ?", 23)+`)
		ON CONFLICT (request, system, collection, rule, until, event) DO UPDATE SET
		sealed = CASE WHEN state IN ('waiting', 'done') THEN excluded.sealed ELSE sealed END, dek = CASE WHEN state IN ('waiting', 'done') THEN excluded.dek ELSE dek END,
		month = CASE WHEN state IN ('waiting', 'done') THEN excluded.month ELSE month END, count = CASE WHEN state IN ('waiting', 'done') THEN excluded.count ELSE count END,
		done_at = '', state = CASE state WHEN 'done' THEN 'waiting' ELSE state END RETURNING id`,
		d.ID, d.Request, d.System, d.Collection, d.Rule, d.Law, d.Until, d.Event, d.Criterion, d.Count, d.Shell, d.Asks, DueWaiting, "", "", stamp(now),
		d.MapDigest, d.PlanDigest, d.Sealed, d.DEK, d.Month, "", stamp(now), "")
	if err != nil {
		return err
	}
	for _, m := range d.Marks {
		if err := tx.do(what, `INSERT INTO due_mark (due, kind, normaliser, key_id, mark) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			id, m.Kind, m.Normaliser, m.KeyID, m.Sum); err != nil {
			return err
		}
	}
	return nil
}

// DueFilter narrows a list; zero fields do not.
type DueFilter struct {
	Request string
	States  []string
	On      string   // date: kept no longer than the day before it, so due on it
	Marks   [][]byte // of one person, done items left out: kept rows a later access must find
}

// Dues lists items by their end, those without a date last.
func (tx *Tx) Dues(f DueFilter) ([]DueItem, error) {
	where, args := []string{"1"}, []any{}
	if f.Request != "" {
		where, args = append(where, `request = ?`), append(args, f.Request)
	}
	if len(f.States) > 0 {
		where = append(where, `state IN (?`+strings.Repeat(", ?", len(f.States)-1)+`)`)
		for _, s := range f.States {
			args = append(args, s)
		}
	}
	if f.On != "" {
		where, args = append(where, `until <> '' AND until < ?`), append(args, f.On)
	}
	if f.Marks != nil {
		where = append(where, `state <> 'done' AND id IN (SELECT due FROM due_mark WHERE mark IN (NULL`+strings.Repeat(", ?", len(f.Marks))+`))`)
		for _, m := range f.Marks {
			args = append(args, m)
		}
	}
	return all(tx, "due items", scanDue, `SELECT `+dueColumns+` FROM due_item WHERE `+strings.Join(where, " AND ")+` ORDER BY until = '', until, request, length(id), id`, args...)
}

// Due reads one.
func (tx *Tx) Due(id string) (DueItem, error) {
	return get(tx, "due item "+id, scanDue, `SELECT `+dueColumns+` FROM due_item WHERE id = ?`, id)
}

// DueMarks reads whose rows an item is about.
func (tx *Tx) DueMarks(id string) ([]Mark, error) {
	return all(tx, "marks of due item "+id, scanMark, `SELECT kind, normaliser, key_id, mark FROM due_mark WHERE due = ? ORDER BY kind, mark`, id)
}

// HoldDue suspends an item, with the reason; what is taken or done cannot be held.
func (tx *Tx) HoldDue(id, because, actor string, now time.Time) error {
	return tx.one("hold due item "+id, `UPDATE due_item SET state = ?, because = ?, actor = ?, changed_at = ? WHERE id = ? AND state IN (?, ?)`,
		DueHeld, because, actor, stamp(now), id, DueWaiting, DueHeld)
}

// ReleaseDue lets a held item go on; one that is not held changes nothing.
func (tx *Tx) ReleaseDue(id, because, actor string, now time.Time) error {
	if _, err := tx.Due(id); err != nil {
		return err
	}
	return tx.do("release due item "+id, `UPDATE due_item SET state = ?, because = ?, actor = ?, changed_at = ? WHERE id = ? AND state = ?`,
		DueWaiting, because, actor, stamp(now), id, DueHeld)
}

// TakeDue hands an item to the request that erases it; the same request may take it again.
func (tx *Tx) TakeDue(id, request string, now time.Time) error {
	return tx.one("take due item "+id, `UPDATE due_item SET state = ?, taken_by = ?, changed_at = ? WHERE id = ? AND (state = ? OR state = ? AND taken_by = ?)`,
		DuePlanned, request, stamp(now), id, DueWaiting, DuePlanned, request)
}

// ReturnDue gives back what a request took and did not erase.
func (tx *Tx) ReturnDue(request string, now time.Time) error {
	return tx.do("return due items", `UPDATE due_item SET state = ?, taken_by = '', changed_at = ? WHERE taken_by = ? AND state = ?`, DueWaiting, stamp(now), request, DuePlanned)
}

// FinishDue ends an item and forgets its keys and marks. Repeating it changes nothing.
func (tx *Tx) FinishDue(id string, now time.Time) error {
	if err := tx.one("finish due item "+id, `UPDATE due_item SET state = ?, sealed = NULL, dek = NULL, changed_at = ?, done_at = CASE done_at WHEN '' THEN ? ELSE done_at END
		WHERE id = ?`, DueDone, stamp(now), stamp(now), id); err != nil {
		return err
	}
	return tx.do("finish due item "+id, `DELETE FROM due_mark WHERE due = ?`, id)
}

// MoveDue stores a data key wrapped under another month, for a hold outlasts the item's own.
func (tx *Tx) MoveDue(id string, dek []byte, month string) error {
	return tx.one("due item "+id, `UPDATE due_item SET dek = ?, month = ? WHERE id = ? AND dek IS NOT NULL`, dek, month, id)
}

// DueMonthInUse counts what still lives under the due key of a month: items, sealed references, plain fields of tombstones. At zero the
// key can be destroyed.
func (tx *Tx) DueMonthInUse(month string) (int, error) {
	return get(tx, fmt.Sprintf("due month %s", month), scalar[int], `SELECT (SELECT count(*) FROM due_item WHERE month = ?1 AND dek IS NOT NULL)
		+ (SELECT count(*) FROM recipient_notice WHERE month = ?1 AND dek IS NOT NULL) + (SELECT count(*) FROM tombstone WHERE month = ?1 AND dek IS NOT NULL)`, month)
}
