package mongodb

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// Apply carries the treatments out; see [connectors.Writer].
//
// First the rows of every treatment are found, with the documents they stand in as they are, which wait for their turn in a sealed file;
// ceilings and new values are judged here, and nothing has been changed where that fails. Then the treatments are worked in order, in units of at most 1,000 rows. A document is changed only where
// what was read of it, to judge and to write it, is still as it was; where others have changed something else in it, that stays. What
// was changed otherwise ends the call with ErrTryLater: the outcomes say how far it got, and the same call again does what is left.
//
// A server with transactions does a unit in one, and the host is asked when it is done and not yet committed. Elsewhere the host is asked
// before the unit is touched, and each document is changed or left by itself. A unit is sent as a whole, not document by document.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	outcomes := make([]connectors.Outcome, len(do))
	for i, t := range do {
		outcomes[i] = connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}
	}
	if err := connectors.ValidateAll(do); err != nil {
		return outcomes, err
	}
	if opt.Rehearse {
		return outcomes, notSupported("rehearsals")
	}
	if opt.Confirm == nil {
		return outcomes, connectors.ErrRefused
	}
	a := &application{store: s, confirm: opt.Confirm, known: newKnown(), types: map[string]bson.Type{}}
	defer a.known.close()
	for i, t := range do {
		w := &work{Treatment: t, app: a, out: &outcomes[i], own: map[string]*name{}}
		a.works = append(a.works, w)
		if err := w.resolve(ctx); err != nil {
			return outcomes, fmt.Errorf("treatment %s: %w", t.ID, err)
		}
	}
	for _, w := range a.works {
		for i := range w.units {
			if err := w.turn(ctx, w.units[i].rows); err != nil {
				return outcomes, fmt.Errorf("treatment %s: %w", w.ID, err)
			}
			w.units[i].rows = nil
		}
		if err := w.tidy(ctx); err != nil {
			return outcomes, fmt.Errorf("treatment %s: %w", w.ID, err)
		}
	}
	return outcomes, nil
}

// application is one call of Apply.
type application struct {
	*store
	confirm func(context.Context, []connectors.Outcome) error
	known   *known
	types   map[string]bson.Type // that fields usually have
	works   []*work
}

// work is one treatment and the rows it is to change.
type work struct {
	connectors.Treatment
	app   *application
	from  source
	match *matcher
	out   *connectors.Outcome
	todo  int64  // rows that are to be changed
	units []unit // of them
	own   map[string]*name
	fresh *insertion // Ensure

	stale  []*entry // selected, and left where it was by a call that was broken off
	doubts []doubt  // of the unit that is being worked
}

// target is a row to be changed, with what is in its document.
type target struct {
	row
	intent
	counts  connectors.Row // Recount
	changed bson.RawValue  // what an element is going to be, of Set and Recount
	done    bool
}

// intent is what is to be done to a row, and for whom.
type intent struct {
	persons []int
	keys    []any    // Treatment.Capture
	sets    []assign // Set and Recount
}

// resolve finds the rows of the treatment and what is to be done to them. Nothing is changed.
func (w *work) resolve(ctx context.Context) error {
	var err error
	if w.from, err = understand(w.On.Collection); err != nil {
		return err
	}
	if !(Connector{}).Describe().Does(w.Verb) {
		return notSupported(string(w.Verb))
	}
	if (w.Verb == connectors.Block || w.Verb == connectors.Release) && w.Method != methodMove {
		return notSupported("blocking by " + w.Method)
	}
	if len(w.Capture) > 0 {
		w.out.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	if w.Verb == connectors.Ensure {
		err = w.ensure(ctx)
	} else {
		err = w.find(ctx)
	}
	return err
}

func (w *work) find(ctx context.Context) error {
	if len(w.On.Any) == 0 && !w.On.All {
		return nil
	}
	var err error
	if w.match, err = newMatcher(w.On); err != nil {
		return err
	}
	f := finder{from: w.from, fields: w.Capture, whole: true, known: w.app.known, stale: &w.stale, each: func(r row, persons []int) error { return w.take(ctx, r, persons) }}
	if w.Verb != connectors.Recount {
		return w.app.find(ctx, f, w.On)
	}
	c := &counters{work: w}
	f.each, f.rest = c.take, func(st *stand) error { return c.rest(ctx, st) }
	if err := w.app.find(ctx, f, w.On); err != nil {
		return err
	}
	return c.judge(ctx)
}

// take judges one row.
func (w *work) take(ctx context.Context, r row, persons []int) error {
	return w.judge(ctx, &target{row: r, intent: intent{persons: persons}})
}

func (w *work) judge(ctx context.Context, t *target) error {
	r := t.row
	if w.out.LinkKeys != nil {
		values, err := r.values(w.from, w.Capture, false)
		if err != nil {
			return err
		}
		t.keys = values.Pick(w.Capture)
		t.capture(w.out)
	}
	if r.removed() {
		return nil
	}
	standing, err := w.intend(ctx, t)
	switch {
	case err != nil:
		return err
	case standing == connectors.Done:
		w.out.Already++
		return nil
	case standing == connectors.Conflict:
		values, err := r.values(w.from, w.On.Collection.Key, true)
		w.out.Conflicts = append(w.out.Conflicts, values)
		return err
	}
	return w.plan(t)
}

// intend says how a row stands to the treatment, and notes in the documents read what will have become of it when its turn comes.
func (w *work) intend(ctx context.Context, t *target) (connectors.Standing, error) {
	switch w.Verb {
	case connectors.Delete:
		if t.part != nil {
			t.part.gone = true
		} else {
			t.gone = true
		}
		return connectors.ToDo, nil
	case connectors.Set:
		return w.set(ctx, t)
	case connectors.Recount:
		return w.assign(ctx, t, t.counts)
	case connectors.Block, connectors.Release:
		return w.hold(t), nil
	}
	return 0, notSupported(string(w.Verb))
}

func (t *intent) capture(o *connectors.Outcome) {
	if o.LinkKeys == nil {
		return
	}
	for _, p := range t.persons {
		o.LinkKeys.Tuples = append(o.LinkKeys.Tuples, connectors.Tuple{Person: p, Values: t.keys})
	}
}

func (t *intent) count(o *connectors.Outcome) {
	o.Changed++
	for _, p := range t.persons {
		o.ByPerson[p]++
	}
}
