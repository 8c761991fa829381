package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// records is what the executor itself keeps about a person (art. 15: the register is a system of every map), found by keyed marks of
// their identifiers and by nothing else.
type records struct {
	of         string // the request that is answered
	requests   []recorded
	tombstones []state.Tombstone
	marks      map[string][]state.Mark // of a tombstone
	plain      map[string]map[string]subject.Secret
	dues       []state.DueItem
	contacts   []state.NoContact
}

// recorded is one request of the person with what hangs on it.
type recorded struct {
	state.Request
	content *request.Request // nil once it is forgotten
	events  []state.Event
	notices []state.Notice
	held    []state.Held
	permits []state.Permit
	uses    []state.PermitUse
	tasks   []state.Task
	made    *Made
	letters []sentLetter
}

// recordsOf gathers what is kept about the person of a request. known are the identifiers its work was led by, beside those given.
func (e *Engine) recordsOf(ctx context.Context, o *open, known []planner.Mark) (*records, error) {
	person := slices.Clone(o.Content.Subject.Identifiers)
	for _, m := range known {
		person = append(person, subject.Identifier{Kind: m.Kind, Value: subject.Seal(m.Value), Verified: true})
	}
	r := &records{of: o.ID, marks: map[string][]state.Mark{}, plain: map[string]map[string]subject.Secret{}}
	return r, e.DB.Read(ctx, func(tx *state.Tx) error { return e.gatherRecords(tx, r, person) })
}

func (e *Engine) gatherRecords(tx *state.Tx, r *records, person []subject.Identifier) (err error) {
	if r.tombstones, err = e.Ledger().Of(tx, person); err != nil {
		return err
	}
	if r.contacts, err = e.Ledger().ContactsOf(tx, person); err != nil {
		return err
	}
	dueMarks, err := e.marksOf(person, e.Ring.DueMarkKey(), subject.DueUse)
	if err != nil {
		return err
	}
	if r.dues, err = tx.Dues(state.DueFilter{Marks: append(sums(dueMarks), []byte{})}); err != nil {
		return err
	}
	marks, err := e.personMarks(person)
	if err != nil {
		return err
	}
	found, err := tx.Requests(state.RequestFilter{Marks: append(sums(marks), []byte{})})
	if err != nil {
		return err
	}
	ids := []string{r.of}
	for _, x := range found {
		ids = append(ids, x.ID)
	}
	for _, t := range r.tombstones { // a forgotten request has no mark any more; its tombstone leads to it
		ids = append(ids, t.Request)
	}
	for _, d := range r.dues {
		ids = append(ids, d.Request)
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		x, err := e.recorded(tx, id)
		if errors.Is(err, state.ErrNotFound) {
			continue // a tombstone of a register that was lost
		}
		if err != nil {
			return err
		}
		r.requests = append(r.requests, x)
		if err := e.keptOf(tx, r, id); err != nil {
			return err
		}
	}
	slices.SortStableFunc(r.requests, func(a, b recorded) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	for _, t := range r.tombstones {
		if r.marks[t.ID], err = tx.TombstoneMarks(t.ID); err != nil {
			return err
		}
		plain, err := e.Ledger().Plain(tx, t)
		if err != nil && !errors.Is(err, keys.ErrDestroyed) {
			return err
		}
		r.plain[t.ID] = plain
	}
	return nil
}

// keptOf adds the tombstone and the due items of a request that no mark led to.
func (e *Engine) keptOf(tx *state.Tx, r *records, id string) error {
	t, err := tx.TombstoneOf(id)
	if err == nil && !slices.ContainsFunc(r.tombstones, func(x state.Tombstone) bool { return x.ID == t.ID }) {
		r.tombstones = append(r.tombstones, t)
	} else if err != nil && !errors.Is(err, state.ErrNotFound) {
		return err
	}
	dues, err := tx.Dues(state.DueFilter{Request: id})
	for _, d := range dues {
		if !slices.ContainsFunc(r.dues, func(x state.DueItem) bool { return x.ID == d.ID }) {
			r.dues = append(r.dues, d)
		}
	}
	return err
}

// recorded reads one request of the person with all that hangs on it.
func (e *Engine) recorded(tx *state.Tx, id string) (x recorded, err error) {
	if x.Request, err = tx.Request(id); err != nil {
		return x, err
	}
	if x.content, err = e.contentOf(x.Request); err != nil {
		return x, err
	}
	if x.events, err = tx.Events(id); err != nil {
		return x, err
	}
	if x.notices, err = tx.Notices(id); err != nil {
		return x, err
	}
	if x.held, err = tx.HeldBy(id); err != nil {
		return x, err
	}
	if x.permits, err = tx.Permits(id); err != nil {
		return x, err
	}
	if x.uses, err = tx.PermitUses(id); err != nil {
		return x, err
	}
	if x.tasks, err = tx.Tasks(state.TaskFilter{Request: id}); err != nil {
		return x, err
	}
	if x.letters, err = e.lettersOf(tx, x.Request); err != nil {
		return x, err
	}
	var made Made
	ok, err := tx.Fact(id, archiveFact, &made)
	if ok {
		x.made = &made
	}
	return x, err
}

// contentOf unseals what a request said; nil where that was forgotten.
func (e *Engine) contentOf(x state.Request) (*request.Request, error) {
	if !x.ShreddedAt.IsZero() || x.DEK == nil {
		return nil, nil
	}
	key, err := e.Ring.Unwrap(x.DEK)
	if errors.Is(err, keys.ErrDestroyed) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("request %s: %w", x.ID, err)
	}
	defer key.Wipe()
	body, err := key.Open(keys.Part{Owner: x.ID, Name: "body"}, x.Body)
	if err != nil {
		return nil, err
	}
	content, problems := request.Parse(bytes.NewReader(body))
	if err := problems.Err(); err != nil {
		return nil, fmt.Errorf("request %s: %w", x.ID, err)
	}
	return content, nil
}

// beyond says whether more than the request that is answered is kept.
func (r *records) beyond() bool {
	return len(r.requests) > 1 || len(r.tombstones)+len(r.dues)+len(r.contacts) > 0
}
