package s3

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/spool"
)

// unitRows is how many rows are confirmed at a time.
const unitRows = 1000

// Apply carries the treatments out; see [connectors.Writer]. A bucket has no transactions. Instead:
//
// First the rows of every treatment are found, with the entity tag of each object they stand in; ceilings, new values, the form of every
// object, and whether anything keeps its versions from being removed, are judged here, and nothing has been changed where that fails. Then the
// treatments are worked in order. Rows are confirmed by the host in units of at most 1,000, and an object is rewritten once all its rows are;
// each at one instant, and only where it still is what was read: an object that was replaced meanwhile is left alone and ends the call with
// ErrTryLater. The outcomes say how far it got, and the same call again does what is left.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	outcomes := make([]connectors.Outcome, len(do))
	for i, t := range do {
		outcomes[i] = connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}
	}
	if err := connectors.ValidateAll(do); err != nil {
		return outcomes, err
	}
	if opt.Rehearse {
		return outcomes, fmt.Errorf("%w: rehearsals, in a bucket", connectors.ErrNotSupported)
	}
	if err := s.look(ctx); err != nil {
		return outcomes, err
	}
	if err := s.heeds(ctx); err != nil {
		return outcomes, err
	}
	a := &application{store: s, confirm: opt.Confirm, objects: map[string]*object{}, works: make([]work, len(do)), read: &readings{Spool: spool.New(s.keep)}}
	defer a.read.Close()
	for i, t := range do {
		a.works[i] = work{Treatment: t, out: &outcomes[i]}
	}
	if err := a.resolveAll(ctx); err != nil {
		return outcomes, err
	}
	for i := range a.works {
		w := &a.works[i]
		if err := a.carryOut(ctx, w); err != nil {
			return outcomes, fmt.Errorf("treatment %s: %w", w.ID, err)
		}
	}
	return outcomes, nil
}

// application is one call of Apply.
type application struct {
	*store
	confirm func(context.Context, []connectors.Outcome) error
	works   []work
	read    *readings // of objects that will be rewritten
	mu      sync.Mutex
	objects map[string]*object // by key
}

// work is one treatment and the rows it is to change.
type work struct {
	connectors.Treatment
	from *objects.Source
	out  *connectors.Outcome
	todo []target // the rows of an object one after the other

	plain   map[int]*change // of those whose rows are only to be deleted, by person
	match   *objects.Matcher
	byPath  bool                       // rows are selected by a field of the key
	tainted map[string]map[string]bool // by key: the versions that hold rows of the treatment
}

// target is one row to be changed. There may be as many as persons have rows.
type target struct {
	in   *object
	spot *spot // nil: a row to be added
	*change
}

// change is what is to be done to a row: one for all rows of a person that are only to be deleted.
type change struct {
	persons []int
	set     connectors.Row
	keys    []any // Treatment.Capture
	add     bool
}

// carryOut has units confirmed, and does what is confirmed of each object once all of it is.
func (a *application) carryOut(ctx context.Context, w *work) error {
	var later error
	done, sure := 0, 0 // of the rows: what is before is done; what is confirmed
	meter := a.meter(ctx, w)
	if err := a.forget(ctx, w); err != nil {
		return err
	}
	for sure < len(w.todo) {
		unit := w.todo[sure:min(sure+unitRows, len(w.todo))]
		refused := a.ask(ctx, w, unit)
		if refused == nil {
			sure += len(unit)
		}
		end := sure
		if refused == nil && sure < len(w.todo) { // the last object may go on in the next unit
			for end > done && w.todo[end-1].in == w.todo[sure].in {
				end--
			}
		}
		switch err := a.change(ctx, w, w.todo[done:end], meter); {
		case errors.Is(err, errChanged): // others are not kept waiting by an object that is written again and again
			later = err
		case err != nil:
			return errors.Join(err, refused)
		}
		if done = end; refused != nil {
			return errors.Join(refused, later)
		}
	}
	if err := a.forget(ctx, w); err != nil || later != nil { // somebody may have read the old ones meanwhile
		return errors.Join(err, later)
	}
	return a.clear(ctx, w)
}

