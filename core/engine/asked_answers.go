package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// verdicts are what people have answered to what planning asked, by the print of what it is about, and from how many tasks. What was
// answered of an earlier version of the request is under another key, and counts for nothing.
func (e *Engine) verdicts(ctx context.Context, o *open) (out map[string]planner.Verdict, answered int, err error) {
	tasks, err := read(ctx, e, func(tx *state.Tx) ([]state.Task, error) { return planTasks(tx, o.ID, "") })
	if err != nil {
		return nil, 0, err
	}
	out = map[string]planner.Verdict{}
	for _, t := range tasks {
		if t.State != state.TaskDone && t.State != state.TaskRefused {
			continue
		}
		answered++
		b, err := o.brief(t)
		if err != nil {
			continue
		}
		except := saidOf(t).Except
		for i, about := range b.Rows {
			out[about] = planner.Verdict{Task: t.ID, Yes: t.State == state.TaskDone && !slices.Contains(except, i+1), By: t.AnsweredBy,
				At: t.AnsweredAt.In(e.Planner.Graph.Map.Zone)}
		}
	}
	return out, answered, nil
}

// stillSo says whether nobody has answered since verdicts were read from so many tasks.
func stillSo(tx *state.Tx, id string, answered int) (bool, error) {
	tasks, err := planTasks(tx, id, "")
	for _, t := range tasks {
		if t.State == state.TaskDone || t.State == state.TaskRefused {
			answered--
		}
	}
	return answered == 0, err
}

// unasked refuses to go on with a plan while a person has to answer what it left open.
func unasked(tx *state.Tx, id string) error {
	open, err := planTasks(tx, id, state.TaskOpen)
	if err != nil || len(open) == 0 {
		return err
	}
	return hint(Waiting{id, "person", taskWords(open[0])}, "dossier task show %d", open[0].ID)
}

// approves answers by an approval what the approval of a plan decides as well: that the request of a minor who acts alone, or about a
// person who has died, is carried out. Whose a row is it does not: somebody has to have looked at it.
func (e *Engine) approves(tx *state.Tx, id, digest string, now time.Time) error {
	open, err := planTasks(tx, id, state.TaskOpen)
	if err != nil {
		return err
	}
	words, err := json.Marshal(said{Because: "the plan was approved as it stands", Approved: digest})
	if err != nil {
		return err
	}
	for _, t := range open {
		if t.Kind != string(TaskMinor) && t.Kind != string(TaskDeceased) {
			continue
		}
		if t, err = tx.AnswerTask(t.ID, state.TaskDone, words, e.Operator, now); err != nil {
			return err
		}
		if err := e.noteAnswer(tx, t, now); err != nil {
			return err
		}
	}
	return unasked(tx, id)
}

// noteAnswer witnesses an answer in the journal; of what a plan rests on, with who gave it.
func (e *Engine) noteAnswer(tx *state.Tx, t state.Task, now time.Time) error {
	fields := map[string]string{"task": fmt.Sprint(t.ID), "kind": t.Kind, "system": t.System, "answer": t.State}
	if t.OfPlanning() {
		fields["by"] = journal.Name(t.AnsweredBy)
	}
	return note(tx, "task.answered", t.Request, fields, now)
}

// restedOn says whether a plan that was carried out rests on the answer to a task of planning: it stands in it, or its approval was the answer.
func restedOn(t state.Task, plans ...*plan.Plan) bool {
	approved := saidOf(t).Approved
	return slices.ContainsFunc(plans, func(p *plan.Plan) bool {
		return p.Digest == approved || slices.ContainsFunc(p.Decisions, func(d plan.Decision) bool { return d.Task == t.ID })
	})
}
