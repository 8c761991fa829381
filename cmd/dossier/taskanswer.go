package main

import (
	"context"
	"slices"
	"strconv"

	"github.com/dossier-dsr/dossier/cmd/dossier/view"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// answer records an answer to a task, or the same to several, and lets their requests go on, as far as the systems can be reached from here.
func (a *app) answer(ctx context.Context, numbers []string, answer engine.Answer) error {
	ids, err := taskNumbers(numbers)
	if err != nil {
		return err
	}
	e, err := a.openRegister(ctx)
	if err != nil {
		return err
	}
	if len(ids) > 1 {
		return a.answerTogether(ctx, e, ids, answer)
	}
	id := ids[0]
	t, err := e.Answer(ctx, id, answer)
	if err != nil {
		return err
	}
	next := ""
	if x, err := e.Request(ctx, t.Request); err == nil && t.OfPlanning() {
		if next, err = a.planAgain(ctx, e, t.Request); err != nil {
			return err
		}
	} else if err == nil && (request.State(x.State) == request.Running || t.Step != 0) { // a restriction that is done looks on
		if err := a.goOn(ctx, e, t.Request); err != nil {
			if ctx.Err() != nil {
				return err
			}
			a.note("the answer is recorded; the request goes on with: dossier request wait " + t.Request)
		} else if err := a.planFound(ctx, e, t.Request); err != nil {
			return err
		}
	}
	s, err := e.Task(ctx, id)
	if err != nil {
		return err
	}
	if err := a.showTasks(e, []engine.TaskStanding{s}); err != nil || a.JSON {
		return err
	}
	view.Next(a.out, next)
	return nil
}

// answerTogether records one answer to several tasks. Those of a batch go on together.
func (a *app) answerTogether(ctx context.Context, e *engine.Engine, ids []int64, answer engine.Answer) error {
	tasks, err := e.AnswerTogether(ctx, ids, answer)
	if err != nil {
		return err
	}
	if err := a.goOnTogether(ctx, e, tasks); err != nil {
		if ctx.Err() != nil {
			return err
		}
		a.note("the answers are recorded; the requests go on with: dossier request wait ID")
	}
	var shown []engine.TaskStanding
	for _, t := range tasks {
		s, err := e.Task(ctx, t.ID)
		if err != nil {
			return err
		}
		shown = append(shown, s)
	}
	return a.showTasks(e, shown)
}

// goOnTogether works what is due of the tasks' requests and batches.
func (a *app) goOnTogether(ctx context.Context, e *engine.Engine, tasks []state.Task) error {
	var alone, batches []string
	for _, t := range tasks {
		x, err := e.Request(ctx, t.Request)
		switch {
		case err != nil:
			return err
		case request.State(x.State) != request.Running && t.Step == 0:
		case x.Batch != "" && !slices.Contains(batches, x.Batch):
			batches = append(batches, x.Batch)
		case x.Batch == "" && !slices.Contains(alone, t.Request):
			alone = append(alone, t.Request)
		}
	}
	if len(alone)+len(batches) == 0 {
		return nil
	}
	if err := a.openStores(ctx, e); err != nil {
		return err
	}
	defer a.quieten()
	for _, name := range batches {
		if err := e.DrainBatch(ctx, name); err != nil {
			return err
		}
	}
	for _, id := range alone {
		if err := e.Drain(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// planFound makes the plan of rows that were said to be the person's too, and says how it is carried out.
func (a *app) planFound(ctx context.Context, e *engine.Engine, id string) error {
	p, err := e.PlanFound(ctx, id)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		a.note("the answer is recorded; what was found is planned with: dossier plan " + id)
		return nil
	}
	if p != nil {
		a.note("what was found is planned: dossier plan show " + id)
		a.note("carry it out: " + view.ApplyCommand(id, p.Digest, e.Approval(p)))
	}
	return nil
}

// planAgain plans a request once more when everything that its plan left open is answered, and names the command that comes next. What
// cannot be planned now is planned later: the answers are recorded.
func (a *app) planAgain(ctx context.Context, e *engine.Engine, id string) (next string, err error) {
	open, err := e.Questions(ctx, id)
	if err != nil {
		return "", err
	}
	if len(open) > 0 {
		return "dossier task show " + strconv.FormatInt(open[0].ID, 10), nil
	}
	p, err := e.OpenPlan(ctx, id)
	if err != nil {
		return "", err
	}
	var without []string
	for _, s := range p.Systems {
		if s.LeftOut {
			without = append(without, s.Name)
		}
	}
	if err = a.openPlanning(ctx, e, without); err == nil {
		_, err = e.Plan(ctx, id, engine.PlanOptions{Without: without, Supplement: true})
		a.quieten()
	}
	if err != nil {
		if ctx.Err() != nil {
			return "", err
		}
		a.note("the answer is recorded; it could not be planned again: " + err.Error())
		return "dossier plan " + id, nil
	}
	return "dossier plan show " + id, nil
}

func (a *app) goOn(ctx context.Context, e *engine.Engine, id string) error {
	if err := a.openStores(ctx, e); err != nil {
		return err
	}
	err := e.Drain(ctx, id)
	a.quieten()
	return err
}
