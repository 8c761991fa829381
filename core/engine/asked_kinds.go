package engine

import (
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// askFor is the task of a question.
func (e *Engine) askFor(o *open, q planner.Question) Ask {
	m := e.Planner.Graph.Map
	a := Ask{Kind: TaskKind(q.Kind), System: q.System, Collection: q.Collection, Ref: refOf(q), Brief: Brief{Rows: q.About}}
	place := ""
	if sys := m.System(q.System); sys != nil && sys.Collection(q.Collection) != nil {
		if place = sys.Collection(q.Collection).Label.In(m.Languages[0]); place == "" {
			place = q.Collection
		}
	}
	for i, row := range q.Rows {
		item := Item{Number: i + 1, Place: place}
		for _, f := range row {
			item.Facts = append(item.Facts, Fact(f))
		}
		a.Brief.Items = append(a.Brief.Items, item)
	}
	switch a.Kind {
	case TaskCandidate:
		a.Title, a.Act = "say which of these rows are this person's: "+place, "confirm"
		a.Brief.Find = e.namedBy(o)
		a.Brief.Do = []string{"These rows hold what others may hold too, and nothing in them says whose they are: " + q.Why + ".",
			"Compare each with what the request says of the person. Done says that they are this person's, --except N with a reason that some are not; refused, with a reason, that none is.",
			"What is confirmed is treated as the person's in the plan that is made then. Nothing is shown, changed or erased of the others."}
	case TaskConflict:
		a.Title, a.Act = "say whether to go on without rows that name two persons: "+place, "decide"
		a.Brief.Find = e.namedBy(o)
		a.Brief.Do = []string{"These rows hold an identifier of this person and another one that is somebody else's. No answer makes them this person's.",
			"Done says that the request goes on without them, and they stay as they are. Refused, with a reason, says that it does not; correct the rows or the request, and plan again."}
	case TaskMinor:
		a.Title, a.Act = "say whether a minor may act alone here", "decide"
		a.Brief.Do = []string{"The PESEL of the request is a minor's, and no parent or guardian acts for the child.",
			"Done says that the child may ask for this alone, and the request goes on. Refused, with a reason, says that it does not; a parent or guardian can send it, with their authority."}
	case TaskDeceased:
		a.Title, a.Act = "say whether the request about a person who has died goes on", "decide"
		a.Brief.Do = []string{"The GDPR gives the dead no rights (recital 27); what survivors may ask for is for another law to say.",
			"Done says that such a law was found, and the request goes on; name it in --because. Refused, with a reason, says that it does not."}
	}
	return a
}

// namedBy is how the request names the person, for whoever compares.
func (e *Engine) namedBy(o *open) []Fact {
	m := e.Planner.Graph.Map
	var out []Fact
	for _, id := range o.Content.Subject.Identifiers {
		label := id.Kind
		if k := m.Identifiers[id.Kind]; k != nil && k.Label.In(m.Languages[0]) != "" {
			label = k.Label.In(m.Languages[0])
		}
		if !id.Verified {
			label += " (not verified)"
		}
		out = append(out, Fact{label, id.Value.Reveal()})
	}
	return out
}

// ruleOf is what may be answered to a task: its kind's rule, or what planning takes for an answer.
func ruleOf(t state.Task) taskRule {
	if !t.OfPlanning() {
		return TaskKind(t.Kind).rule()
	}
	r := taskRule{answers: []string{state.TaskDone, state.TaskRefused}, then: (*Engine).toPlanAgain}
	if TaskKind(t.Kind) == TaskCandidate {
		r.wants = wantsWhich
	}
	return r
}

// wantsWhich wants numbers the task has, and a reason where a row is not the person's.
func wantsWhich(t state.Task, a Answer) error {
	if len(a.Redacted) > 0 {
		return wrongAnswer("task %d is no review: nothing of it is redacted", t.ID)
	}
	if err := wantsItems(t, a); err != nil {
		return err
	}
	if len(a.Except) > 0 && a.Because == "" {
		return hint(wrongAnswer("task %d: that a row is not this person's needs a reason", t.ID), "dossier task done %d --except N --because TEXT", t.ID)
	}
	return nil
}

// toPlanAgain lets a request go on when the last of what its plan left open is answered: it is planned again. One that runs already is
// not held up; the plan of its own that asked is made again.
func (e *Engine) toPlanAgain(tx *state.Tx, o *open, t state.Task, now time.Time) error {
	x, err := tx.Request(t.Request)
	if err != nil || request.State(x.State) == request.Running || request.State(x.State).Closed() {
		return err
	}
	open, err := planTasks(tx, t.Request, state.TaskOpen)
	if err != nil {
		return err
	}
	awaitAnswers(&x, open)
	if len(open) == 0 {
		x.State, x.WaitingFor, x.WaitingWhy = string(request.Received), "", "" // of what it lacks it was asked before it was planned
	}
	return tx.SaveRequest(x, now)
}

// awaitAnswers lets a request wait for the people its plan asks; not at all where it asks nobody.
func awaitAnswers(x *state.Request, open []state.Task) {
	if len(open) == 0 {
		return
	}
	open = slices.Clone(open)
	slices.SortFunc(open, func(a, b state.Task) int { return int(a.ID - b.ID) })
	x.State, x.WaitingFor, x.WaitingWhy = string(request.Waiting), string(request.ForPerson), taskWords(open[0])
	if n := len(open) - 1; n > 0 {
		x.WaitingWhy += fmt.Sprintf(", and %d more", n)
	}
}
