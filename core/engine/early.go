package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// earlyFact says since when a package is wanted without what people have not answered.
const earlyFact = "archive-early"

// wantedEarly is who wants it, and since when.
type wantedEarly struct {
	At time.Time `json:"at"`
	By string    `json:"by"`
}

// early says whether a package is wanted now although people have not answered yet: somebody asked for it, or the request is due in
// two days. Else at is when it will be, zero where that is not known.
func (j *job) early(ctx context.Context) (wanted bool, at time.Time, err error) {
	var asked wantedEarly
	var made Made
	err = j.DB.Read(ctx, func(tx *state.Tx) error {
		if _, err := tx.Fact(j.Step.Request, earlyFact, &asked); err != nil {
			return err
		}
		_, err := tx.Fact(j.Step.Request, archiveFact, &made)
		return err
	})
	if err != nil {
		return false, at, err
	}
	if !asked.At.IsZero() && !made.MadeAt.After(asked.At) {
		return true, at, nil
	}
	if j.open.DueStrict != "" {
		at = dayOf(j.open.DueStrict, j.Planner.Graph.Map.Zone).AddDate(0, 0, -taskMargin)
	}
	switch {
	case at.IsZero():
		return false, at, nil
	case j.Now().Before(at):
		return false, at, nil
	}
	return made.MadeAt.Before(at), time.Time{}, nil
}

// WantEarly asks for a request's package now, without what people have not looked at or copied yet: a reply may be made at any
// time, and says what is still to come. The request goes on waiting for them. Asking where nobody is waited for changes nothing.
func (e *Engine) WantEarly(ctx context.Context, id string) error {
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		x, err := tx.Request(id)
		if err != nil {
			return err
		}
		if request.State(x.State).Closed() {
			return nil
		}
		steps, err := tx.Steps(id)
		if err != nil {
			return err
		}
		for _, s := range steps {
			if s.Phase != phaseCollect || s.State == state.StepDone {
				continue
			}
			if err := tx.PutFact(id, earlyFact, wantedEarly{now, e.Operator}, now); err != nil {
				return err
			}
			_, err := tx.WakeStep(s.ID, now)
			return err
		}
		return nil
	})
}

// awaitsPeople says for which task a request's package waits; "" for none.
func (e *Engine) awaitsPeople(ctx context.Context, id string) (string, error) {
	return read(ctx, e, func(tx *state.Tx) (string, error) {
		tasks, err := tx.Tasks(state.TaskFilter{Request: id, State: state.TaskOpen})
		for _, t := range tasks {
			if t.Step > 0 {
				return taskWords(t), err
			}
		}
		return "", err
	})
}

// whole refuses an archive that waits for people, or was made without them, unless one made without them is wanted.
func (e *Engine) whole(ctx context.Context, id string, made bool, m Made, early bool) error {
	if early || made && !m.Early {
		return nil
	}
	words, err := e.awaitsPeople(ctx, id)
	if err != nil || words == "" && !made {
		return err
	}
	if words == "" {
		return hint(Waiting{id, string(request.ForStore), "it is made anew, with what people have answered"}, "dossier request wait %s", id)
	}
	return hint(Waiting{id, string(request.ForPerson), words}, "dossier task list --request %s; or, without what people have not answered: dossier archive %s --early -o %s", id, id, fmt.Sprintf("%s.zip", id))
}
