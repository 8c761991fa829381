package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// actHold is what a task asks where the rows that came under a restriction have no key to be told apart by: whether all of them are held.
const actHold = "hold"

// newcomers are the rows of one class of a restriction that an ordinary account reaches. Those the record does not know came after the
// work; the others the store should have held.
type newcomers struct {
	class connectors.Treatment
	out   int64 // rows that can be reached
	came  int64 // of them, those that came since and nobody has spoken of
	keys  []connectors.Tuple
	some  []Item
	stay  [][]any // keys of rows somebody has said stay as they are
}

// newcomersOf looks who they are; known are the keys the record holds. Rows of files have no key that lasts, and are only counted.
func (j *job) newcomersOf(ctx context.Context, sys *planner.System, class connectors.Treatment, out int64, known []connectors.Tuple) (*newcomers, error) {
	x := &newcomers{class: class, out: out}
	c := class.On.Collection
	if c.Rows != nil {
		there, err := sys.Count(ctx, class.On)
		if err != nil {
			return nil, err
		}
		x.came = min(out, max(there[0]-int64(len(known)), 0))
		return x, nil
	}
	met := map[string]bool{}
	for _, k := range known {
		met[connectors.Tuple{Values: k.Values}.ID()] = true
	}
	sel := class.On
	sel.Fields = slices.Clone(c.Key)
	sel = withMatched(sel)
	err := sys.Each(ctx, sel, func(_ int, vs []any) error {
		key := slices.Clone(vs[:len(c.Key)])
		id := connectors.Tuple{Values: key}.ID()
		if met[id] {
			return nil
		}
		met[id] = true
		place := c.Name + "/" + j.said.row(key)
		switch {
		case j.said.left[place]:
			x.stay = append(x.stay, key)
			return nil
		case j.said.treat[place]:
			return nil
		}
		x.came++
		if len(x.keys) < foundAtOnce {
			x.keys = append(x.keys, connectors.Tuple{Values: key})
		}
		if len(x.some) < foundShown {
			x.some = append(x.some, j.shown(c.Name, sel.Fields, vs))
		}
		return nil
	})
	return x, err
}

// but leaves out of a selection what stays as it is.
func (x *newcomers) but(sel connectors.Selection) connectors.Selection {
	if len(x.stay) > 0 {
		sel.Where = append(slices.Clip(sel.Where), connectors.NotThat(graph.Among(sel.Collection.Key, x.stay)))
	}
	return sel
}

// roomHeld is how many late rows of a class one look holds without asking: what the approved plan's ceiling leaves, so that of a class it
// found empty, and of rows that name the person, every one is asked about.
func roomHeld(p *plan.Plan, system, collection string) (room int64) {
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				if s.Name == system && c.Name == collection && (a.Action == plan.Block || a.Action == plan.Move) {
					room += max(a.Ceiling-a.Rows, 0)
				}
			}
		}
	}
	return room
}

// holdLate holds what came after the work, within what the plan allows and what people have confirmed. What is more is left to a person,
// one task for each collection; it is said last, so that the rest is held by then.
func (j *job) holdLate(ctx context.Context, work *planner.SystemWork, sys *planner.System, places []planner.Restricted, open []*newcomers) (late int64, err error) {
	p, err := j.plan(ctx)
	if err != nil {
		return 0, err
	}
	var over []remainder
	var free []*newcomers
	for _, x := range open {
		c := x.class.On.Collection
		sure := x.came == 0 || x.came <= roomHeld(p, work.System, c.Name)
		if c.Rows != nil && !sure {
			if sure, err = j.mayHoldAll(ctx, c.Name, x.came); err != nil {
				return 0, err
			}
		}
		if sure {
			free = append(free, x)
			continue
		}
		over = append(over, remainder{Check: planner.Check{ID: x.class.ID, Collection: c.Name, Selection: x.class.On}, rows: x.came, keys: x.keys, some: x.some})
		for _, k := range x.keys { // until somebody has answered
			x.stay = append(x.stay, k.Values)
		}
		if c.Rows == nil && x.came == int64(len(x.keys)) {
			free = append(free, x)
		}
	}
	if late, err = j.hold(ctx, work, sys, places, free); err != nil {
		return late, err
	}
	if len(over) > 0 { // what is held by now is counted, whatever is answered
		d := detailOf(j.Step)
		d.Late += late
		j.Detail = d.raw()
	}
	keyed := slices.DeleteFunc(slices.Clone(over), func(r remainder) bool { return len(r.keys) == 0 })
	if len(keyed) > 0 {
		return late, j.askPeople(ctx, TaskLateRows, keyed)
	}
	if len(over) > 0 {
		return late, j.awaitHold(ctx, over[0].Collection)
	}
	return late, nil
}

