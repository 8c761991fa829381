package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// look makes the work of several in the pool's system, of what is there now: as at a start, each by the as_of of the plan that was approved and
// held to it, from the identifiers and the values that were sealed before what led there went. Whose plan does not hold any more, or not
// together with the others, is left for later (rest).
func (p *pool) look(ctx context.Context, js []*swimmer) (work *planner.SystemWork, in, rest []*swimmer, err error) {
	in = slices.Clone(js)
	for {
		made, err := p.make(ctx, in)
		if err != nil {
			return nil, nil, nil, err
		}
		last := -1
		for i, j := range in {
			j.person, j.result = i, made.Results[i]
			if j.result == nil {
				continue
			}
			if !j.result.Plan.Complete {
				return nil, nil, nil, p.incomplete()
			}
			if j.fault(p.name) != nil {
				last = i
			}
		}
		if last >= 0 { // the others were judged as if this one's rows went too
			rest = append(rest, in[last])
			if in = slices.Delete(in, last, last+1); len(in) < 2 {
				return nil, in, rest, nil
			}
			continue
		}
		var plans []*plan.Plan
		for _, j := range in {
			plans = append(plans, j.plan)
		}
		made.Work.BoundTogether(plans, made.Rows)
		for _, l := range made.Left {
			rest = append(rest, in[l.Member])
		}
		in = slices.DeleteFunc(in, func(j *swimmer) bool { return j.result == nil })
		return workIn(made.Work, p.name), in, rest, nil
	}
}

// make plans several in the pool's system.
func (p *pool) make(ctx context.Context, js []*swimmer) (*planner.Batch, error) {
	var members []planner.Member
	for _, j := range js {
		without, err := j.takeUp(ctx)
		if err != nil {
			return nil, err
		}
		in, err := p.input(ctx, j.open, j.plan.AsOf, without)
		if err != nil {
			return nil, err
		}
		in.Progress = nil
		root, err := j.open.Key.Derive("roots")
		if err != nil {
			return nil, err
		}
		members = append(members, planner.Member{Input: in, RootKey: root})
	}
	pl := *p.Planner
	var err error
	if pl.StandInKey, err = js[0].open.Key.Derive("stand-ins"); err != nil {
		return nil, err
	}
	return pl.MakePool(ctx, members)
}

// lookAlone is look for one by itself: what it may do then is nobody else's concern.
func (p *pool) lookAlone(ctx context.Context, j *swimmer) (*planner.SystemWork, error) {
	without, err := j.takeUp(ctx)
	if err != nil {
		return nil, err
	}
	e := *p.Engine
	e.Progress = nil
	made, err := e.make(ctx, j.open, j.plan.AsOf, without)
	if err != nil {
		return nil, err
	}
	if !made.Plan.Complete {
		return nil, p.incomplete()
	}
	j.person, j.result = 0, made
	if f := j.fault(p.name); f != nil {
		return nil, *f
	}
	made.Work.Bound(j.plan)
	work := workIn(made.Work, p.name)
	for i := range work.Purposes {
		work.Purposes[i].Each = map[int]int64{0: work.Purposes[i].Planned}
	}
	return work, nil
}

func (p *pool) incomplete() error {
	return fmt.Errorf("a system does not answer that says whose rows of %s are whose: %w", p.name, connectors.ErrTryLater)
}

// workIn is what of a work is done in one system.
func workIn(w *planner.Work, system string) *planner.SystemWork {
	for i := range w.Systems {
		if w.Systems[i].System == system {
			return &w.Systems[i]
		}
	}
	return &planner.SystemWork{System: system}
}

// takeUp prepares for the look: what leads to the system are the values that were sealed when the work began. What hung on rows that others
// owned too was theirs then, and is.
func (j *swimmer) takeUp(ctx context.Context) (without []string, err error) {
	shared, err := j.sharedWork(ctx, j.open)
	if err != nil {
		return nil, err
	}
	j.open.supplement, without, err = j.supplementWith(ctx, j.open, []string{j.System}, shared)
	if err != nil {
		return nil, err
	}
	works, err := read(ctx, j.Engine, func(tx *state.Tx) (int64, error) {
		main, err := tx.CurrentPlan(j.Step.Request)
		return main.ID, err
	})
	if err != nil {
		return nil, err
	}
	more, err := j.supplementWorks(ctx, j.open, works)
	if err != nil {
		return nil, err
	}
	j.open.supplement.Seeds = nil
	for _, w := range append([]*planner.Work{j.work}, more...) {
		j.open.supplement.Seeds = append(j.open.supplement.Seeds, w.Seeds...)
	}
	return without, nil
}

// fault is why the plan that was approved is not carried out as it stands: nil where it holds.
func (j *swimmer) fault(system string) *later {
	now := j.result.Plan
	if diff := plan.Compare(j.plan.Before(now, system), now.Only(system)); len(diff) > 0 {
		codes := []string{"stale", leadsOn} // what hangs on these rows elsewhere may have been left for others, and is planned with them
		for _, a := range now.Attention {
			if a.Blocks {
				codes = []string{a.Code}
			}
		}
		return &later{code: "attention", codes: codes, why: strings.Join(diff, "; ")}
	}
	if !now.Applicable {
		code := "stale"
		for _, a := range now.Attention {
			code = a.Code
		}
		return &later{code: "attention", codes: []string{code}, why: firstOf(now.Blockers)}
	}
	for _, a := range now.Attention {
		known := slices.ContainsFunc(j.plan.Attention, func(b plan.Attention) bool {
			return a.Code == b.Code && a.System == b.System && a.Collection == b.Collection
		})
		if a.Asks && !known && (a.System == system || a.System == "" || a.Code == "reused_key") {
			return &later{code: "attention", codes: []string{a.Code}, why: a.Text}
		}
	}
	return nil
}
