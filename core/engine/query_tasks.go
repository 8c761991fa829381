package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/state"
)

// TaskStanding is a task as lists show it: no personal data.
type TaskStanding struct {
	ID         int64      `json:"id"`
	Request    string     `json:"request"`
	Right      string     `json:"right"`
	Kind       string     `json:"kind"`
	Act        string     `json:"act,omitempty"` // what is asked, as a code
	Title      string     `json:"title"`
	System     string     `json:"system,omitempty"`
	Label      string     `json:"label,omitempty"` // of the system
	Collection string     `json:"collection,omitempty"`
	Department string     `json:"department,omitempty"`
	Items      int        `json:"items,omitempty"` // to decide about, one by one
	State      string     `json:"state"`
	DueOn      string     `json:"due_on,omitempty"`
	Overdue    bool       `json:"overdue,omitempty"`
	OpenedAt   time.Time  `json:"opened_at"`
	Because    string     `json:"because,omitempty"`
	Except     []int      `json:"except,omitempty"`
	Redacted   []int      `json:"redacted,omitempty"`
	Files      int        `json:"files,omitempty"` // handed in with the answer
	AnsweredBy string     `json:"answered_by,omitempty"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
	Answers    []string   `json:"answers,omitempty"`  // that may be given, while it is open
	Planning   bool       `json:"planning,omitempty"` // a plan asks: nothing of it is carried out before
}

// Tasks lists tasks by their day, those without one last.
func (e *Engine) Tasks(ctx context.Context, f state.TaskFilter) ([]TaskStanding, error) {
	return read(ctx, e, func(tx *state.Tx) ([]TaskStanding, error) {
		tasks, err := tx.Tasks(f)
		if err != nil {
			return nil, err
		}
		out, err := e.taskStandings(tx, tasks)
		if out == nil {
			out = []TaskStanding{}
		}
		return out, err
	})
}

// Task is one task, without what only who does it may see.
func (e *Engine) Task(ctx context.Context, id int64) (TaskStanding, error) {
	return read(ctx, e, func(tx *state.Tx) (TaskStanding, error) {
		t, err := tx.Task(id)
		if err != nil {
			return TaskStanding{}, unknownTask(id, err)
		}
		return e.taskStanding(tx, t)
	})
}

// Questions are the open tasks by which the plan of a request asks people: nothing of it is carried out before they are answered.
func (e *Engine) Questions(ctx context.Context, id string) ([]TaskStanding, error) {
	return read(ctx, e, func(tx *state.Tx) ([]TaskStanding, error) {
		tasks, err := planTasks(tx, id, state.TaskOpen)
		if err != nil {
			return nil, err
		}
		return e.taskStandings(tx, tasks)
	})
}

// openTasks are those of a request nobody has answered yet.
func (e *Engine) openTasks(tx *state.Tx, id string) ([]TaskStanding, error) {
	tasks, err := tx.Tasks(state.TaskFilter{Request: id, State: state.TaskOpen})
	if err != nil {
		return nil, err
	}
	return e.taskStandings(tx, tasks)
}

// taskStandings are tasks as lists show them; nil where there are none.
func (e *Engine) taskStandings(tx *state.Tx, tasks []state.Task) ([]TaskStanding, error) {
	var out []TaskStanding
	for _, t := range tasks {
		s, err := e.taskStanding(tx, t)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func (e *Engine) taskStanding(tx *state.Tx, t state.Task) (TaskStanding, error) {
	m := e.Planner.Graph.Map
	d, a := taskDetailOf(t), saidOf(t)
	s := TaskStanding{ID: t.ID, Request: t.Request, Kind: t.Kind, Act: d.Act, Title: d.Title, System: t.System, Collection: t.Collection, Department: t.Department,
		Items: d.Items, State: t.State, DueOn: t.DueOn, OpenedAt: t.CreatedAt, Because: a.Because, Except: a.Except, Files: len(a.Files),
		AnsweredBy: t.AnsweredBy, AnsweredAt: at(t.AnsweredAt), Planning: t.OfPlanning()}
	for n := range a.Redacted {
		s.Redacted = append(s.Redacted, n)
	}
	slices.Sort(s.Redacted)
	if sys := m.System(t.System); sys != nil {
		s.Label = sys.Label.In(m.Languages[0])
	}
	if t.State == state.TaskOpen {
		s.Overdue = t.DueOn != "" && t.DueOn < e.Now().In(m.Zone).Format(time.DateOnly)
		s.Answers = ruleOf(t).answers
		if slices.Contains([]string{actPlan, actHold, actMore}, d.Act) {
			s.Answers = []string{state.TaskDone, state.TaskNothingFound}
		}
	}
	x, err := tx.Request(t.Request)
	s.Right = x.Right
	return s, err
}

// brief opens what a task shows.
func (o *open) brief(t state.Task) (Brief, error) {
	var b Brief
	plain, err := o.Key.Open(taskPart(t), t.Sealed)
	if err != nil {
		return b, err
	}
	if err := json.Unmarshal(plain, &b); err != nil {
		return b, fmt.Errorf("what task %d shows cannot be read", t.ID)
	}
	return b, nil
}

// TaskBrief is what whoever does a task needs to see. It holds personal data; that it was read is in the journal.
func (e *Engine) TaskBrief(ctx context.Context, id int64) (Brief, error) {
	var b Brief
	t, err := read(ctx, e, func(tx *state.Tx) (state.Task, error) { return tx.Task(id) })
	if err != nil {
		return b, unknownTask(id, err)
	}
	if len(t.Sealed) == 0 {
		return b, fmt.Errorf("what task %d showed was forgotten with its request", id)
	}
	o, err := e.openRequest(ctx, t.Request)
	if err != nil {
		return b, err
	}
	defer o.Key.Wipe()
	if b, err = o.brief(t); err != nil {
		return b, err
	}
	return b, e.DB.Write(ctx, func(tx *state.Tx) error {
		return note(tx, "task.shown", t.Request, map[string]string{"task": fmt.Sprint(id)}, e.Now())
	})
}
