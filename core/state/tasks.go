package state

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The states of a task.
const (
	TaskOpen         = "open"
	TaskDone         = "done"
	TaskNothingFound = "nothing_found"
	TaskRefused      = "refused"
	TaskCancelled    = "cancelled"
)

// Task is something a person has to do: paper, a review, a candidate, a letter to print.
type Task struct {
	ID         int64
	Request    string
	Step       int64 // that waits for it, 0 none
	Kind       string
	System     string
	Collection string
	Ref        string // tells tasks of one kind and place apart
	Department string
	State      string
	DueOn      string          // date
	Detail     json.RawMessage // no personal data
	Sealed     []byte          // what to look at
	Answer     json.RawMessage
	AnsweredBy string
	AnsweredAt time.Time
	CreatedAt  time.Time
}

// PlanRef begins the ref of a task by which a plan asks a person.
const PlanRef = "plan/"

// OfPlanning says whether a plan asks by it.
func (t Task) OfPlanning() bool { return strings.HasPrefix(t.Ref, PlanRef) }

const taskColumns = `id, request, step, kind, system, collection, ref, department, state, due_on, detail, sealed, answer, answered_by, answered_at, created_at`

func scanTask(s scanner) (Task, error) {
	var t Task
	err := s.Scan(&t.ID, &t.Request, &t.Step, &t.Kind, &t.System, &t.Collection, &t.Ref, &t.Department, &t.State, &t.DueOn, jsInto{&t.Detail}, &t.Sealed,
		jsInto{&t.Answer}, &t.AnsweredBy, stampInto{&t.AnsweredAt}, stampInto{&t.CreatedAt})
	return t, err
}

// AddTask opens a task. The same request, kind, place and ref is the same task: it is returned as it stands, and opened is false.
func (tx *Tx) AddTask(t Task, now time.Time) (task Task, opened bool, err error) {
	what := "open task for " + t.Request
	n, err := tx.exec(`INSERT INTO task (request, step, kind, system, collection, ref, department, state, due_on, detail, sealed, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, t.Request, t.Step, t.Kind, t.System, t.Collection, t.Ref, t.Department, TaskOpen, t.DueOn,
		js{t.Detail}, t.Sealed, stamp(now))
	if err != nil {
		return t, false, fmt.Errorf("%s: %w", what, err)
	}
	task, err = get(tx, what, scanTask, `SELECT `+taskColumns+` FROM task WHERE request = ? AND kind = ? AND system = ? AND collection = ? AND ref = ?`,
		t.Request, t.Kind, t.System, t.Collection, t.Ref)
	return task, n > 0, err
}

// CancelTasks ends the open tasks of a request, of one kind or ("") of all: nobody needs to do them any more.
func (tx *Tx) CancelTasks(request, kind string, now time.Time) error {
	return tx.do("cancel tasks of "+request, `UPDATE task SET state = ?1, answered_at = ?2 WHERE request = ?3 AND state = ?4 AND (?5 = '' OR kind = ?5)`,
		TaskCancelled, stamp(now), request, TaskOpen, kind)
}

// CancelStepTasks ends the open tasks one step waits for: it goes on without them.
func (tx *Tx) CancelStepTasks(step int64, now time.Time) error {
	return tx.do(fmt.Sprintf("cancel tasks of step %d", step), `UPDATE task SET state = ?1, answered_at = ?2 WHERE step = ?3 AND state = ?4`,
		TaskCancelled, stamp(now), step, TaskOpen)
}

// AnswerTask closes an open task: done, nothing_found, refused or cancelled. The same answer by the same person again changes nothing; another
// is [ErrExists].
func (tx *Tx) AnswerTask(id int64, state string, answer json.RawMessage, by string, now time.Time) (Task, error) {
	what := fmt.Sprintf("answer task %d", id)
	t, err := get(tx, what, scanTask, `SELECT `+taskColumns+` FROM task WHERE id = ?`, id)
	if err != nil {
		return t, err
	}
	if t.State != TaskOpen {
		if t.State == state && t.AnsweredBy == by {
			return t, nil
		}
		return t, fmt.Errorf("%s: it was answered as %s: %w", what, t.State, ErrExists)
	}
	return get(tx, what, scanTask, `UPDATE task SET state = ?, answer = ?, answered_by = ?, answered_at = ? WHERE id = ? RETURNING `+taskColumns, state, js{answer}, by, stamp(now), id)
}

// Task reads one.
func (tx *Tx) Task(id int64) (Task, error) {
	return get(tx, fmt.Sprintf("task %d", id), scanTask, `SELECT `+taskColumns+` FROM task WHERE id = ?`, id)
}

// TaskFilter narrows a list; zero fields do not.
type TaskFilter struct {
	Request    string
	Batch      string // of its members
	Step       int64
	State      string
	Department string
	Kind       string
	System     string
}

// Tasks lists by due date, those without one last.
func (tx *Tx) Tasks(f TaskFilter) ([]Task, error) {
	where, args := []string{"1"}, []any{}
	add := func(column string, v any, wanted bool) {
		if wanted {
			where, args = append(where, column+` = ?`), append(args, v)
		}
	}
	add("request", f.Request, f.Request != "")
	if f.Batch != "" {
		where, args = append(where, `request IN (SELECT request FROM batch_member WHERE batch = ?)`), append(args, f.Batch)
	}
	add("step", f.Step, f.Step != 0)
	add("state", f.State, f.State != "")
	add("department", f.Department, f.Department != "")
	add("kind", f.Kind, f.Kind != "")
	add("system", f.System, f.System != "")
	return all(tx, "tasks", scanTask, `SELECT `+taskColumns+` FROM task WHERE `+strings.Join(where, " AND ")+` ORDER BY due_on = '', due_on, id`, args...)
}