// hold blocks rows of the classes named, and marks what the map's column shows of them.
func (j *job) hold(ctx context.Context, work *planner.SystemWork, sys *planner.System, places []planner.Restricted, open []*newcomers) (int64, error) {
	writer, ok := connectors.As[connectors.Writer](sys.Store)
	if !ok {
		return 0, connectors.ErrNotSupported
	}
	var do []connectors.Treatment
	for i, t := range work.Treatments {
		of := slices.IndexFunc(open, func(x *newcomers) bool { return x.class.On.Collection.Name == t.On.Collection.Name })
		if of < 0 {
			continue
		}
		parts, err := sys.Flatten(ctx, open[of].but(t.On))
		if err != nil {
			return 0, err
		}
		for n, on := range parts {
			one := t
			one.ID, one.On, one.AtMost = fmt.Sprintf("late/%d/%d/%s", i, n, t.ID), on, max(t.AtMost, open[of].out)
			if t.Verb == connectors.Block {
				one.AtMost = open[of].out // no more than were seen
			}
			do = append(do, one)
		}
	}
	if len(do) == 0 {
		return 0, nil
	}
	outcomes, err := writer.Apply(sys.Telling(ctx), do, connectors.ApplyOptions{Lock: j.Step.Request + "/" + work.System, Confirm: func(ctx context.Context, outcomes []connectors.Outcome) error {
		more := map[string][]connectors.Tuple{}
		for _, o := range outcomes {
			i := slices.IndexFunc(do, func(t connectors.Treatment) bool { return t.ID == o.ID })
			if i >= 0 && do[i].Verb == connectors.Block && o.LinkKeys != nil {
				name := do[i].On.Collection.Name
				more[name] = append(more[name], o.LinkKeys.Tuples...)
			}
		}
		return j.DB.Write(ctx, func(tx *state.Tx) error {
			if err := tx.HoldStep(j.Step); err != nil {
				return err
			}
			return j.keepHeld(tx, work.System, more, places)
		})
	}})
	if errors.Is(err, connectors.ErrMoreRows) {
		return 0, later{code: "store", why: work.System + ": rows went on coming while they were looked at", at: j.Now().Add(firstRetry)}
	}
	var n int64
	for _, o := range outcomes {
		if i := slices.IndexFunc(do, func(t connectors.Treatment) bool { return t.ID == o.ID }); i >= 0 && do[i].Verb == connectors.Block {
			n += o.Changed
		}
	}
	return n, describe(err, outcomes)
}

// mayHoldAll says whether a person has said that all rows of a collection without lasting keys are to be held; else one is asked. Rows that
// have gone by their answer are looked for again.
func (j *job) mayHoldAll(ctx context.Context, collection string, came int64) (sure bool, err error) {
	err = j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		before, err := tx.Tasks(state.TaskFilter{Step: j.ID, Kind: string(TaskLateRows)})
		if err != nil {
			return err
		}
		before = slices.DeleteFunc(before, func(t state.Task) bool { return t.Collection != collection || taskDetailOf(t).Act != actHold })
		if sure = slices.ContainsFunc(before, func(t state.Task) bool { return t.State == state.TaskDone }); sure {
			return nil
		}
		if slices.ContainsFunc(before, func(t state.Task) bool { return t.State == state.TaskOpen }) {
			return nil
		}
		_, err = j.openTask(tx, j.open, Ask{Kind: TaskLateRows, System: j.System, Collection: collection, Ref: fmt.Sprintf("%shold/%d/%d", j.foundRef(), j.ID, len(before)), Step: j.ID,
			Act: actHold, Items: int(min(came, foundAtOnce)), Title: j.foundTitle(TaskLateRows, collection),
			Brief: Brief{Find: j.namedBy(j.open), Do: []string{fmt.Sprintf("%d rows of files name this person and came after the work, more than the plan that was approved allows; they are not restricted yet. Look whose they are, and what writes them.", came),
				"done: they are this person's, and are restricted too", "nothing-found: they have gone, or were put right; it is looked for again"}}}, j.Now())
		return err
	})
	return sure, err
}

// awaitHold waits for the answers to the step's tasks.
func (j *job) awaitHold(ctx context.Context, collection string) error {
	tasks, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Task, error) { return tx.Tasks(state.TaskFilter{Step: j.ID}) })
	if err != nil {
		return err
	}
	j.failpoint("asked")
	wait := later{code: "attention", codes: []string{string(TaskLateRows)}, why: fmt.Sprintf("%s/%s: %s", j.System, collection, j.foundWhy(TaskLateRows)), tasks: true}
	if open := waitsForTasks(tasks); open != nil {
		wait.why += "; " + open.why
	}
	return wait
}
