package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// lateOfSeveral treats the rows of several that came after the work, within what their plans' ceilings leave together. Whose rows are still
// there then, or cannot be decided about, stands alone in this system from now on (alone: by their numbers), to be looked at
// as one request is; of the others it is verified.
func (j *job) lateOfSeveral(ctx context.Context, left []remainder, work *planner.SystemWork, sys *planner.System, d *detail) (alone []int, err error) {
	if len(left) == 0 {
		return nil, nil
	}
	if !slices.ContainsFunc(left, func(r remainder) bool { return r.Exact || r.reused }) {
		switch err := j.treatLate(ctx, left, sys, d); {
		case err == nil:
			j.failpoint("late")
			if left, err = j.ask(ctx, work, sys); err != nil {
				return nil, err
			}
		case !errors.Is(err, connectors.ErrMoreRows):
			return nil, err
		}
	}
	for _, r := range left {
		for p := range r.of {
			if who := j.group.persons[p]; !slices.Contains(alone, who) {
				alone = append(alone, who)
			}
		}
	}
	slices.Sort(alone)
	for _, who := range alone {
		j.group.leave(j.System, who)
	}
	return alone, nil
}

// withinOwn refuses late rows of which one of several would lose more than the own plan's ceiling leaves, however much it leaves all of them
// together; of is the plan's treatment behind each that was sent.
func (j *job) withinOwn(of map[string]string, outcomes []connectors.Outcome) error {
	if !j.Shared() {
		return nil
	}
	late := map[string]map[int]int64{} // by the plan's treatment, by person
	for _, o := range outcomes {
		id := of[o.ID]
		if late[id] == nil {
			late[id] = map[int]int64{}
		}
		for p, n := range o.ByPerson {
			late[id][p] += n
		}
	}
	for _, w := range j.work.Systems {
		for i, c := range w.Purposes {
			id := w.Treatments[i].ID
			for p, n := range late[id] {
				if most, bounded := c.Most[p]; w.System == j.System && bounded && n > max(most-c.Each[p], 0) {
					return fmt.Errorf("%s: %w", id, connectors.ErrMoreRows)
				}
			}
		}
	}
	return nil
}

// leave notes that a member stands alone in a system.
func (g *group) leave(system string, person int) {
	if g.apart[system] == nil {
		g.apart[system] = map[int]bool{}
	}
	g.apart[system][person] = false
}

// aside says whether a person of the work in hand stands alone in the step's system: what is found for them is theirs to answer.
func (j *job) aside(person int) bool {
	if j.group == nil || person >= len(j.group.persons) {
		return false
	}
	_, is := j.group.apart[j.System][j.group.persons[person]]
	return is
}

// batchOf is the batch the step's work was done in; "" none.
func (j *job) batchOf() string {
	if j.from != nil {
		return j.from.batch
	}
	if j.Shared() {
		return j.Batch
	}
	return ""
}

// workedTogether says whether a system was worked for everybody of a batch who does not stand alone there.
func (j *job) workedTogether(ctx context.Context, batch, system string) (bool, error) {
	steps, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Step, error) { return tx.SharedSteps(batch) })
	worked := false
	for _, s := range steps {
		if s.Phase != phaseApply || s.System != system || detailOf(s).Split {
			continue
		}
		if worked = true; s.State != state.StepDone {
			return false, err
		}
	}
	return worked, err
}
