package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// limits says whether the step is of a restriction or a lift: nothing is gone afterwards, and what is asked is another question.
func (j *job) limits() bool {
	return j.open.Content.Right == request.Restriction || j.open.Content.Right == request.Lift
}

// proveLimits is the verification of a restriction and of a lift.
func (j *job) proveLimits(ctx context.Context) error {
	if j.open.Content.Right == request.Lift {
		return j.proveLifted(ctx)
	}
	over, err := read(ctx, j.Engine, j.overHere)
	if err != nil {
		return err
	}
	if over {
		return j.proven(ctx, 0, nil)
	}
	work, sys, err := j.part()
	if err != nil {
		return err
	}
	places := j.work.Restricts
	if j.Phase == phaseVerify {
		if err := j.proveMarks(ctx, work, sys); err != nil {
			return err
		}
		if err := j.compareWitness(ctx, work, sys); err != nil {
			return err
		}
	} else if work, places, err = j.lookAnew(ctx, j.System); err != nil {
		return err
	}
	late, err := j.proveHeld(ctx, work, sys, places)
	if err != nil {
		return err
	}
	return j.proven(ctx, late, nil)
}

// proveHeld shows that an ordinary account can neither read nor change what is held, and that what was captured is still there,
// whole; what it could not do before, either, that does not prove, and is said so ([job.takeReach]). Rows an application wrote for the person since come under the restriction, too; more of them than the plan allows are asked
// about. places say what is done where.
func (j *job) proveHeld(ctx context.Context, work *planner.SystemWork, sys *planner.System, places []planner.Restricted) (late int64, err error) {
	if j.said, err = j.findings(ctx); err != nil {
		return 0, err
	}
	rows, err := j.recorded(ctx, work.System)
	if err != nil {
		return 0, err
	}
	open := map[string]*newcomers{}
	var order []*newcomers
	for _, t := range work.Treatments {
		if t.Verb != connectors.Block {
			continue
		}
		readable, writable, err := probe(ctx, sys, t.On)
		if err != nil {
			return 0, err
		}
		if n := max(readable, writable); n > 0 {
			x, err := j.newcomersOf(ctx, sys, t, n, rows[t.On.Collection.Name].Keys)
			if err != nil {
				return 0, err
			}
			open[t.On.Collection.Name] = x
			order = append(order, x)
		}
	}
	j.failpoint("looked")
	if len(order) > 0 {
		if late, err = j.holdLate(ctx, work, sys, places, order); err != nil {
			return late, err
		}
		j.failpoint("late")
		if rows, err = j.recorded(ctx, work.System); err != nil {
			return late, err
		}
	}
	for _, t := range work.Treatments {
		if t.Verb != connectors.Block {
			continue
		}
		c := t.On.Collection
		if x := open[c.Name]; x != nil {
			n, err := reachable(ctx, sys, x.but(t.On))
			if err != nil {
				return late, err
			}
			if n > 0 {
				return late, later{code: "attention", codes: []string{"not_done"}, why: fmt.Sprintf("%s/%s: an ordinary account can still read or change restricted rows, although the connector said that they are out of reach", work.System, c.Name)}
			}
		}
		if err := j.whole(ctx, sys, c, rows[c.Name].Keys); err != nil {
			return late, err
		}
	}
	return late, nil
}

// whole shows that every row captured is still there; rows of files have no key to ask by.
func (j *job) whole(ctx context.Context, sys *planner.System, c connectors.Collection, keys []connectors.Tuple) error {
	if c.Rows != nil || len(keys) == 0 {
		return nil
	}
	n, err := sys.Count(ctx, connectors.Selection{Collection: c, Any: []connectors.Match{{Fields: c.Key, Values: keys}}})
	if err != nil {
		return err
	}
	if n[0] < int64(len(keys)) {
		return later{code: "attention", codes: []string{"held_missing"}, why: fmt.Sprintf("%s/%s: %d of %d restricted rows are not there any more; look who took them away", sys.Map.Name, c.Name, int64(len(keys))-n[0], len(keys))}
	}
	return nil
}

// reachable is how often an ordinary account can read or change a row of a selection.
func reachable(ctx context.Context, sys *planner.System, sel connectors.Selection) (int64, error) {
	readable, writable, err := probe(ctx, sys, sel)
	return readable + writable, err
}

func probe(ctx context.Context, sys *planner.System, sel connectors.Selection) (readable, writable int64, err error) {
	prober, ok := connectors.As[connectors.Prober](sys.Store)
	if !ok {
		return 0, 0, fmt.Errorf("%s cannot prove what it blocks: %w", sys.Map.Name, connectors.ErrNotSupported)
	}
	sel.Fields = nil
	parts, err := sys.Flatten(ctx, sel)
	for _, part := range parts {
		r, w, err := prober.Probe(sys.Telling(ctx), part)
		if err != nil {
			return 0, 0, err
		}
		readable, writable = readable+r, writable+w
	}
	return readable, writable, err
}

