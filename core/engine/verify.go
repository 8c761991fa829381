package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// verify asks the system again, by the captured keys, whether everything is as planned. Rows an application wrote
// meanwhile are treated once more; what is still there then is not done, and a person has to look.
func (j *job) verify(ctx context.Context) error {
	if j.limits() {
		return j.proveLimits(ctx)
	}
	work, sys, err := j.part()
	if err != nil {
		return err
	}
	frames, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Frame, error) { return j.frames(tx) })
	if err != nil {
		return err
	}
	captured, err := j.capturedChecks(work, frames)
	if err != nil {
		return err
	}
	work.Checks = append(slices.Clip(work.Checks), captured...)
	if j.said, err = j.findings(ctx); err != nil {
		return err
	}
	left, err := j.ask(ctx, work, sys)
	if err != nil {
		return err
	}
	j.failpoint("looked")
	if err := j.settleConflicts(ctx, left); err != nil {
		return err
	}
	d := detailOf(j.Step)
	var alone []int
	if j.Shared() {
		alone, err = j.lateOfSeveral(ctx, left, work, sys, &d)
		if err != nil {
			return err
		}
		left = nil
	}
	if len(left) > 0 && !slices.ContainsFunc(left, func(r remainder) bool { return r.Exact }) {
		if reused := slices.DeleteFunc(slices.Clone(left), func(r remainder) bool { return !r.reused }); len(reused) > 0 {
			return j.askPeople(ctx, TaskReusedKey, reused)
		}
		err := j.treatLate(ctx, left, sys, &d)
		if errors.Is(err, connectors.ErrMoreRows) {
			return j.askPeople(ctx, TaskLateRows, left)
		}
		if err != nil {
			return err
		}
		j.failpoint("late")
		if left, err = j.ask(ctx, work, sys); err != nil {
			return err
		}
		if err := j.settleConflicts(ctx, left); err != nil {
			return err
		}
	}
	if len(left) > 0 {
		return later{code: "attention", codes: []string{"not_done"}, why: fmt.Sprintf("%s/%s: %d rows are not as they should be (asked by %s), although the connector said so; nothing of this system counts as done", j.System, left[0].Collection, left[0].rows, left[0].By)}
	}
	if err := j.compareWitness(ctx, work, sys); err != nil {
		return err
	}
	at := j.Now()
	d.VerifiedAt = &at
	j.Detail = d.raw()
	j.ending = func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		if err := j.endGivenUp(tx, at); err != nil {
			return err
		}
		if err := tx.CancelStepTasks(j.ID, at); err != nil { // what it asked about is not there any more
			return err
		}
		for _, p := range alone {
			if err := setApart(tx, j.group.members[p], j.System, nil, at); err != nil {
				return err
			}
		}
		return j.noteSystem(tx, "system."+map[string]string{phaseVerify: "verified", phaseSettle: "settled"}[j.Phase], at)
	}
	return nil
}

// settle is the second look, after the time the map sets: applications go on writing.
func (j *job) settle(ctx context.Context) error {
	first, err := read(ctx, j.Engine, func(tx *state.Tx) (state.Step, error) { return stepOf(tx, j.Step, phaseVerify) })
	if err != nil {
		return err
	}
	at := detailOf(first).VerifiedAt
	if at == nil {
		return errors.New("the first check left no time")
	}
	if j.open.Content.Right == request.Lift { // what is free again is the application's
		return j.proveLimits(ctx)
	}
	if due := at.Add(j.Planner.Systems[j.System].Map.Settle); j.Now().Before(due) {
		return later{code: "settle", why: "looked at again then", at: due}
	}
	return j.verify(ctx)
}

func stepOf(tx *state.Tx, like state.Step, phase string) (state.Step, error) {
	steps, err := tx.PlanSteps(like.Plan)
	if err != nil {
		return state.Step{}, err
	}
	for _, s := range steps {
		if s.Phase == phase && s.System == like.System && s.Part == like.Part {
			return s, nil
		}
	}
	return state.Step{}, state.ErrNotFound
}

// remainder is what a check found.
type remainder struct {
	planner.Check
	rows   int64
	keys   []connectors.Tuple
	of     map[int]bool // the persons they were reached for
	reused bool
	some   []Item // of the rows, for who decides

	conflicts int64 // of the rows, those that hold neither the old nor the new value of a correction
}

