package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// treatLate treats the rows that came after the work, by their keys, within what the plan's ceiling leaves.
func (j *job) treatLate(ctx context.Context, left []remainder, sys *planner.System, d *detail) error {
	writer, ok := connectors.As[connectors.Writer](sys.Store)
	if !ok {
		return connectors.ErrNotSupported
	}
	if err := j.inHours(); err != nil {
		return err
	}
	var do []connectors.Treatment
	of := map[string]string{} // the plan's treatments
	for i, r := range left {
		t := connectors.Treatment{ID: fmt.Sprintf("late/%d/%s", i, r.ID), Verb: connectors.Delete, AtMost: j.roomFor(r)}
		if r.Assigned != nil {
			t.Verb, t.Assign = r.Assigned.Verb, r.Assigned.Assign
		}
		parts, err := sys.Flatten(ctx, connectors.Selection{Collection: r.Selection.Collection, Any: []connectors.Match{{Fields: r.Selection.Collection.Key, Values: r.keys}}, Where: r.Selection.Where})
		if err != nil {
			return err
		}
		for n, on := range parts {
			one := t
			if one.On = on; n > 0 {
				one.ID = fmt.Sprintf("%s#%d", t.ID, n)
			}
			do, of[one.ID] = append(do, one), r.ID
		}
	}
	again, err := j.countAgain(ctx, left, sys)
	if err != nil {
		return err
	}
	outcomes, err := writer.Apply(sys.Telling(ctx), append(do, again...), connectors.ApplyOptions{Lock: j.Owner() + "/" + j.System, Confirm: func(ctx context.Context, outcomes []connectors.Outcome) error {
		if err := j.withinOwn(of, outcomes); err != nil {
			return err
		}
		return j.DB.Write(ctx, func(tx *state.Tx) error { return tx.HoldStep(j.Step) })
	}})
	if err != nil && sys.Card.Transactional {
		return err // whatever it says it did was taken back
	}
	for _, o := range outcomes {
		if of[o.ID] == "" { // a counter
			continue
		}
		d.Late += o.Changed
		for p, n := range o.ByPerson {
			if who := j.persons(); p < len(who) {
				if d.LateOf == nil {
					d.LateOf = map[int]int64{}
				}
				d.LateOf[who[p]] += n
			}
		}
	}
	return err
}

// countAgain has the counters the plan recounts recounted after late rows: of the collections in which there are some.
func (j *job) countAgain(ctx context.Context, left []remainder, sys *planner.System) (out []connectors.Treatment, err error) {
	for _, w := range j.work.Systems {
		for _, t := range w.Treatments {
			counts := func(r remainder) bool {
				return slices.ContainsFunc(t.Assign, func(a connectors.Assign) bool { return a.Over != nil && a.Over.Collection.Name == r.Collection })
			}
			if w.System != j.System || t.Verb != connectors.Recount || !slices.ContainsFunc(left, counts) {
				continue
			}
			parts, err := sys.Flatten(ctx, t.On)
			if err != nil {
				return nil, err
			}
			for n, on := range parts {
				one := t
				one.On, one.ID = on, fmt.Sprintf("late/%s#%d", t.ID, n)
				out = append(out, one)
			}
		}
	}
	return out, nil
}

// room is what the ceiling of a class leaves for late rows.
func (j *job) room(r remainder) int64 {
	for _, w := range j.work.Systems {
		if w.System != j.System {
			continue
		}
		for i, t := range w.Treatments {
			if t.ID == r.ID {
				if a := plan.Act(w.Purposes[i].Action); a == plan.Correct || a == plan.Supplement {
					return t.AtMost // the same rows, written back by somebody, are corrected again
				}
				return max(t.AtMost-w.Purposes[i].Planned, 0)
			}
		}
	}
	return 0
}