// ask has a unit confirmed.
func (a *application) ask(ctx context.Context, w *work, unit []target) error {
	ask := connectors.Outcome{ID: w.ID, ByPerson: map[int]int64{}}
	if len(w.Capture) > 0 {
		ask.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	for _, t := range unit {
		count(&ask, t)
		capture(&ask, t)
	}
	if a.confirm == nil {
		return connectors.ErrRefused
	}
	return a.confirm(ctx, []connectors.Outcome{ask})
}

// change changes confirmed rows, several objects at a time, and counts what was changed. Where one fails no other is begun, unless it is only that somebody has written it
// meanwhile, and those under way are finished: of a request that is broken off nobody knows whether it was carried out.
func (a *application) change(ctx context.Context, w *work, rows []target, meter *meter) error {
	var all errgroup.Group
	all.SetLimit(parallel)
	var failed atomic.Bool
	var later error
	large := make(turns, few)
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].in == rows[0].in {
			n++
		}
		group := rows[:n]
		rows = rows[n:]
		all.Go(func() error {
			end, err := large.take(ctx, w.from, group[0].in.item)
			if err != nil {
				return err
			}
			defer end()
			if err := ctx.Err(); err != nil || failed.Load() {
				return err
			}
			ctx, whole := meter.of(ctx, group[0].in)
			done, err := a.changeObject(ctx, w, group)
			whole()
			a.mu.Lock()
			defer a.mu.Unlock()
			for _, t := range done {
				count(w.out, t)
			}
			if errors.Is(err, errChanged) {
				later = err
				return nil
			}
			if err != nil {
				failed.Store(true)
			}
			return w.locked(err)
		})
	}
	if err := all.Wait(); err != nil {
		return err
	}
	return later
}

// changeObject changes rows of one object, and gives those it changed.
func (a *application) changeObject(ctx context.Context, w *work, rows []target) ([]target, error) {
	if w.Verb == connectors.Block || w.Verb == connectors.Release {
		return a.restrict(ctx, w, rows)
	}
	if w.from.Codec == nil {
		return a.documents(ctx, w, rows)
	}
	isHeld := func(t target) bool { return t.spot != nil && t.spot.id != "" }
	if !slices.ContainsFunc(rows, isHeld) {
		return a.rewrite(ctx, w, rows)
	}
	var here, held []target
	for _, t := range rows {
		if isHeld(t) {
			held = append(held, t)
		} else {
			here = append(here, t)
		}
	}
	if err := a.inDrawer(ctx, w, held); err != nil {
		return nil, err
	}
	if len(here) == 0 {
		return held, nil
	}
	more, err := a.rewrite(ctx, w, here)
	return append(held, more...), err
}

// documents deletes documents, or gives them new names.
func (a *application) documents(ctx context.Context, w *work, rows []target) ([]target, error) {
	var done []target
	for _, t := range rows {
		err := a.still(ctx, w, t)
		switch {
		case err != nil:
		case w.Verb == connectors.Delete && t.spot.id != "":
			err = a.dropDocument(ctx, t)
		case w.Verb == connectors.Delete:
			if err = a.removeAll(ctx, t.in.item); err == nil {
				t.in.versions = nil
			}
		case w.Verb == connectors.Set:
			err = a.set(ctx, w, t)
			t.spot.own().written = err == nil
		default:
			err = fmt.Errorf("%w: %s of a document", connectors.ErrNotSupported, w.Verb)
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

// set gives a document another key, or other tags and metadata, or both.
func (a *application) set(ctx context.Context, w *work, t target) error {
	moves, tags := false, false
	for name := range t.set {
		if isBeside(w.from, name) {
			tags = true
		} else {
			moves = true
		}
	}
	switch {
	case t.spot.id == "" && moves:
		return a.rename(ctx, w, t)
	case t.spot.id == "":
		return a.retag(ctx, w, t)
	}
	if tags {
		if err := a.retagHeld(ctx, w, t); err != nil || !moves {
			return err
		}
	}
	return a.renameHeld(ctx, w, t)
}

func count(o *connectors.Outcome, t target) {
	o.Changed++
	for _, p := range t.persons {
		o.ByPerson[p]++
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

// sortTargets brings the rows of an object together, in the order they stand in.
func sortTargets(list []target) {
	slices.SortStableFunc(list, func(a, b target) int {
		if a.in != b.in {
			if a.in.key < b.in.key {
				return -1
			}
			return 1
		}
		return int(a.spot.row - b.spot.row)
	})
}
