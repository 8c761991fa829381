package jobs

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Call are the jobs of one call, in the order in which they are carried out.
type Call[T Table] []*Job[T]

// Prepare begins the jobs of a call whose treatments are about tables; it finds no rows.
func Prepare[T Table](do []connectors.Treatment, table func(connectors.Collection) (T, error)) (Call[T], error) {
	var out Call[T]
	for i, t := range do {
		switch t.Verb {
		case connectors.Delete, connectors.Set, connectors.Ensure, connectors.Recount, connectors.Block, connectors.Release:
		default:
			return out, fmt.Errorf("treatment %s: %w: %s", t.ID, connectors.ErrNotSupported, t.Verb)
		}
		of, err := table(t.On.Collection)
		if err != nil {
			return out, fmt.Errorf("treatment %s: %w", t.ID, err)
		}
		out = append(out, New(t, of, i > 0))
	}
	return out, nil
}

// Outcomes are those of all; held is how long locks were held, of a rehearsal.
func (c Call[T]) Outcomes(held time.Duration) []connectors.Outcome {
	out := make([]connectors.Outcome, len(c))
	for i, j := range c {
		out[i] = j.Out
		out[i].LocksHeld = held
	}
	return out
}

// Undone are the outcomes after a roll-back: nothing changed.
func (c Call[T]) Undone() []connectors.Outcome {
	out := c.Outcomes(0)
	for i := range out {
		out[i].Changed, out[i].ByPerson, out[i].LinkKeys = 0, map[int]int64{}, nil
	}
	return out
}

// TopDown are the jobs, those of tables that are referred to before those of tables that refer to them; where none refers to the
// other, by name, so that two calls lock in the same order.
func (c Call[T]) TopDown() Call[T] {
	tables := map[string]T{}
	for _, j := range c {
		tables[j.Table.ID()] = j.Table
	}
	depths := map[string]int{}
	var depth func(id string, left int) int
	depth = func(id string, left int) int {
		t, ok := tables[id]
		if !ok || left == 0 { // not treated, or a circle
			return 0
		}
		if d, ok := depths[id]; ok {
			return d
		}
		d := 1
		for _, p := range t.Parents() {
			if p != id {
				d = max(d, 1+depth(p, left-1))
			}
		}
		depths[id] = d
		return d
	}
	out := slices.Clone(c)
	slices.SortStableFunc(out, func(a, b *Job[T]) int {
		return cmp.Or(cmp.Compare(depth(a.Table.ID(), len(tables)), depth(b.Table.ID(), len(tables))),
			cmp.Compare(a.Table.Title(), b.Table.Title()), cmp.Compare(a.Table.ID(), b.Table.ID()))
	})
	return out
}

// OwnOnly are the rows of j that no earlier treatment of the call deletes by itself.
func (c Call[T]) OwnOnly(j *Job[T]) []Target {
	before := map[string]bool{}
	for _, other := range c {
		if other == j {
			break
		}
		if other.Table.ID() == j.Table.ID() && other.Do.Verb == connectors.Delete {
			for _, t := range other.Rows {
				before[t.Name()] = true
			}
		}
	}
	var out []Target
	for _, t := range j.Rows {
		if !before[t.Name()] {
			out = append(out, t)
		}
	}
	return out
}

// Renamed gives rows their new names in every treatment of the table; names are pairs of what named a row and names it now.
func (c Call[T]) Renamed(table T, names [][2][]string) {
	now := map[string][]string{}
	for _, n := range names {
		now[NameOf(n[0])] = n[1]
	}
	c.each(table, func(t *Target) {
		if id, ok := now[t.Name()]; ok {
			t.ID = id
		}
	})
}

// Shifted says in every treatment of the table that rows now stand elsewhere.
func (c Call[T]) Shifted(table T, names map[string]bool, held bool) {
	c.each(table, func(t *Target) {
		if names[t.Name()] {
			t.Held = held
		}
	})
}

func (c Call[T]) each(table T, f func(*Target)) {
	for _, j := range c {
		if j.Table.ID() != table.ID() {
			continue
		}
		for i := range j.Rows {
			f(&j.Rows[i])
		}
	}
}

// Pause waits for others to be done, after each attempt longer, and never as long as somebody who waits beside it; false where ctx ends.
func Pause(ctx context.Context, attempt int) bool {
	wait := time.NewTimer(time.Duration(attempt)*20*time.Millisecond + rand.N(100*time.Millisecond)) //nolint:gosec // no secret
	defer wait.Stop()
	select {
	case <-wait.C:
		return true
	case <-ctx.Done():
		return false
	}
}
