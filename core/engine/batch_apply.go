package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// applyShared works a system for several members at once. Where somebody's rows stand in the way it takes nothing for done: their halves take
// its place, each planned anew, until whoever it is stands alone, as attention, and the others are done.
func (j *job) applyShared(ctx context.Context) error {
	if j.work == nil {
		if err := j.remake(ctx); err != nil || j.work == nil {
			return err
		}
	} else if j.State != state.StepPrepared && j.Part == "" && detailOf(j.Step).Pool != nil {
		j.giveWay(nil, j.group.persons) // they have waited for others: what is done is made anew, of what is there now
		return nil
	} else if behind := j.behind(); len(behind) > 0 && j.State != state.StepPrepared {
		rest := slices.DeleteFunc(slices.Clone(j.group.persons), func(p int) bool { _, is := behind[p]; return is })
		j.giveWay(behind, rest)
		return nil
	}
	err := j.applyWork(ctx)
	if err == nil || !j.somebodys(ctx, err) {
		return err
	}
	d := detail{Why: err.Error(), Codes: []string{codeOf(err)}}
	var wait later
	if errors.As(err, &wait) {
		d = detail{Why: wait.why, Codes: wait.codes}
	}
	all := j.group.persons
	if len(all) == 1 {
		j.giveWay(map[int]detail{all[0]: d})
		return nil
	}
	j.giveWay(nil, all[:len(all)/2], all[len(all)/2:])
	return nil
}

// somebodys says whether an error is of somebody's rows: more than planned, in the way of a constraint, leading on from where nobody looked.
// What the store itself says, or the executor's state, is everybody's.
func (j *job) somebodys(ctx context.Context, err error) bool {
	var wait later
	switch {
	case ctx.Err() != nil || j.unstored != nil || errors.Is(err, connectors.ErrTryLater):
		return false
	case errors.As(err, &wait):
		return slices.Contains(wait.codes, "late_rows")
	}
	return errors.Is(err, connectors.ErrMoreRows) || errors.Is(err, connectors.ErrConflict)
}

// giveWay ends the step in favour of parts of its members, and of those who stand alone from now on, each with the reason.
func (j *job) giveWay(alone map[int]detail, parts ...[]int) {
	parts = slices.DeleteFunc(parts, func(p []int) bool { return len(p) == 0 })
	d := detailOf(j.Step)
	d.Split = true
	j.Detail = d.raw()
	j.ending = func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		if err := j.setApart(tx, alone); err != nil {
			return err
		}
		return j.split(tx, j.Now(), parts...)
	}
}

