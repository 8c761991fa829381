package files

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// unitRows is how many rows are confirmed at a time.
const unitRows = 1000

// Apply carries the treatments out; see [connectors.Writer]. A folder tree has no transactions. Instead:
//
// First the rows of every treatment are found, with the state of each file they stand in; ceilings, new
// values and the form of every file are judged here, and nothing has been changed where that fails. Then the
// treatments are worked in order, in units of at most 1,000 rows. Each unit is confirmed by the host before
// it is touched, and each file of it is changed at one instant, and only where everything that was read of
// it is still as it was: a file that was changed meanwhile, otherwise than by appending to it, is left
// alone and ends the call with ErrTryLater; so does one that a program holds open for writing. The
// outcomes say how far it got, and the same call again does what is left.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	outcomes := make([]connectors.Outcome, len(do))
	for i, t := range do {
		outcomes[i] = connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}
	}
	if err := connectors.ValidateAll(do); err != nil {
		return outcomes, err
	}
	if opt.Rehearse {
		return outcomes, fmt.Errorf("%w: rehearsals, in a folder tree", connectors.ErrNotSupported)
	}
	if err := s.tidy(ctx, patience); err != nil {
		return outcomes, err
	}
	a := &application{store: s, confirm: opt.Confirm, files: map[string]*file{}, works: make([]work, len(do))}
	defer a.close()
	for i, t := range do {
		a.works[i] = work{Treatment: t, out: &outcomes[i]}
		if err := a.resolve(ctx, &a.works[i]); err != nil {
			return outcomes, fmt.Errorf("treatment %s: %w", t.ID, err)
		}
	}
	for i := range a.works {
		w := &a.works[i]
		for unit := range slices.Chunk(w.todo, unitRows) {
			if err := a.unit(ctx, w, unit); err != nil {
				return outcomes, fmt.Errorf("treatment %s: %w", w.ID, err)
			}
		}
		if err := a.clear(ctx, w); err != nil {
			return outcomes, fmt.Errorf("treatment %s: %w", w.ID, err)
		}
	}
	return outcomes, nil
}

// application is one call of Apply.
type application struct {
	store   *store
	confirm func(context.Context, []connectors.Outcome) error
	works   []work
	files   map[string]*file // by path
	bench   *bench
}

// work is one treatment and the rows it is to change.
type work struct {
	connectors.Treatment
	from   *objects.Source
	out    *connectors.Outcome
	todo   []target   // the rows of a file one after the other
	byID   bool       // rows are selected by a field of the file's path, and by nothing in them but their key
	husks  []*file    // files without rows, on paths the selection names
	hollow [][]string // empty folders, on such paths
	keep   bool       // it only looks, and the state of files without rows to change is remembered, too
}

// target is one row to be changed.
type target struct {
	in      *file
	spot    *spot // nil: a row to be added
	persons []int
	set     connectors.Row
	keys    []any // Treatment.Capture
	add     bool
}

// unit has a unit confirmed, and then does it.
func (a *application) unit(ctx context.Context, w *work, unit []target) error {
	ask := connectors.Outcome{ID: w.ID, ByPerson: map[int]int64{}}
	if len(w.Capture) > 0 {
		ask.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	for _, t := range unit {
		count(&ask, t, 1)
		capture(&ask, t)
	}
	if a.confirm == nil {
		return connectors.ErrRefused
	}
	if err := a.confirm(ctx, []connectors.Outcome{ask}); err != nil {
		return err
	}
	for len(unit) > 0 {
		n := 1
		for n < len(unit) && unit[n].in == unit[0].in {
			n++
		}
		done, err := a.change(ctx, w, unit[:n])
		for _, t := range done {
			count(w.out, t, 1)
		}
		if err != nil {
			return err
		}
		unit = unit[n:]
	}
	return nil
}

// change changes the rows of one file, and gives those it changed.
func (a *application) change(ctx context.Context, w *work, rows []target) ([]target, error) {
	switch {
	case w.Verb == connectors.Block || w.Verb == connectors.Release:
		return a.restrict(ctx, w, rows)
	case w.from.Codec == nil:
		return a.documents(ctx, w, rows)
	}
	var here, held []target
	for _, t := range rows {
		if t.spot != nil && t.spot.id != "" {
			held = append(held, t)
		} else {
			here = append(here, t)
		}
	}
	var done []target
	if len(held) > 0 {
		if err := a.inDrawer(ctx, w, held); err != nil {
			return nil, err
		}
		done = held
	}
	if len(here) == 0 {
		return done, nil
	}
	more, err := a.rewrite(ctx, w, here)
	return append(done, more...), err
}

// documents deletes documents, or gives them new names.
func (a *application) documents(ctx context.Context, w *work, rows []target) ([]target, error) {
	var done []target
	for _, t := range rows {
		var err error
		switch {
		case t.spot.id != "":
			err = a.shelf(ctx, w, t)
		case w.Verb == connectors.Delete:
			err = a.unlink(ctx, w, t)
		case w.Verb == connectors.Set:
			err = a.rename(ctx, w, t)
		default:
			err = fmt.Errorf("%w: %s of a file", connectors.ErrNotSupported, w.Verb)
		}
		if errors.Is(err, errAbsent) {
			continue // gone since: fewer rows are always fine
		}
		if err != nil {
			return done, err
		}
		done = append(done, t)
	}
	return done, nil
}

func count(o *connectors.Outcome, t target, n int64) {
	o.Changed += n
	for _, p := range t.persons {
		o.ByPerson[p] += n
	}
}

func capture(o *connectors.Outcome, t target) {
	if o.LinkKeys == nil || t.add {
		return
	}
	for _, p := range t.persons {
		o.LinkKeys.Tuples = append(o.LinkKeys.Tuples, connectors.Tuple{Person: p, Values: t.keys})
	}
}
