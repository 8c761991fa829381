package engine

import (
	"context"
	"errors"
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