// setApart lets members stand alone in the step's system.
func (j *job) setApart(tx *state.Tx, alone map[int]detail) error {
	for p, d := range alone {
		err := j.putStays(tx, p, nil) // of an earlier look
		if err == nil {
			err = setApart(tx, j.group.members[p], j.System, &d, j.Now())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// behind are the members of the step who stand alone, undone, in a system that comes before this one: what leads there is not taken away
// for them.
func (j *job) behind() map[int]detail {
	out := map[int]detail{}
	for _, w := range j.work.Systems {
		for _, after := range w.After {
			for p, done := range j.group.apart[after] {
				if w.System == j.System && !done && slices.Contains(j.group.persons, p) {
					out[p] = detail{Codes: []string{"not_begun"}, Why: after + " is worked before " + j.System + ", and is not done for this request; nothing was done here"}
				}
			}
		}
	}
	return out
}

// remake makes the work of a part: its members are planned together once more, with the plan's own as_of, in this system alone, and each is
// held to the plan that was approved. Who cannot be, stands alone. Where nobody is left, there is no work.
func (j *job) remake(ctx context.Context) error {
	persons := slices.Clone(j.group.persons)
	alone := map[int]detail{}
	whole, err := j.groupWork(ctx, j.open, workEdge)
	if err != nil || whole == nil {
		return errors.Join(err, fmt.Errorf("the work of batch %s is gone", j.Batch))
	}
	j.work = &whole.Work
	for p, d := range j.behind() {
		alone[p] = d
	}
	j.work = nil
	e := *j.Engine
	e.Progress = nil
	for {
		persons = slices.DeleteFunc(persons, func(p int) bool { _, out := alone[p]; return out })
		if len(persons) == 0 {
			j.giveWay(alone)
			return nil
		}
		work, stays, fault, err := e.remakeFor(ctx, j, whole, persons)
		if err != nil {
			return err
		}
		for p, d := range fault {
			alone[p] = d
		}
		if len(fault) > 0 {
			continue // the others were judged as if these went too
		}
		frames, err := packWork(j.open.Key, j.Batch, groupEdge(j.System, j.Part), &groupWork{Persons: persons, Work: *work})
		if err != nil {
			return err
		}
		j.failpoint("remade")
		j.work, j.group.persons = work, persons
		place := j.Step
		place.System = "" // where the batch's other works lie
		return j.DB.Write(ctx, func(tx *state.Tx) error {
			for _, f := range frames {
				if err := tx.PutFrame(place, j.Batch, f); err != nil {
					return err
				}
			}
			for i, p := range persons {
				if err := j.putStays(tx, p, stays[i]); err != nil {
					return err
				}
			}
			return j.setApart(tx, alone)
		})
	}
}

// putStays notes what is left standing for a member of the step in its system, in place of what an earlier look found.
func (j *job) putStays(tx *state.Tx, person int, stays []state.Frame) error {
	m := j.group.members[person]
	place := state.Step{ID: j.ID, Fence: j.Fence, Request: m.Request} // where the member's own works lie
	if err := tx.DeleteFramesOf(place, poolEdge(state.Step{System: j.System, Plan: m.Plan})); err != nil {
		return err
	}
	for _, f := range stays {
		if err := tx.PutFrame(place, m.Request, f); err != nil {
			return err
		}
	}
	return nil
}

// remakeFor makes it for so many of them; stays are, of each, sealed, what it leaves standing, and fault says of whom something else would be
// done than was approved.
func (e *Engine) remakeFor(ctx context.Context, j *job, whole *groupWork, persons []int) (work *planner.Work, stays [][]state.Frame, fault map[int]detail, err error) {
	var ids []string
	for _, p := range persons {
		ids = append(ids, j.group.members[p].Request)
	}
	ms, err := e.openMembers(ctx, ids)
	if err != nil {
		return nil, nil, nil, err
	}
	defer ms.wipe()
	var plans []*plan.Plan
	var without []string
	for i, m := range ms {
		if m.stored, err = read(ctx, e, func(tx *state.Tx) (state.Plan, error) { return tx.Plan(j.group.members[persons[i]].Plan) }); err != nil {
			return nil, nil, nil, err
		}
		m.plan = &plan.Plan{}
		if err := json.Unmarshal(m.stored.Document, m.plan); err != nil {
			return nil, nil, nil, fmt.Errorf("plan of %s: %w", m.ID, err)
		}
		at := slices.Index(whole.Persons, persons[i])
		if m.supplement, without, err = e.supplementWith(ctx, m.open, []string{j.System}, cut(&whole.Work, at)); err != nil {
			return nil, nil, nil, err
		}
		plans = append(plans, m.plan)
	}
	now, _, err := e.makeBatch(ctx, ms, j.open.Key, plans[0].AsOf, without)
	if err != nil {
		return nil, nil, nil, err
	}
	fault = map[int]detail{}
	for _, l := range now.Left {
		fault[persons[l.Member]] = detail{Codes: []string{l.Attention.Code}, Why: l.Attention.Text}
	}
	stays = make([][]state.Frame, len(ms))
	for i, m := range ms {
		r := now.Results[i]
		if r == nil {
			continue
		}
		if !r.Plan.Complete { // it, or one that says whose rows are whose
			return nil, nil, nil, fmt.Errorf("%s: %w", j.System, connectors.ErrTryLater)
		}
		if diff := plan.Compare(m.plan.Before(r.Plan, j.System), r.Plan.Only(j.System)); len(diff) > 0 {
			fault[persons[i]] = detail{Codes: []string{"stale"}, Why: strings.Join(diff, "; ")}
		}
		left := r.Work.Staying(j.System)
		if stays[i], err = packWork(m.Key, m.ID, poolEdge(state.Step{System: j.System, Plan: m.stored.ID}), &left); err != nil {
			return nil, nil, nil, err
		}
	}
	now.Work.BoundTogether(plans, now.Rows)
	return now.Work, stays, fault, nil
}

// noFault is what is said of a step somebody resumed for which nothing can be done any more but to plan anew.
func (j *job) noFault() error {
	d := detailOf(j.Step)
	if d.Why == "" {
		d.Why = "this request fell out of its batch here; plan what is left of it"
	}
	return later{code: "attention", codes: d.Codes, why: d.Why}
}
