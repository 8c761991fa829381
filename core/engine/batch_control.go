package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/core/state"
)

// ResumeBatch wakes the steps of a batch and of its members that wait or need attention: a person looked. They are worked by
// [Engine.DrainBatch].
func (e *Engine) ResumeBatch(ctx context.Context, name string) error {
	if _, err := e.batchPlan(ctx, name); err != nil {
		return err
	}
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		steps, err := tx.BatchSteps(name)
		if err != nil {
			return err
		}
		return wakeWaiting(tx, steps, now)
	})
}

// CancelBatch ends every request of a batch before anything was taken away; once a system has committed it cannot be cancelled any more,
// what is begun is finished. Of a batch that was planned and not begun, each request is cancelled by itself.
func (e *Engine) CancelBatch(ctx context.Context, name string) error {
	if _, err := e.batchPlan(ctx, name); err != nil {
		return err
	}
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		list, err := tx.BatchMembers(name)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return hint(fmt.Errorf("batch %s has not begun: %w", name, ErrState), "dossier request cancel ID, for each of its requests")
		}
		b, err := tx.Batch(name)
		if err != nil {
			return err
		}
		if !b.EndedAt.IsZero() {
			return hint(fmt.Errorf("batch %s has ended already: %w", name, ErrState), "dossier request list")
		}
		steps, err := tx.BatchSteps(name)
		if err != nil {
			return err
		}
		if err := mayCancel(tx, "batch "+name, "dossier plan show "+name, steps, now); err != nil {
			return err
		}
		if err := e.repool(tx, steps, now); err != nil {
			return err
		}
		for _, m := range list {
			if err := e.cancel(tx, m.Request, now); err != nil {
				return err
			}
			if err := tx.DeleteFrames(m.Request); err != nil {
				return err
			}
		}
		return tx.EndBatch(name, now)
	})
}

// SettleBatch answers for a system that cannot answer itself, for every member at once, as [Engine.Settle] does for one request. A member
// that stands alone in that system is answered for by itself.
func (e *Engine) SettleBatch(ctx context.Context, name, system, because string, proof ...Attachment) error {
	now := e.Now()
	b, _, err := e.batchBegun(ctx, name)
	if errors.Is(err, state.ErrNotFound) {
		return hint(fmt.Errorf("batch %s has not begun: %w", name, ErrState), "dossier plan show %s", name)
	}
	if err != nil {
		return err
	}
	var ids []string
	for _, m := range b.members {
		ids = append(ids, m.Request)
	}
	ms, err := e.openMembers(ctx, ids)
	if err != nil {
		return err
	}
	defer ms.wipe()
	type sealed struct {
		files []string
		parts map[string][]byte
	}
	attached := make([]sealed, len(ms))
	for i, m := range ms {
		if attached[i].files, attached[i].parts, err = m.sealFiles(proof, func(n int) string { return fmt.Sprintf("answered/%s/file/%d", system, n) }); err != nil {
			return err
		}
	}
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		steps, err := tx.SharedSteps(name)
		if err != nil {
			return err
		}
		found := false
		for _, s := range steps {
			if s.System != system || slices.Contains([]state.StepState{state.StepDone, state.StepVerified, state.StepSettled}, s.State) {
				continue
			}
			found = true
			if err := tx.EndStep(s.ID, detail{Why: because, Codes: []string{answeredByPerson}}.raw(), now); err != nil {
				return err
			}
		}
		if !found {
			return hint(fmt.Errorf("batch %s has nothing open in %s: %w", name, system, state.ErrNotFound), "dossier plan show %s", name)
		}
		for i, m := range ms {
			own, err := tx.Steps(m.ID)
			if err != nil {
				return err
			}
			if standsApart(own, system) {
				continue
			}
			if err := tx.PutFact(m.ID, answerFact(system), answer{because, e.Operator, attached[i].files}, now); err != nil {
				return err
			}
			if err := putParts(tx, m.ID, attached[i].parts, now); err != nil {
				return err
			}
			if err := note(tx, "system.answered", m.ID, map[string]string{"system": system}, now); err != nil {
				return err
			}
		}
		return nil
	})
}