// ask runs every check and returns those that found something.
func (j *job) ask(ctx context.Context, work *planner.SystemWork, sys *planner.System) ([]remainder, error) {
	empty, err := j.nothing(ctx, work, sys)
	if err != nil {
		return nil, err
	}
	var out []remainder
	for i, c := range work.Checks {
		if empty[i] {
			continue
		}
		r := remainder{Check: c, of: map[int]bool{}}
		zone := c.Selection.Collection.Location()
		width := len(c.Selection.Collection.Key)
		sel := withMatched(c.Selection)
		err := sys.Each(ctx, sel, func(person int, vs []any) error {
			if c.Assigned != nil && stands(*c.Assigned, sel.Fields, vs, zone) {
				return nil
			}
			if j.aside(person) {
				return nil
			}
			conflict := c.Assigned != nil && isConflict(*c.Assigned, sel.Fields, vs)
			if j.said.spares(c.Collection, vs[:width], conflict) {
				return nil
			}
			r.rows++
			r.of[person] = true
			if conflict {
				r.conflicts++
			}
			if len(r.keys) < foundAtOnce {
				r.keys = append(r.keys, connectors.Tuple{Person: person, Values: append([]any(nil), vs[:width]...)})
			}
			if len(r.some) < foundShown {
				r.some = append(r.some, j.shown(c.Collection, sel.Fields, vs))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if r.rows == 0 {
			continue
		}
		if c.Parent != nil {
			if r.reused, err = j.reused(ctx, &r); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// nothing says of which checks the system finds no row at all: one question for all of them. Those asked by the keys of the very
// rows find them, so that they are not counted first.
func (j *job) nothing(ctx context.Context, work *planner.SystemWork, sys *planner.System) (map[int]bool, error) {
	var asks []connectors.Selection
	var of []int
	for i, c := range work.Checks {
		if !c.Exact {
			asks, of = append(asks, c.Selection), append(of, i)
		}
	}
	n, err := sys.Count(ctx, asks...)
	if err != nil {
		return nil, err
	}
	out := map[int]bool{}
	for k, i := range of {
		out[i] = n[k] == 0
	}
	return out, nil
}

func stands(t connectors.Treatment, fields []string, values []any, _ *time.Location) bool {
	row := connectors.Row{}
	for i, f := range fields {
		row[f] = values[i]
	}
	return t.Standing(row) == connectors.Done
}

// reused says whether an owner stands again under a captured key although the plan deleted it.
func (j *job) reused(ctx context.Context, c *remainder) (bool, error) {
	if gone, err := j.ownersGone(ctx, c.Check); err != nil || !gone {
		return false, err
	}
	sys := j.Planner.Systems[c.Owner]
	if sys == nil || sys.Store == nil {
		return false, fmt.Errorf("%s is not open, whose keys lead to what was found: %w", c.Owner, connectors.ErrTryLater)
	}
	n, err := sys.Tallies(ctx, *c.Parent)
	if err != nil {
		return false, err
	}
	stay := map[int]int64{} // owners the plan kept stand there rightly
	for _, s := range j.work.Stay {
		if s.System == c.Owner && s.Collection == c.Parent.Collection.Name {
			stay[s.Person] += s.Rows
		}
	}
	if !j.Shared() {
		return n[0].Total > stay[0], nil
	}
	for p, rows := range n[0].ByPerson {
		if c.of[p] && rows > stay[p] {
			return true, nil
		}
	}
	return false, nil
}

// ownersGone says whether the plan deletes rows of the owners' collection and their system has done so.
func (j *job) ownersGone(ctx context.Context, c planner.Check) (bool, error) {
	gone := false
	for _, w := range j.work.Systems {
		for i, t := range w.Treatments {
			if w.System == c.Owner && t.Verb == connectors.Delete && w.Purposes[i].Collection == c.Parent.Collection.Name && w.Purposes[i].Planned > 0 {
				gone = true
			}
		}
	}
	if !gone || c.Owner == j.System {
		return gone, nil
	}
	if of := j.batchOf(); of != "" {
		return j.workedTogether(ctx, of, c.Owner)
	}
	like := j.Step
	like.System = c.Owner
	work, err := read(ctx, j.Engine, func(tx *state.Tx) (state.Step, error) { return stepOf(tx, like, phaseApply) })
	return work.State == state.StepDone, err
}

// compareWitness looks at the other persons' rows again.
func (j *job) compareWitness(ctx context.Context, work *planner.SystemWork, sys *planner.System) error {
	if len(work.Witnesses) == 0 || j.Phase != phaseVerify {
		return nil
	}
	first, err := read(ctx, j.Engine, func(tx *state.Tx) (state.Step, error) { return stepOf(tx, j.Step, phaseApply) })
	if err != nil {
		return err
	}
	before := detailOf(first).Witness
	now := detailOf(first).After
	if now == nil {
		if now, err = j.witness(ctx, work, sys); err != nil {
			return err
		}
	}
	for i, sel := range work.Witnesses {
		if before[i] != "" && before[i] != now[i] {
			return later{code: "attention", codes: []string{"possible_breach"}, why: fmt.Sprintf("%s/%s: another person's row changed while this request was worked; look whether an application or the connector did it", j.System, sel.Collection.Name)}
		}
	}
	return nil
}
