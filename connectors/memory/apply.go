package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// work is one Apply call: a copy of the state, in which records are changed freely.
type work struct {
	store  *store
	tables tables
}

// target is a row a treatment speaks of, and for whom.
type target struct {
	*record
	persons []int
}

// Apply shows the order every Writer keeps. First the rows are locked and all selections resolved, so that
// they speak of the state before the call: a parent deleted first still leads to its child. Then the
// treatments are carried out, in order. Then the host is asked, while nothing is committed. Then, and
// only then, what was done becomes the state.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	locked := time.Now()
	w := work{store: s, tables: clone(*s.now.Load())}
	outcomes, err := w.carryOut(ctx, do)
	if err == nil && opt.Rehearse {
		for i := range outcomes {
			outcomes[i].LocksHeld = time.Since(locked)
		}
		return outcomes, nil // the copy is dropped: rolled back
	}
	if err == nil {
		err = opt.Confirm(ctx, outcomes)
	}
	if err != nil {
		for i := range outcomes { // rolled back: nothing stays changed
			outcomes[i].Changed, outcomes[i].ByPerson = 0, map[int]int64{}
		}
		return outcomes, err
	}
	w.commit()
	return outcomes, nil
}

func (w work) carryOut(ctx context.Context, do []connectors.Treatment) ([]connectors.Outcome, error) {
	outcomes := make([]connectors.Outcome, len(do))
	targets := make([][]target, len(do))
	for i, t := range do {
		outcomes[i] = connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}
		var err error
		if targets[i], err = w.resolve(t, &outcomes[i]); err != nil {
			return outcomes, fmt.Errorf("%s: %w", t.ID, err)
		}
	}
	for i, t := range do {
		if err := w.carry(t, targets[i], &outcomes[i]); err != nil {
			return outcomes, fmt.Errorf("%s: %w", t.ID, err)
		}
		if err := ctx.Err(); err != nil {
			return outcomes, err
		}
	}
	return outcomes, nil
}

// resolve gives the rows of a treatment and captures the link keys the host wants to keep.
func (w work) resolve(t connectors.Treatment, o *connectors.Outcome) ([]target, error) {
	sel := t.On
	if t.Verb == connectors.Ensure { // the row with the key of the one to be ensured, if there is one
		sel.Any = []connectors.Match{{Fields: sel.Collection.Key, Values: []connectors.Tuple{{Values: t.Values().Pick(sel.Collection.Key)}}}}
		sel.Where = nil
	}
	found, err := w.store.eval(w.tables).Select(sel)
	if err != nil {
		return nil, err
	}
	if len(t.Capture) > 0 {
		o.LinkKeys = &connectors.Keys{Fields: t.Capture}
	}
	var out []target
	for _, f := range found {
		out = append(out, target{w.tables[sel.Collection.At][f.Index], f.Persons})
		for _, p := range f.Persons {
			if o.LinkKeys != nil {
				o.LinkKeys.Tuples = append(o.LinkKeys.Tuples, connectors.Tuple{Person: p, Values: f.Row.Pick(t.Capture)})
			}
		}
	}
	return out, nil
}

// carry treats the rows of one treatment, and counts what was there, not what was asked for.
func (w work) carry(t connectors.Treatment, targets []target, o *connectors.Outcome) error {
	if t.Verb == connectors.Ensure && len(targets) == 0 {
		r := w.store.record(connectors.Row{})
		w.tables[t.On.Collection.At] = append(w.tables[t.On.Collection.At], r)
		targets = []target{{record: r}}
	}
	for _, r := range targets {
		if r.gone {
			continue // deleted earlier in this call
		}
		standing, change, err := w.verb(t, r.record)
		switch {
		case err != nil:
			return err
		case standing == connectors.Done:
			o.Already++
		case standing == connectors.Conflict:
			o.Conflicts = append(o.Conflicts, only(r.row, t.On.Collection.Key))
		case o.Changed == t.AtMost:
			o.Notes = append(o.Notes, connectors.Diagnostic{Severity: connectors.Error, Path: t.On.Collection.Name,
				Summary: fmt.Sprintf("more than %d rows would change", t.AtMost)})
			return connectors.ErrMoreRows
		default:
			change()
			o.Changed++
			count(o.ByPerson, r.persons)
		}
	}
	return nil
}

// commit puts the copy in the place of the state.
func (w work) commit() {
	for at, records := range w.tables {
		w.tables[at] = slices.DeleteFunc(records, func(r *record) bool { return r.gone })
	}
	w.store.now.Store(&w.tables)
}

func clone(t tables) tables {
	out := make(tables, len(t))
	for at, records := range t {
		out[at] = make([]*record, len(records))
		for i, r := range records {
			out[at][i] = &record{serial: r.serial, row: maps.Clone(r.row), marks: slices.Clone(r.marks)}
		}
	}
	return out
}

func only(row connectors.Row, fields []string) connectors.Row {
	out := connectors.Row{}
	for _, f := range fields {
		out[f] = row[f]
	}
	return out
}
