package engine

import (
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// personMarks are the register's keyed marks of a person: by them requests of one person find each other without
// anybody reading who it is.
func (e *Engine) personMarks(ids []subject.Identifier) ([]state.Mark, error) {
	return e.marksOf(ids, e.Ring.RegisterKey(), subject.RegisterUse)
}

// marksOf are keyed marks of the unique, verified identifiers among ids, for one use.
func (e *Engine) marksOf(ids []subject.Identifier, key keys.MarkKey, use string) ([]state.Mark, error) {
	var out []state.Mark
	for _, id := range ids {
		kind := e.Planner.Graph.Map.Identifiers[id.Kind]
		if kind == nil || !kind.Unique || !id.Verified {
			continue
		}
		m, err := markOf(kind, id.Value.Reveal(), key, use)
		if err != nil {
			return nil, err
		}
		if m != nil {
			out = append(out, *m)
		}
	}
	return out, nil
}

// markOf is the keyed mark of one value; nil where the value names nobody.
func markOf(kind *datamap.Identifier, value string, key keys.MarkKey, use string) (*state.Mark, error) {
	m, normaliser, err := kind.MarkOf(key.Bytes(), use, value)
	if errors.Is(err, subject.ErrNotAValue) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &state.Mark{Kind: kind.Name, Normaliser: normaliser, KeyID: key.ID, Sum: m.Bytes()}, nil
}

// meets keeps requests of one person apart (domain: when requests meet): one that changes data runs at a time, and an
// erasure waits for an access that is still open, for it would take away what the copy is made of.
func (e *Engine) meets(tx *state.Tx, o *open, work *planner.Work) error {
	marks, err := e.personMarks(uniqueOf(work))
	if err != nil || len(marks) == 0 {
		return err
	}
	if err := tx.PutRequestMarks(o.ID, marks); err != nil || !o.Content.Right.Mutates() {
		return err
	}
	others, err := tx.Requests(state.RequestFilter{Marks: sums(marks), States: []string{string(request.Received), string(request.Planned), string(request.Approved), string(request.Running), string(request.Waiting)}})
	if err != nil {
		return err
	}
	for _, x := range others {
		right := request.Right(x.Right)
		switch {
		case x.ID == o.ID:
		case right.Mutates() && request.State(x.State) == request.Running && inTheWay(tx, x.ID, o.Content.Right):
			return hint(Waiting{o.ID, string(request.ForPerson), fmt.Sprintf("request %s of the same person is being carried out", x.ID)}, "dossier request show %s", x.ID)
		case o.Content.Right.Destroys() && !right.Mutates():
			return hint(Waiting{o.ID, string(request.ForPerson), fmt.Sprintf("%s %s of the same person is open, and comes first", x.Right, x.ID)},
				"dossier run %s, or, if the person does without it: dossier request cancel %s", x.ID, x.ID)
		}
	}
	return nil
}

// inTheWay says whether a request that runs has to be worked before one of some right. A restriction may not wait for a pool, nor may its
// end: what waits there is looked at anew before it is worked, and finds it.
func inTheWay(tx *state.Tx, id string, before request.Right) bool {
	switch {
	case workedOff(tx, id):
		return false
	case before == request.Restriction, before == request.Lift:
		return !waitsInPools(tx, id)
	}
	return true
}

// workedOff says whether nothing of a request is left to do in any system but to look once more.
func workedOff(tx *state.Tx, id string) bool {
	steps, err := tx.Steps(id)
	if err != nil {
		return false
	}
	for _, s := range steps {
		if s.Phase == phaseApply && s.State != state.StepDone {
			return false
		}
	}
	return true
}
