package engine

import (
	"context"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// eventOf is what recipients are told of (art. 19): an objection or a withdrawal that takes data away is an erasure to them.
func eventOf(r *request.Request) string {
	switch {
	case r.Right == request.Rectification && len(r.Corrections) == 0:
		return recipient.Completion
	case r.Right.Destroys():
		return recipient.Erasure
	case r.Right == request.Lift:
		return recipient.Lifting
	}
	return string(r.Right)
}

// arrange writes what has to stand beside the steps before anything runs: of a rectification, the art. 19 list; of an objection to marketing,
// the do-not-contact entries; of any right, what it leaves to people. The last step waits for them.
func (e *Engine) arrange(tx *state.Tx, o *open, p *plan.Plan, work *planner.Work, last state.Step, now time.Time) error {
	if o.Content.Right == request.Rectification {
		if err := e.listRecipients(tx, o, p, work, now); err != nil {
			return err
		}
	}
	if err := e.stopContact(tx, o, work, now); err != nil {
		return err
	}
	for _, h := range work.Hands {
		if _, err := e.openTask(tx, o, askOf(h, last), now); err != nil {
			return err
		}
	}
	return nil
}

func askOf(h planner.Hand, last state.Step) Ask {
	a := Ask{Kind: TaskKind(h.Kind), System: h.System, Collection: h.Collection, Ref: h.Ref, Step: last.ID, Title: h.Title, Brief: Brief{Do: h.Do}}
	if a.Kind == TaskByHand {
		a.Act = planner.PaperCorrect
	}
	return a
}

// stopContact leaves a keyed mark of each contact point for each purpose objected to (art. 21(3)): from now on, whatever else is still to do.
func (e *Engine) stopContact(tx *state.Tx, o *open, work *planner.Work, now time.Time) error {
	if len(work.Contacts) == 0 {
		return nil
	}
	var contacts []subject.Identifier
	for _, c := range work.Contacts {
		contacts = append(contacts, subject.Identifier{Kind: c.Kind, Value: subject.Seal(c.Value)})
	}
	for _, purpose := range work.Stopped {
		if err := e.Ledger().DoNotContact(tx, purpose, contacts, o.ID, now); err != nil {
			return err
		}
	}
	return nil
}

// erasing is an erasure of the same person that is open and has not begun; nil where there is none. What it will take away is not corrected.
func (e *Engine) erasing(ctx context.Context, o *open, work *planner.Work) (*request.Request, error) {
	marks, err := e.personMarks(uniqueOf(work))
	if err != nil || len(marks) == 0 {
		return nil, err
	}
	list, err := read(ctx, e, func(tx *state.Tx) ([]state.Request, error) {
		return tx.Requests(state.RequestFilter{Marks: sums(marks), Right: string(request.Erasure),
			States: []string{string(request.Received), string(request.Planned), string(request.Approved), string(request.Waiting)}})
	})
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if x.ID == o.ID {
			continue
		}
		other, err := e.openRequest(ctx, x.ID)
		if err != nil {
			return nil, err
		}
		other.Key.Wipe()
		if code, _ := request.WaitsFor(other.Content, other.Events...); code == "" {
			return other.Content, nil
		}
	}
	return nil, nil
}

// isConflict says whether a row holds neither the old value of a correction nor the new one.
func isConflict(t connectors.Treatment, fields []string, values []any) bool {
	row := connectors.Row{}
	for i, f := range fields {
		row[f] = values[i]
	}
	return t.Standing(row) == connectors.Conflict
}
