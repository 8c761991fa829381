package memory

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/dossier-dsr/dossier/connectors"
)

// tables is one state of a system: rows by address. The current state is never changed; a change
// works on a copy and puts it in its place, so that readers need no lock.
type tables map[string][]*record

// record is a row and the requests that hold it. A held row is out of sight of ordinary accounts, which
// is all that "move" comes to in memory.
type record struct {
	serial int64 // never given out again
	row    connectors.Row
	marks  []string
	gone   bool // deleted in a state not yet current
}

type system struct {
	now    atomic.Pointer[tables]
	writer chan struct{} // holds a token while someone changes rows
	last   atomic.Int64  // serial
}

func (s *system) record(row connectors.Row) *record {
	return &record{serial: s.last.Add(1), row: row}
}

func newSystem() *system {
	sys := &system{writer: make(chan struct{}, 1)}
	sys.now.Store(&tables{})
	return sys
}

// store is one open system. It remembers nothing of its own between calls.
type store struct {
	*system
	fold []string
}

func (s *store) Close() error { return nil }

// Locate gives every row of sel once for each person it was reached for. Held rows are the person's rows
// too. Rows.Add minds a cancelled context and a slow reader.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := *s.now.Load()
	found, err := s.eval(now).Select(sel)
	if err != nil {
		return err
	}
	for _, f := range found {
		values := sel.Pick(withDocument(sel.Collection, now[sel.Collection.At][f.Index]))
		for _, person := range f.Persons {
			if err := out.Add(person, values...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Count counts in one state, whatever is being changed meanwhile.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	now := *s.now.Load()
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		found, err := s.eval(now).Select(sel)
		if err != nil {
			return nil, err
		}
		out[i] = connectors.Tally{Total: int64(len(found)), ByPerson: map[int]int64{}}
		for _, f := range found {
			count(out[i].ByPerson, f.Persons)
		}
	}
	return out, ctx.Err()
}

// count adds one row for each of persons.
func count(by map[int]int64, persons []int) {
	for _, p := range persons {
		by[p]++
	}
}

// eval works selections out over one state. Most stores hand a selection to their own query language
// instead; one that only looks up by key uses Selection.Keys and leaves paths to the host.
func (s *store) eval(t tables) connectors.Eval {
	return connectors.Eval{
		Rows: func(c connectors.Collection) ([]connectors.Row, error) {
			records, ok := t[c.At]
			if !ok {
				return nil, fmt.Errorf("%w: %s", connectors.ErrNoCollection, c.At)
			}
			rows := make([]connectors.Row, len(records))
			for i, r := range records {
				rows[i] = r.row
			}
			return rows, nil
		},
		Equal: func(_ connectors.Collection, field string, a, b any) bool {
			x, ok := a.(string)
			y, ok2 := b.(string)
			if ok && ok2 && slices.Contains(s.fold, field) {
				return strings.EqualFold(x, y)
			}
			return connectors.Equal(a, b)
		},
	}
}
