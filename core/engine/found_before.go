package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
)

// actPlan is what a task asks where nothing was done in a system: whether what came is planned too, or has gone.
const actPlan = "plan"

// leadsOn is the code of a step that was stopped by rows which lead to other systems.
const leadsOn = "leads_on"

// askBefore leaves to a person what stopped a system before anything was done there: more rows than the plan that was approved allows, or rows
// that lead further than it. What has gone is tried again, and asked about anew where it has not.
func (j *job) askBefore(ctx context.Context, err error) error {
	var wait later
	codes := []string{"more_rows"}
	switch {
	case errors.As(err, &wait) && slices.Contains(wait.codes, "late_rows"):
		codes = wait.codes
	case !errors.Is(err, connectors.ErrMoreRows):
		return err
	}
	if j.Shared() {
		return err
	}
	if !j.open.Content.Right.Destroys() {
		return j.askMore(ctx, err)
	}
	var tasks []state.Task
	werr := j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		before, err := tx.Tasks(state.TaskFilter{Step: j.ID, Kind: string(TaskLateRows)})
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(before, func(t state.Task) bool { return t.State == state.TaskOpen || t.State == state.TaskDone }) {
			label := j.Planner.Graph.Map.System(j.System).Label.In(j.Planner.Graph.Map.Languages[0])
			ask := Ask{Kind: TaskLateRows, System: j.System, Ref: fmt.Sprintf("%sbefore/%d/%d", j.foundRef(), j.ID, len(before)), Step: j.ID, Act: actPlan,
				Title: label + ": more came before the work than the plan allows",
				Brief: Brief{Do: []string{"Nothing was done in this system: rows came after the plan was approved, more than it allows, or such as lead to other systems. Look what wrote them.",
					"done: they are this person's, and are to be treated too; a plan of its own is made of the system, and approved on its own",
					"nothing-found: they have gone; the work is tried again"}}}
			if _, err := j.openTask(tx, j.open, ask, j.Now()); err != nil {
				return err
			}
		}
		tasks, err = tx.Tasks(state.TaskFilter{Step: j.ID})
		return err
	})
	if werr != nil {
		return werr
	}
	j.failpoint("more")
	out := later{code: "attention", codes: codes, why: err.Error()}
	if open := waitsForTasks(tasks); open != nil {
		out.tasks, out.why = true, out.why+"; "+open.why
	} else {
		out.why += "; what came is this person's, and is treated by a plan of its own"
	}
	return out
}

// alsoLedTo are, beside the systems a supplementary plan is made of, those to which rows lead that stopped one of them.
func (e *Engine) alsoLedTo(tx *state.Tx, id string, own *plan.Plan, want []string) ([]string, error) {
	steps, err := tx.Steps(id)
	if err != nil {
		return nil, err
	}
	for _, s := range steps {
		sys := e.Planner.Graph.Map.System(s.System)
		if s.State != state.StepAttention || !slices.Contains(detailOf(s).Codes, leadsOn) || !slices.Contains(want, s.System) || sys == nil {
			continue
		}
		for _, c := range sys.Collections {
			for _, edge := range e.Planner.Graph.Children(c) {
				child, _ := edge.Child()
				name := child.System.Name
				planned := slices.ContainsFunc(own.Systems, func(p plan.System) bool { return p.Name == name && !p.Manual })
				if planned && !slices.Contains(want, name) {
					want = append(want, name)
				}
			}
		}
	}
	return want, nil
}