// recorded is what the restriction's record holds in a system, by collection.
func (j *job) recorded(ctx context.Context, system string) (map[string]heldRows, error) {
	held, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Held, error) { return tx.HeldBy(j.Step.Request) })
	if err != nil {
		return nil, err
	}
	out := map[string]heldRows{}
	for _, h := range held {
		if h.System != system {
			continue
		}
		if out[h.Collection], err = openHeld(j.open.Key, h); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// proveMarks shows by the keys of the rows themselves that the map's columns say what was written there.
func (j *job) proveMarks(ctx context.Context, work *planner.SystemWork, sys *planner.System) error {
	frames, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Frame, error) { return tx.Frames(j.Step.Request, j.System, "") })
	if err != nil {
		return err
	}
	asked := *work
	if asked.Checks, err = j.capturedChecks(work, frames); err != nil {
		return err
	}
	left, err := j.ask(ctx, &asked, sys)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return later{code: "attention", codes: []string{"not_done"}, why: fmt.Sprintf("%s/%s: %d rows do not show what was written into the column of the mark", j.System, left[0].Collection, left[0].rows)}
	}
	return nil
}

// proveLifted shows that no mark of the restriction is left, and that an ordinary account reads again what nothing else holds.
func (j *job) proveLifted(ctx context.Context) error {
	of := j.open.Content.Restriction.Of
	end := func(tx *state.Tx, now time.Time) error { return j.endLimit(tx, of, j.System, now) }
	if j.Phase != phaseVerify { // what is free again is the application's; there is nothing more to look for
		return j.proven(ctx, 0, nil)
	}
	work, sys, err := j.part()
	if err != nil {
		return err
	}
	if err := j.proveMarks(ctx, work, sys); err != nil {
		return err
	}
	others, err := j.alsoHeld(ctx, of)
	if err != nil {
		return err
	}
	for _, t := range work.Treatments {
		if t.Verb != connectors.Release {
			continue
		}
		if len(others[j.System+"/"+t.On.Collection.Name]) > 0 {
			continue
		}
		if err := j.readableAgain(ctx, sys, t, of); err != nil {
			return err
		}
	}
	j.failpoint("looked")
	return j.proven(ctx, 0, end)
}

// alsoHeld are the other restrictions in force of the same person, by the collection in which they hold rows, as system/collection.
func (j *job) alsoHeld(ctx context.Context, of string) (map[string][]string, error) {
	marks, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Mark, error) { return tx.RequestMarks(of) })
	if err != nil {
		return nil, err
	}
	return read(ctx, j.Engine, func(tx *state.Tx) (map[string][]string, error) {
		out := map[string][]string{}
		if len(marks) == 0 {
			return out, nil
		}
		xs, err := tx.Requests(state.RequestFilter{Right: string(request.Restriction), Marks: sums(marks)})
		if err != nil {
			return nil, err
		}
		for _, x := range xs {
			held, err := tx.HeldBy(x.ID)
			if err != nil {
				return nil, err
			}
			for _, h := range held {
				if x.ID != of && h.LiftedAt.IsZero() {
					out[h.System+"/"+h.Collection] = append(out[h.System+"/"+h.Collection], x.ID)
				}
			}
		}
		return out, nil
	})
}

// readableAgain shows that what a lift released can be read as before, where no other restriction holds it: of what could not be read then,
// nothing is shown.
func (j *job) readableAgain(ctx context.Context, sys *planner.System, t connectors.Treatment, of string) error {
	was, err := j.reached(ctx, of, t.On.Collection.Name)
	if err != nil {
		return err
	}
	there, err := sys.Count(ctx, t.On)
	if err != nil {
		return err
	}
	readable, _, err := probe(ctx, sys, t.On)
	if err != nil {
		return err
	}
	if hidden := there[0] - max(was.Rows-was.Readable, 0) - readable; hidden > 0 {
		return later{code: "attention", codes: []string{"not_done"}, why: fmt.Sprintf("%s/%s: an ordinary account still cannot read %d rows, although the connector said that they are back", j.System, t.On.Collection.Name, hidden)}
	}
	return nil
}

// proven notes that a system was looked at and is as it should be; also is written with it.
func (j *job) proven(ctx context.Context, late int64, also func(*state.Tx, time.Time) error) error {
	d := detailOf(j.Step)
	at := j.Now()
	d.VerifiedAt, d.Late = &at, d.Late+late
	j.Detail = d.raw()
	defer j.failpoint("noted")
	return j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx, at); err != nil {
				return err
			}
		}
		if err := tx.CancelStepTasks(j.ID, at); err != nil { // what it asked about is not there any more
			return err
		}
		return note(tx, "system."+map[string]string{phaseVerify: "verified", phaseSettle: "settled", phaseHold: "looked_again"}[j.Phase], j.Step.Request, map[string]string{"system": j.System}, at)
	})
}
