package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// actMore is what a task asks where a restriction or a rectification stopped before anything was done in a system: whether what came since the
// plan was approved is treated too. Neither takes anything away, so that the answer is all the approval it needs.
const actMore = "more"

// askMore leaves to a person what stopped a system because more rows came than the plan that was approved allows. What has gone is tried
// again; what comes after the answer is asked about anew.
func (j *job) askMore(ctx context.Context, err error) error {
	right := j.open.Content.Right
	if !errors.Is(err, connectors.ErrMoreRows) || right != request.Restriction && right != request.Rectification {
		return err
	}
	work, sys, perr := j.part()
	if perr != nil {
		return perr
	}
	if perr := j.allowMore(ctx, work); perr != nil {
		return perr
	}
	more, lines, total, perr := j.beyond(ctx, work, sys)
	if perr != nil {
		return perr
	}
	done := map[request.Right]string{request.Restriction: "restricted", request.Rectification: "corrected"}[right]
	var tasks []state.Task
	werr := j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		before, err := tx.Tasks(state.TaskFilter{Step: j.ID, Kind: string(TaskLateRows)})
		if err != nil {
			return err
		}
		if len(more) > 0 && !slices.ContainsFunc(before, func(t state.Task) bool { return t.State == state.TaskOpen }) {
			m := j.Planner.Graph.Map
			ask := Ask{Kind: TaskLateRows, System: j.System, Ref: fmt.Sprintf("%smore/%d/%d", j.foundRef(), j.ID, len(before)), Step: j.ID, Act: actMore, Items: int(min(total, foundAtOnce)),
				Title: m.System(j.System).Label.In(m.Languages[0]) + ": more came before the work than the plan allows",
				Brief: Brief{Find: j.namedBy(j.open), Rows: more, Do: slices.Concat([]string{"Nothing was done in this system: rows came after the plan was approved, more than it allows. Look what wrote them."}, lines,
					[]string{"done: they are this person's, and are " + done + " too", "nothing-found: they have gone; the work is tried again"})}}
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
	open := waitsForTasks(tasks)
	if open == nil && len(more) == 0 { // it cannot be said what is too much: somebody looks, and has it tried again
		return err
	}
	out := later{code: "attention", codes: []string{"more_rows"}, why: err.Error(), tasks: true}
	if open != nil {
		out.why += "; " + open.why
	}
	return out
}

// beyond counts what each treatment would change now, where that is more than it may: as the task keeps it, and as a person reads it.
func (j *job) beyond(ctx context.Context, work *planner.SystemWork, sys *planner.System) (more, lines []string, total int64, err error) {
	for _, t := range work.Treatments {
		if t.Verb == connectors.Ensure {
			continue
		}
		n, err := sys.Count(ctx, t.On)
		if err != nil {
			return nil, nil, 0, err
		}
		if n[0] <= t.AtMost {
			continue
		}
		more = append(more, t.ID+"="+strconv.FormatInt(n[0], 10))
		lines = append(lines, fmt.Sprintf("%s: %d rows, where the plan allows %d.", t.On.Collection.Name, n[0], t.AtMost))
		total += n[0]
	}
	return more, lines, total, nil
}

// allowMore raises ceilings to what people have said of rows that came before the work.
func (j *job) allowMore(ctx context.Context, work *planner.SystemWork) error {
	if j.Shared() || j.open.Content.Right.Destroys() {
		return nil
	}
	tasks, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Task, error) {
		return tx.Tasks(state.TaskFilter{Step: j.ID, Kind: string(TaskLateRows), State: state.TaskDone})
	})
	if err != nil {
		return err
	}
	work.Treatments = slices.Clone(work.Treatments) // the work is shared between steps
	for _, t := range tasks {
		if taskDetailOf(t).Act != actMore {
			continue
		}
		b, err := j.open.brief(t)
		if err != nil {
			return err
		}
		for _, row := range b.Rows {
			i := strings.LastIndex(row, "=")
			if i < 0 {
				continue
			}
			n, err := strconv.ParseInt(row[i+1:], 10, 64)
			if err != nil {
				return fmt.Errorf("what task %d shows cannot be read", t.ID)
			}
			for k := range work.Treatments {
				if x := &work.Treatments[k]; x.ID == row[:i] {
					x.AtMost = max(x.AtMost, n)
				}
			}
		}
	}
	return nil
}
