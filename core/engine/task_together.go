package engine

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// together are the kinds of tasks that may be answered several at once: what is done is the same for each, and nothing of it is decided row by row.
var together = []TaskKind{TaskManual, TaskByHand, TaskNotify}

// AnswerTogether gives one answer to several tasks, as [Engine.Answer] does to each: a department that was asked about everybody of a batch hands in one
// sheet. All of it is recorded, or, where one of the tasks does not take it, nothing. Only work on paper or by hand and recipients that were told are answered so, and
// no file goes with the answer: it would stand with every one of the persons.
func (e *Engine) AnswerTogether(ctx context.Context, ids []int64, a Answer) ([]state.Task, error) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 1 {
		t, err := e.Answer(ctx, ids[0], a)
		return []state.Task{t}, err
	}
	if len(a.Files)+len(a.Except)+len(a.Redacted) > 0 {
		return nil, hint(wrongAnswer("files and the numbers of items are one task's, and %d tasks are answered", len(ids)), "dossier task done %d --attach FILE", ids[0])
	}
	var all []*answering
	defer func() {
		for _, x := range all {
			x.Key.Wipe()
		}
	}()
	for _, id := range ids {
		t, err := read(ctx, e, func(tx *state.Tx) (state.Task, error) { return tx.Task(id) })
		if err != nil {
			return nil, unknownTask(id, err)
		}
		if !slices.Contains(together, TaskKind(t.Kind)) || t.OfPlanning() {
			return nil, hint(wrongAnswer("task %d, a %s, is answered by itself", id, kindWords(t.Kind)), "dossier task show %d", id)
		}
		if taskDetailOf(t).Act == planner.PaperCopy && a.State == state.TaskDone {
			return nil, hint(wrongAnswer("task %d wants a copy of what was found, of this person alone", id), "dossier task done %d --attach FILE", id)
		}
		x, err := e.prepareAnswer(ctx, t, a)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	now := e.Now()
	failpoint("task/answering")
	defer failpoint("task/answered")
	err := e.DB.Write(ctx, func(tx *state.Tx) error {
		for _, x := range all {
			if err := e.storeAnswer(tx, x, a, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []state.Task
	for _, x := range all {
		out = append(out, x.task)
	}
	return out, nil
}
