package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// openPlan is the plan an approval or a start is about: one that supplements the request's own and is not carried out yet, unless the
// digest says that the request's own is meant.
func openPlan(tx *state.Tx, id, digest string) (state.Plan, error) {
	own, err := tx.CurrentPlan(id)
	if err != nil || digest != "" && own.Digest == digest || own.State != state.PlanApplied {
		return own, err
	}
	more, err := tx.OpenSupplement(id)
	if !errors.Is(err, state.ErrNotFound) {
		return more, err
	}
	if p, err := tx.PlanByDigest(digest); err == nil && p.Supplements == own.ID && p.State == state.PlanApplied {
		return p, nil // sent again
	}
	return own, nil
}

// OpenPlan reads the plan that is to be approved or carried out next: the supplementary one where there is one, else the current.
func (e *Engine) OpenPlan(ctx context.Context, id string) (*plan.Plan, error) {
	stored, err := read(ctx, e, func(tx *state.Tx) (state.Plan, error) { return openPlan(tx, id, "") })
	if errors.Is(err, state.ErrNotFound) {
		return e.CurrentPlan(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	var p plan.Plan
	return &p, json.Unmarshal(stored.Document, &p)
}

func systemsOf(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Systems {
		out = append(out, s.Name)
	}
	return out
}

// supplemented are the systems of a request for which a plan of their own is carried out.
func supplemented(tx *state.Tx, id string) ([]string, error) {
	own, err := tx.CurrentPlan(id)
	if err != nil {
		return nil, err
	}
	more, err := tx.Supplements(own.ID)
	var out []string
	for _, x := range more {
		var p plan.Plan
		if err := json.Unmarshal(x.Document, &p); err != nil {
			return nil, err
		}
		out = append(out, systemsOf(&p)...)
	}
	return out, err
}

// openSystems are the systems of a running request that were left out, or could not be done: nobody has answered for them.
func openSystems(tx *state.Tx, id string, p *plan.Plan) ([]string, error) {
	covered, err := supplemented(tx, id)
	if err != nil {
		return nil, err
	}
	steps, err := tx.Steps(id)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, sys := range p.Systems {
		_, answered, err := answerFor(tx, id, sys.Name)
		if err != nil {
			return nil, err
		}
		stuck := slices.ContainsFunc(steps, func(s state.Step) bool {
			return !s.Shared() && s.System == sys.Name && s.State == state.StepAttention && !slices.Contains(detailOf(s).Codes, "possible_breach")
		})
		if !answered && (stuck || sys.LeftOut && !slices.Contains(covered, sys.Name)) {
			out = append(out, sys.Name)
		}
	}
	return out, nil
}

// planSupplement plans, for a request that runs, the systems that were left out or not done: from the identifiers, and from the values
// that were captured before the rows that led there went. It is approved on its own.
func (e *Engine) planSupplement(ctx context.Context, o *open, opt PlanOptions) (*plan.Plan, error) {
	own, err := e.CurrentPlan(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	want, err := read(ctx, e, func(tx *state.Tx) ([]string, error) {
		open, err := openSystems(tx, o.ID, own)
		if err != nil {
			return nil, err
		}
		return e.alsoLedTo(tx, o.ID, own, open)
	})
	if err != nil {
		return nil, err
	}
	want = slices.DeleteFunc(want, func(s string) bool { return slices.Contains(opt.Without, s) })
	if len(want) == 0 || !o.Content.Right.Destroys() {
		return nil, hint(fmt.Errorf("request %s is %s, and no system of it needs a plan of its own: %w", o.ID, o.State, ErrState), "dossier request show %s", o.ID)
	}
	var without []string
	if o.supplement, without, err = e.supplementOf(ctx, o, want); err != nil {
		return nil, err
	}
	made, stored, err := e.draft(ctx, o, without, opt.rehearsal())
	if err != nil {
		return nil, err
	}
	return made.Plan, e.DB.Write(ctx, func(tx *state.Tx) error {
		main, err := tx.CurrentPlan(o.ID)
		if err != nil {
			return err
		}
		stored.Supplements = main.ID
		if _, err := tx.AddPlan(stored); err != nil {
			return err
		}
		if _, err := e.ask(tx, o, made, stored.CreatedAt); err != nil {
			return err
		}
		return note(tx, "request.planned", o.ID, map[string]string{"digest": made.Plan.Digest, "supplements": main.Digest}, stored.CreatedAt)
	})
}

// PlanFound plans what people have said to be this person's too, of the rows verifications found (reused keys, late rows): a plan of its
// own, approved on its own. nil where nothing waits for one: nobody was asked, somebody is still to answer, or the right takes nothing away.
func (e *Engine) PlanFound(ctx context.Context, id string) (*plan.Plan, error) {
	wanted, err := read(ctx, e, func(tx *state.Tx) (bool, error) {
		x, err := tx.Request(id)
		if err != nil || request.State(x.State) != request.Running || !request.Right(x.Right).Destroys() {
			return false, err
		}
		steps, err := tx.Steps(id)
		for _, s := range steps {
			if s.State != state.StepAttention || err != nil {
				continue
			}
			tasks, err := tx.Tasks(state.TaskFilter{Step: s.ID})
			if err != nil {
				return false, err
			}
			if waitsForTasks(tasks) == nil && slices.ContainsFunc(tasks, func(t state.Task) bool { return t.State == state.TaskDone }) {
				return true, nil
			}
		}
		return false, err
	})
	if err != nil || !wanted {
		return nil, err
	}
	return e.Plan(ctx, id, PlanOptions{Supplement: true})
}

// supplementOf gathers what leads to systems of a running request: what its works hold sealed. without are the systems still left out.
func (e *Engine) supplementOf(ctx context.Context, o *open, systems []string) (s *planner.Supplement, without []string, err error) {
	shared, err := e.sharedWork(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	return e.supplementWith(ctx, o, systems, shared)
}

// sharedWork is what of its batch's work is a request's own; nil where it was not begun in one.
func (e *Engine) sharedWork(ctx context.Context, o *open) (*planner.Work, error) {
	main, err := read(ctx, e, func(tx *state.Tx) (state.Plan, error) { return tx.CurrentPlan(o.ID) })
	if err != nil || main.Batch == "" {
		return nil, err
	}
	m, err := read(ctx, e, func(tx *state.Tx) (state.BatchMember, error) { return tx.MemberOfPlan(main.ID) })
	if err != nil {
		return nil, err
	}
	b, _, err := e.batchBegun(ctx, main.Batch)
	if err != nil {
		return nil, err
	}
	key, err := e.Ring.Unwrap(b.DEK)
	if err != nil {
		return nil, fmt.Errorf("batch %s: %w", main.Batch, err)
	}
	defer key.Wipe()
	g, err := e.groupWork(ctx, &open{Request: state.Request{ID: main.Batch}, Key: key}, workEdge)
	if err != nil || g == nil {
		return nil, err
	}
	return cut(&g.Work, slices.Index(g.Persons, m.N)), nil
}

// supplementWith is [Engine.supplementOf] with what the request's batch holds of it; nil: it is in none.
func (e *Engine) supplementWith(ctx context.Context, o *open, systems []string, shared *planner.Work) (s *planner.Supplement, without []string, err error) {
	main, err := read(ctx, e, func(tx *state.Tx) (state.Plan, error) { return tx.CurrentPlan(o.ID) })
	if err != nil {
		return nil, nil, err
	}
	var p plan.Plan
	if err := json.Unmarshal(main.Document, &p); err != nil {
		return nil, nil, fmt.Errorf("plan of %s: %w", o.ID, err)
	}
	covered, err := read(ctx, e, func(tx *state.Tx) ([]string, error) { return supplemented(tx, o.ID) })
	if err != nil {
		return nil, nil, err
	}
	for _, name := range leftOut(&p) {
		if !slices.Contains(systems, name) && !slices.Contains(covered, name) {
			without = append(without, name)
		}
	}
	frames, err := read(ctx, e, func(tx *state.Tx) ([]state.Frame, error) { return workFrames(tx, o.ID, main.ID) })
	if err != nil {
		return nil, nil, err
	}
	own, err := unpackWork[planner.Work](o.Key, o.ID, frames)
	if err != nil {
		return nil, nil, err
	}
	works, err := e.supplementWorks(ctx, o, main.ID)
	if err != nil {
		return nil, nil, err
	}
	if shared != nil {
		works = append(works, shared)
	}
	s = &planner.Supplement{Of: main.Digest, Systems: systems}
	for _, w := range append([]*planner.Work{own}, works...) {
		s.Seeds = append(s.Seeds, w.Seeds...)
		s.Lapsed = append(s.Lapsed, w.Shells...)
		for _, r := range w.Roots {
			if r.Shell {
				s.Lapsed = append(s.Lapsed, r)
			}
		}
		for _, m := range w.Marks {
			if m.Unique {
				s.Known = append(s.Known, m)
			}
		}
		for _, y := range w.Systems {
			if !slices.Contains(systems, y.System) {
				continue
			}
			for _, c := range y.Checks {
				if c.Edge {
					s.Seeds = append(s.Seeds, planner.Seed{Edge: c.By, Tuples: c.Selection.Any[0].Values})
				}
			}
		}
	}
	return s, without, nil
}

// supplementWorks are the works of the plans that supplement one and are carried out.
func (e *Engine) supplementWorks(ctx context.Context, o *open, main int64) ([]*planner.Work, error) {
	more, err := read(ctx, e, func(tx *state.Tx) ([]state.Plan, error) { return tx.Supplements(main) })
	if err != nil {
		return nil, err
	}
	var out []*planner.Work
	for _, x := range more {
		frames, err := read(ctx, e, func(tx *state.Tx) ([]state.Frame, error) { return workFrames(tx, o.ID, x.ID) })
		if err != nil {
			return nil, err
		}
		w, err := unpackWork[planner.Work](o.Key, o.ID, frames)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// beginSupplement lays the steps of a supplementary plan beside those of the request, which waits for them with its end. Of a system that
// was begun and not done, the new steps take over.
func (e *Engine) beginSupplement(ctx context.Context, o *open, stored state.Plan, p *plan.Plan, work *planner.Work) error {
	frames, err := packWork(o.Key, o.ID, supplementEdge(stored.ID), work)
	if err != nil {
		return err
	}
	now := e.Now()
	defer failpoint("begun")
	failpoint("begin")
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		current, err := tx.Plan(stored.ID)
		if err != nil || current.State == state.PlanApplied {
			return err
		}
		x, err := tx.Request(o.ID)
		if err != nil {
			return err
		}
		if current.State == state.PlanSuperseded || request.State(x.State) != request.Running {
			return Stale{[]string{"another plan was made since, or the request has ended"}}
		}
		steps, err := tx.PlanSteps(stored.Supplements)
		if err != nil {
			return err
		}
		last := steps[slices.IndexFunc(steps, func(s state.Step) bool { return s.Phase == phaseClose })]
		for _, f := range frames {
			if err := tx.PutFrame(last, o.ID, f); err != nil {
				return err
			}
		}
		if err := e.addSteps(tx, o, stored.ID, p, work, last, now); err != nil {
			return err
		}
		if err := takeOver(tx, o.ID, stored.ID, systemsOf(p), now); err != nil {
			return err
		}
		if _, err := tx.WakeStep(last.ID, now); err != nil {
			return err
		}
		if err := e.promise(tx, o, p, work, now); err != nil {
			return err
		}
		if err := tx.ApplyPlan(stored.ID, now); err != nil {
			return err
		}
		return note(tx, "request.running", o.ID, map[string]string{"digest": p.Digest}, now)
	})
}

// takeOver ends the steps of systems that an earlier plan began and did not finish, and lets what waited for them wait for the new ones.
func takeOver(tx *state.Tx, id string, plan int64, systems []string, now time.Time) error {
	steps, err := tx.Steps(id)
	if err != nil {
		return err
	}
	verify := map[string]int64{}
	for _, s := range steps {
		if s.Plan == plan && s.Phase == phaseVerify {
			verify[s.System] = s.ID
		}
	}
	for _, s := range steps {
		if s.Shared() || s.Plan == plan || !slices.Contains(systems, s.System) {
			continue
		}
		if s.Phase == phaseVerify {
			if err := tx.Inherit(s.ID, verify[s.System]); err != nil {
				return err
			}
		}
		if s.State != state.StepDone && s.State != state.StepVerified && s.State != state.StepSettled {
			if err := errors.Join(tx.EndStep(s.ID, detail{Why: "a plan of its own took over"}.raw(), now), tx.CancelStepTasks(s.ID, now)); err != nil {
				return err
			}
		}
	}
	return nil
}
