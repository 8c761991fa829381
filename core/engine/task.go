package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
)

// TaskKind says what a person is asked to do. What may be answered to it, and what follows, says [TaskKind.rule].
type TaskKind string

// The kinds of tasks.
const (
	TaskManual    TaskKind = "manual"     // paper: look and copy, correct, destroy, lock away
	TaskByHand    TaskKind = "by_hand"    // rows the map wants changed by a person
	TaskReview    TaskKind = "review"     // free text and documents that may name others
	TaskCandidate TaskKind = "candidate"  // rows that may be the person's
	TaskConflict  TaskKind = "conflict"   // what was found is not what the request says
	TaskReusedKey TaskKind = "reused_key" // a key of an erased row stands on a new one
	TaskLateRows  TaskKind = "late_rows"  // rows came after the work, more than the plan allows
	TaskNotify    TaskKind = "notify"     // a recipient to be told (art. 19)
	TaskMinor     TaskKind = "minor"      // a minor acts alone
	TaskDeceased  TaskKind = "deceased"   // the person has died
)

// Ask is a task to be opened. Request, kind, system, collection and ref tell tasks apart: the same again is the same task.
//
// How to use it: in the transaction that makes the work stand (the steps are laid out, or a step finds that a person is needed),
// call [Engine.openTask] with the step that waits. That step's work then begins with [job.awaitTasks], which is nil once every task
// of the step is answered; the answers are read with it. Answering wakes the step. What else an answer does, in its own
// transaction, is the kind's rule (task_kinds.go); a step needs nothing there if it reads the answers itself.
type Ask struct {
	Kind       TaskKind
	System     string // of the map; "" none
	Collection string
	Ref        string // plain: no personal data
	Department string // "" the system's
	Due        string // last day, 2006-01-02; "" the working default, [taskDue]
	Step       int64  // that waits for the answer; 0 none
	Title      string // one line for lists: no personal data
	Act        string // what is asked, as a code: "copy", "destroy" …; for who reads JSON
	Brief      Brief
	Items      int // how many to decide about; of what [Brief.Items] does not hold
}

// Brief is what whoever does a task needs to see. It holds personal data: it is sealed at rest under the request's key, and shown by
// task show alone, on a terminal or into a file.
type Brief struct {
	Find  []Fact   `json:"find,omitempty"`  // what to look for
	Do    []string `json:"do,omitempty"`    // what to do, a sentence each
	Text  string   `json:"text,omitempty"`  // what is to be sent, as it reads
	Items []Item   `json:"items,omitempty"` // what to decide about, one by one, numbered from 1
	Spool string   `json:"spool,omitempty"` // the sealed file that holds the items instead, where they are many or documents
	Asked []string `json:"asked,omitempty"` // the fields of it that are the items
	Rows  []string `json:"rows,omitempty"`  // keyed hashes of the rows asked about, or of what else planning asks about; not shown
}

// Fact is a label and what stands there.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Item is one thing to decide about: a row, a text, a document.
type Item struct {
	Number   int    `json:"number"`
	Place    string `json:"place,omitempty"` // what it is: the field's label
	Facts    []Fact `json:"facts,omitempty"` // that tell which row it is
	Text     string `json:"text,omitempty"`
	Document string `json:"document,omitempty"` // its name among the task's files
}

// Format keeps what a brief holds out of logs, whatever verb prints it.
func (Brief) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("brief •••")) }

// Format masks.
func (Fact) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("fact •••")) }

// Format masks.
func (Item) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("item •••")) }

// taskDetail is what lists show of a task beside its columns; no personal data.
type taskDetail struct {
	Title string `json:"title,omitempty"`
	Act   string `json:"act,omitempty"`
	Items int    `json:"items,omitempty"`
	Spool string `json:"spool,omitempty"`
}

func taskDetailOf(t state.Task) taskDetail {
	var d taskDetail
	_ = json.Unmarshal(t.Detail, &d) // written by this package; an empty one is none
	return d
}

// taskPart names the sealed brief of a task.
func taskPart(t state.Task) keys.Part {
	return keys.Part{Owner: t.Request, Name: "task/" + t.Kind + "/" + t.System + "/" + t.Collection + "/" + t.Ref}
}

// openTask opens a task in tx, exactly once: one that is there already, open or answered, is returned as it stands.
func (e *Engine) openTask(tx *state.Tx, o *open, a Ask, now time.Time) (state.Task, error) {
	t := state.Task{Request: o.ID, Step: a.Step, Kind: string(a.Kind), System: a.System, Collection: a.Collection, Ref: a.Ref, Department: a.Department, DueOn: a.Due}
	if sys := e.Planner.Graph.Map.System(a.System); t.Department == "" && sys != nil {
		t.Department = sys.Department
	}
	if t.DueOn == "" {
		t.DueOn = taskDue(now.In(e.Planner.Graph.Map.Zone), o.DueStrict)
	}
	items := max(a.Items, len(a.Brief.Items))
	detail, err := json.Marshal(taskDetail{a.Title, a.Act, items, a.Brief.Spool})
	if err != nil {
		return t, err
	}
	t.Detail = detail
	plain, err := json.Marshal(a.Brief)
	if err != nil {
		return t, err
	}
	if t.Sealed, err = o.Key.Seal(taskPart(t), plain); err != nil {
		return t, err
	}
	t, opened, err := tx.AddTask(t, now)
	if err != nil || !opened {
		return t, err
	}
	return t, note(tx, "task.opened", o.ID, map[string]string{"task": fmt.Sprint(t.ID), "kind": t.Kind, "system": t.System}, now)
}

// The working default of a task: two weeks, and two days before the request is due.
const (
	taskDays   = 14
	taskMargin = 2
)

// taskDue is until when a person has time: the working default, but before the request is due, and never before today.
func taskDue(now time.Time, requestDue string) string {
	by := now.AddDate(0, 0, taskDays)
	if due, err := time.ParseInLocation(time.DateOnly, requestDue, now.Location()); err == nil {
		if last := due.AddDate(0, 0, -taskMargin); last.Before(by) {
			by = last
		}
	}
	if by.Before(now) {
		by = now
	}
	return by.Format(time.DateOnly)
}

// awaitTasks gives the tasks of the step once every one is answered; until then the step waits for a person.
func (j *job) awaitTasks(ctx context.Context) ([]state.Task, error) {
	tasks, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Task, error) { return tx.Tasks(state.TaskFilter{Step: j.ID}) })
	if err != nil {
		return nil, err
	}
	if wait := waitsForTasks(tasks); wait != nil {
		return tasks, *wait
	}
	return tasks, nil
}

// waitsForTasks is what a step waits for while one of its tasks is open; nil where none is.
func waitsForTasks(tasks []state.Task) *later {
	for _, t := range tasks {
		if t.State == state.TaskOpen {
			return &later{code: "person", why: taskWords(t), tasks: true}
		}
	}
	return nil
}

// taskWords names a task: "task 41, Archiwum, by Fri 20 Nov 2026".
func taskWords(t state.Task) string {
	words := fmt.Sprintf("task %d", t.ID)
	if t.Department != "" {
		words += ", " + t.Department
	}
	if day, err := time.Parse(time.DateOnly, t.DueOn); err == nil {
		words += ", by " + day.Format("Mon 2 Jan 2006")
	}
	return words
}
