package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// part finds the step's system in the work and in the open stores.
func (j *job) part() (*planner.SystemWork, *planner.System, error) {
	sys := j.Planner.Systems[j.System]
	if sys == nil || sys.Store == nil {
		return nil, nil, fmt.Errorf("%s is not open: %w", j.System, connectors.ErrTryLater)
	}
	for i := range j.work.Systems {
		if j.work.Systems[i].System == j.System {
			return &j.work.Systems[i], sys, nil
		}
	}
	return nil, nil, fmt.Errorf("the work holds nothing for %s", j.System)
}

// apply is the handshake with one system: the store does the work and does not commit; its outcomes are recorded
// as prepared under the step's fence; only then it may commit.
func (j *job) apply(ctx context.Context) error {
	work, sys, err := j.part()
	if err != nil {
		return err
	}
	if len(work.Treatments) == 0 {
		return nil
	}
	writer, ok := connectors.As[connectors.Writer](sys.Store)
	if !ok {
		return fmt.Errorf("%s cannot be written to by its connector: %w", j.System, connectors.ErrNotSupported)
	}
	resumed := j.State == state.StepPrepared
	before, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Count, error) { return tx.Counts(j.ID) })
	if err != nil {
		return err
	}
	if !resumed {
		if err := j.takeWitness(ctx, work, sys); err != nil {
			return err
		}
		j.failpoint("witnessed")
	}
	do, class, err := flatten(ctx, sys, work)
	if err != nil {
		return err
	}
	t := newTally(class, before)
	outcomes, err := writer.Apply(ctx, do, connectors.ApplyOptions{Lock: j.Step.Request + "/" + j.System, Confirm: func(ctx context.Context, outcomes []connectors.Outcome) error {
		j.failpoint("asked")
		defer j.failpoint("prepared")
		return j.prepared(ctx, t, outcomes, sys.Card.Transactional)
	}})
	if err != nil {
		return describe(err, outcomes)
	}
	j.failpoint("stored")
	err = j.committed(ctx, t, outcomes, resumed, sys.Card.Transactional)
	j.failpoint("committed")
	return err
}

// flatten brings the treatments into the form the store takes. One treatment may become several; class tells by
// treatment ID which class of the plan it belongs to.
func flatten(ctx context.Context, sys *planner.System, work *planner.SystemWork) ([]connectors.Treatment, map[string]classOf, error) {
	var out []connectors.Treatment
	class := map[string]classOf{}
	for i, t := range work.Treatments {
		c := work.Purposes[i]
		if t.Verb == connectors.Ensure {
			out = append(out, t)
			class[t.ID] = classOf{t.ID, c}
			continue
		}
		parts, err := sys.Flatten(ctx, t.On)
		if err != nil {
			return nil, nil, err
		}
		for n, on := range parts {
			one := t
			one.On = on
			if n > 0 {
				one.ID = fmt.Sprintf("%s#%d", t.ID, n)
			}
			class[one.ID] = classOf{t.ID, c}
			out = append(out, one)
		}
	}
	return out, class, nil
}

// prepared records what the store is about to commit. It is the last word: where the fence is lost, the request was
// cancelled or a ceiling is passed, the store rolls back.
func (j *job) prepared(ctx context.Context, t *tally, outcomes []connectors.Outcome, transactional bool) error {
	t.prepare(outcomes, transactional)
	if over := t.overCeiling(); over != "" {
		return fmt.Errorf("%s: %w", over, connectors.ErrMoreRows)
	}
	return j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		if cancelled, err := tx.CancelAsked(j.Step.Request); err != nil || cancelled {
			if err == nil {
				err = later{code: "attention", why: "the request was cancelled; nothing more is done in " + j.System, codes: []string{"cancelled"}}
			}
			return err
		}
		for _, c := range t.counts(j.ID) {
			if err := tx.PutCount(j.Step, c); err != nil {
				return err
			}
		}
		j.State = state.StepPrepared
		return tx.SaveStep(j.Step, j.Now())
	})
}

// committed records the acknowledgement.
func (j *job) committed(ctx context.Context, t *tally, outcomes []connectors.Outcome, resumed, transactional bool) error {
	t.commit(outcomes, resumed, transactional)
	d := detailOf(j.Step)
	for _, o := range outcomes {
		for _, n := range o.Notes {
			d.Notes = append(d.Notes, n.Summary)
		}
		if !o.DoneBy.IsZero() && (d.DoneBy == nil || o.DoneBy.After(*d.DoneBy)) {
			by := o.DoneBy
			d.DoneBy = &by
		}
	}
	return j.DB.Write(ctx, func(tx *state.Tx) error {
		for _, c := range t.counts(j.ID) {
			if err := tx.PutCount(j.Step, c); err != nil {
				return err
			}
		}
		j.State, j.Detail = state.StepCommitted, d.raw()
		if err := tx.SaveStep(j.Step, j.Now()); err != nil {
			return err
		}
		err := note(tx, "system.committed", j.Step.Request, map[string]string{"system": j.System}, j.Now())
		return err
	})
}

// describe adds what the store noted to an error.
func describe(err error, outcomes []connectors.Outcome) error {
	for _, o := range outcomes {
		if len(o.Notes) > 0 {
			return fmt.Errorf("%w (%s)", err, o.Notes.Error())
		}
	}
	return err
}

// takeWitness remembers how other persons' rows close by look, as keyed hashes, before anything is touched.
func (j *job) takeWitness(ctx context.Context, work *planner.SystemWork, sys *planner.System) error {
	d := detailOf(j.Step)
	if d.Witness != nil {
		return nil
	}
	var err error
	if d.Witness, err = j.witness(ctx, work, sys); err != nil {
		return err
	}
	j.Detail = d.raw()
	return j.DB.Write(ctx, func(tx *state.Tx) error { return tx.SaveStep(j.Step, j.Now()) })
}

// witness hashes the witnesses' rows, each selection for itself, under a key that goes with the request.
func (j *job) witness(ctx context.Context, work *planner.SystemWork, sys *planner.System) (map[int]string, error) {
	key, err := j.open.Key.Derive("witness")
	if err != nil {
		return nil, err
	}
	out := map[int]string{}
	for i, sel := range work.Witnesses {
		var rows []string
		err := sys.Each(ctx, sel, func(_ int, vs []any) error {
			rows = append(rows, connectors.Tuple{Values: vs}.ID())
			return nil
		})
		if err != nil {
			return nil, err
		}
		sort.Strings(rows)
		mac := hmac.New(sha256.New, key)
		for _, r := range rows {
			_, _ = fmt.Fprintf(mac, "%d:%s", len(r), r)
		}
		out[i] = hex.EncodeToString(mac.Sum(nil)[:16])
	}
	return out, nil
}
