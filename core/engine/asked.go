package engine

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// What planning cannot decide is asked of a person, by tasks (their refs begin with [state.PlanRef]). No step waits for them: nothing of
// the plan is carried out before they are answered, and the answers go into the plan that is made then.

// planTasks are the tasks planning opened of a request, by their number; in one state, or ("") in any.
func planTasks(tx *state.Tx, request, st string) ([]state.Task, error) {
	tasks, err := tx.Tasks(state.TaskFilter{Request: request, State: st})
	tasks = slices.DeleteFunc(tasks, func(t state.Task) bool { return !t.OfPlanning() })
	slices.SortFunc(tasks, func(a, b state.Task) int { return int(a.ID - b.ID) })
	return tasks, err
}

// ask opens the tasks of what a plan leaves open, each once, and closes those that do not apply any more. It gives the open ones. A plan
// in the making of which somebody answered is refused: it was made without that.
func (e *Engine) ask(tx *state.Tx, o *open, made *planner.Result, now time.Time) ([]state.Task, error) {
	if same, err := stillSo(tx, o.ID, o.heard); err != nil || !same {
		if err == nil {
			err = hint(Stale{[]string{"somebody answered while it was made"}}, "dossier plan %s", o.ID)
		}
		return nil, err
	}
	before, err := planTasks(tx, o.ID, "")
	if err != nil {
		return nil, err
	}
	var open []state.Task
	for _, q := range made.Asks {
		t, err := e.askOnce(tx, o, e.askFor(o, q), before, now)
		if err != nil {
			return nil, err
		}
		open = append(open, t)
	}
	for _, t := range before {
		if t.State != state.TaskOpen || slices.ContainsFunc(open, func(x state.Task) bool { return x.ID == t.ID }) {
			continue
		}
		instead := slices.IndexFunc(open, func(x state.Task) bool {
			return x.Kind == t.Kind && x.System == t.System && x.Collection == t.Collection
		})
		switch {
		case instead >= 0:
			err = closeTask(tx, t, fmt.Sprintf("planned again, and what it asks about is different now: task %d asks instead", open[instead].ID), now)
		case made.Plan.Complete:
			err = closeTask(tx, t, "planned again, and nothing is left to decide here", now)
		default: // what was not reached may still want it
			open = append(open, t)
		}
		if err != nil {
			return nil, err
		}
	}
	return open, nil
}

// askOnce opens a task, or gives it as it is open already. What is asked although it was answered, or closed, before is asked anew: the
// answer could not stand.
func (e *Engine) askOnce(tx *state.Tx, o *open, a Ask, before []state.Task, now time.Time) (state.Task, error) {
	ref, n := a.Ref, 0
	for _, t := range before {
		if t.Kind != string(a.Kind) || t.System != a.System || t.Collection != a.Collection || t.Ref != ref && !strings.HasPrefix(t.Ref, ref+"/") {
			continue
		}
		if t.State == state.TaskOpen {
			return t, nil
		}
		n++
	}
	if n > 0 {
		a.Ref = fmt.Sprintf("%s/%d", ref, n+1)
	}
	return e.openTask(tx, o, a, now)
}

// closeTask ends an open task that nobody needs to do, and notes why.
func closeTask(tx *state.Tx, t state.Task, why string, now time.Time) error {
	words, err := json.Marshal(said{Because: why})
	if err != nil {
		return err
	}
	if _, err := tx.AnswerTask(t.ID, state.TaskCancelled, words, "", now); err != nil {
		return err
	}
	return note(tx, "task.cancelled", t.Request, map[string]string{"task": fmt.Sprint(t.ID), "kind": t.Kind, "system": t.System}, now)
}

// dropQuestions closes what was asked of a request that is replaced by another version of itself: that is under another key.
func dropQuestions(tx *state.Tx, id string, now time.Time) error {
	tasks, err := planTasks(tx, id, state.TaskOpen)
	for _, t := range tasks {
		if err := closeTask(tx, t, "the request was replaced by a new version", now); err != nil {
			return err
		}
	}
	return err
}

// refOf tells questions apart: keyed, and the same of the same rows in any order.
func refOf(q planner.Question) string {
	about := slices.Clone(q.About)
	slices.Sort(about)
	return fmt.Sprintf("%s%x", state.PlanRef, sha256.Sum256([]byte(strings.Join(about, "\n"))))[:len(state.PlanRef)+24]
}
