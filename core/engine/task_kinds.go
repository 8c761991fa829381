package engine

import (
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// taskRule is what may be answered to a kind of task, and what follows from an answer beside waking the step that waits.
type taskRule struct {
	answers []string                                                     // the states it may be answered as
	wants   func(state.Task, Answer) error                               // refuses an answer that says too little or too much; may be nil
	then    func(*Engine, *state.Tx, *open, state.Task, time.Time) error // in the answer's transaction; may be nil
}

// rule is the one of a kind. A kind that says no more may be answered in any way, without items and files.
func (k TaskKind) rule() taskRule {
	all := []string{state.TaskDone, state.TaskNothingFound, state.TaskRefused}
	switch k {
	case TaskManual, TaskByHand:
		return taskRule{answers: all, wants: wantsCopies}
	case TaskReview:
		return taskRule{answers: []string{state.TaskDone, state.TaskRefused}, wants: wantsItems}
	case TaskLateRows:
		return taskRule{answers: all, wants: wantsPlan}
	case TaskConflict, TaskReusedKey:
		return taskRule{answers: all}
	case TaskNotify:
		return taskRule{answers: []string{state.TaskDone, state.TaskRefused}, wants: wantsTold, then: thenTold}
	}
	return taskRule{answers: all}
}

// allows refuses an answer the kind of task does not take.
func (r taskRule) allows(t state.Task, a Answer) error {
	if !slices.Contains(r.answers, a.State) {
		return hint(wrongAnswer("task %d, a %s, is not answered as %s", t.ID, kindWords(t.Kind), answerWords(a.State)), "dossier task show %d", t.ID)
	}
	if a.State == state.TaskRefused && a.Because == "" {
		return hint(wrongAnswer("task %d: a refusal needs a reason", t.ID), "dossier task refuse %d --because TEXT", t.ID)
	}
	if TaskKind(t.Kind) != TaskNotify && (a.Told != nil || a.Exempt != nil) {
		return hint(wrongAnswer("task %d, a %s, is about no recipient", t.ID, kindWords(t.Kind)), "dossier task show %d", t.ID)
	}
	if r.wants == nil {
		if len(a.Except)+len(a.Redacted) > 0 {
			return wrongAnswer("task %d has no numbered items", t.ID)
		}
		return nil
	}
	return r.wants(t, a)
}

// kindWords are the kinds as a person reads them.
func kindWords(kind string) string {
	return map[string]string{"manual": "task on paper", "by_hand": "change by hand", "candidate": "candidate to confirm", "reused_key": "reused key",
		"late_rows": "late row", "notify": "recipient to tell", "review": "review", "conflict": "conflict", "minor": "question about a minor",
		"deceased": "question about a person who has died"}[kind]
}

// wantsCopies wants, of a copy to be made, the copy.
func wantsCopies(t state.Task, a Answer) error {
	if len(a.Except)+len(a.Redacted) > 0 {
		return wrongAnswer("task %d has no numbered items", t.ID)
	}
	if taskDetailOf(t).Act == planner.PaperCopy && a.State == state.TaskDone && len(a.Files) == 0 {
		return hint(wrongAnswer("task %d wants a copy of what was found", t.ID), "dossier task done %d --attach FILE, or dossier task nothing-found %d", t.ID, t.ID)
	}
	return nil
}

// wantsItems wants numbers the task has, each once, and a reason where something is held back.
func wantsItems(t state.Task, a Answer) error {
	d := taskDetailOf(t)
	numbers := slices.Clone(a.Except)
	for n := range a.Redacted {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for i, n := range numbers {
		if n < 1 || n > d.Items {
			return hint(wrongAnswer("task %d has no item %d; it has %d", t.ID, n, d.Items), "dossier task show %d", t.ID)
		}
		if i > 0 && numbers[i-1] == n {
			return wrongAnswer("task %d: item %d is named twice", t.ID, n)
		}
	}
	if TaskKind(t.Kind) == TaskReview && len(a.Except) > 0 && a.Because == "" {
		return hint(wrongAnswer("task %d: what is held back needs a reason", t.ID), "dossier task done %d --except N --because TEXT", t.ID)
	}
	return nil
}

// wantsPlan refuses to leave rows where nothing was done in their system: a person answers for the system then.
func wantsPlan(t state.Task, a Answer) error {
	if len(a.Except)+len(a.Redacted) > 0 {
		return wrongAnswer("task %d has no numbered items", t.ID)
	}
	act := taskDetailOf(t).Act
	if act == actHold && a.State == state.TaskRefused {
		return hint(wrongAnswer("task %d: these rows stand among others and are restricted together with them, or not at all; where they are not this person's, put that right", t.ID),
			"dossier task nothing-found %d then, or dossier request settle %s --system %s --because TEXT", t.ID, t.Request, t.System)
	}
	if (act == actPlan || act == actMore) && a.State == state.TaskRefused {
		return hint(wrongAnswer("task %d: nothing was done in %s, so that no rows of it are left alone; a person answers for all of it", t.ID, t.System),
			"dossier request settle %s --system %s --because TEXT", t.Request, t.System)
	}
	return nil
}
