package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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
			part := j.work.Systems[i] // a copy: the work is shared between steps
			return &part, sys, nil
		}
	}
	if j.Shared() && j.Part != "" {
		return &planner.SystemWork{System: j.System}, sys, nil // planned once more, it had nothing left
	}
	if j.from != nil {
		return nil, nil, j.noFault()
	}
	return nil, nil, fmt.Errorf("the work holds nothing for %s", j.System)
}

// apply is the handshake with one system: the store does the work and does not commit; its outcomes are recorded
// as prepared under the step's fence; only then it may commit. Large work goes in slices, each a handshake of its own.
func (j *job) apply(ctx context.Context) error {
	if j.onPaper(j.System) {
		return j.manual(ctx)
	}
	if j.poolsHere() {
		return j.joinPool(ctx)
	}
	if j.Shared() {
		return j.applyShared(ctx)
	}
	return j.applyWork(ctx)
}

// applyWork does so with the work in hand.
func (j *job) applyWork(ctx context.Context) error {
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
	if err := j.inHours(); err != nil {
		return err
	}
	if j.State != state.StepPrepared {
		if err := errors.Join(j.takeWitness(ctx, work, sys), j.takeReach(ctx, work, sys)); err != nil {
			return err
		}
		j.failpoint("witnessed")
	}
	if err := j.allowMore(ctx, work); err != nil {
		return err
	}
	was, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Count, error) { return tx.Counts(j.ID) })
	if err != nil {
		return err
	}
	var slices []connectors.Treatment
	if sys.Card.Transactional {
		slices = slicesOf(work, sys.Map.AtOnce())
	}
	t := newTally(work, j.persons(), was, !sys.Card.Transactional || len(slices) > 0)
	pace, parts := pace{sys.Map.MaxRate, time.Now()}, 0
	part := func(last bool, treatments ...connectors.Treatment) error {
		if parts > 0 { // it may have taken long
			if err := errors.Join(pace.after(ctx, t.worked()), j.inHours()); err != nil {
				return err
			}
		}
		if parts++; len(slices) > 0 {
			j.progress(fmt.Sprintf("working in %s, part %d", j.System, parts))
		}
		return j.handshake(ctx, sys, work, writer, t, treatments, last)
	}
	return inParts(ctx, sys, work, slices, part)
}

// handshake is one call: prepared, recorded, confirmed, acknowledged.
func (j *job) handshake(ctx context.Context, sys *planner.System, work *planner.SystemWork, writer connectors.Writer, t *tally, treatments []connectors.Treatment, last bool) error {
	do, err := flatten(ctx, sys, t, treatments)
	if err != nil {
		return err
	}
	outcomes, err := writer.Apply(sys.Telling(ctx), do, connectors.ApplyOptions{Lock: j.Owner() + "/" + j.System, Confirm: func(ctx context.Context, outcomes []connectors.Outcome) error {
		return j.prepared(ctx, work, t, outcomes)
	}})
	if err != nil {
		if !sys.Card.Transactional && len(outcomes) > 0 { // they say how far it got; of a transaction nothing is known before the retry
			if errors.Is(err, connectors.ErrTryLater) || ctx.Err() != nil { // an answer may have been lost: what was prepared is still open
				t.acknowledgeSome(outcomes)
			} else {
				t.acknowledge(outcomes)
			}
			err = errors.Join(err, j.record(ctx, t))
		}
		return j.askBefore(ctx, j.askAboutLift(ctx, describe(err, outcomes)))
	}
	j.failpoint("stored")
	t.acknowledge(outcomes)
	if !last {
		return j.record(ctx, t)
	}
	t.infer()
	j.committed(t, outcomes)
	return nil
}

// flatten brings treatments into the form the store takes: one may become several, and what a ceiling leaves
// after earlier slices is less.
func flatten(ctx context.Context, sys *planner.System, t *tally, treatments []connectors.Treatment) ([]connectors.Treatment, error) {
	var out []connectors.Treatment
	for _, x := range treatments {
		as := classOf{treatment: planned(x.ID)}
		if x.Verb == connectors.Ensure {
			t.send(x.ID, as)
			out = append(out, x)
			continue
		}
		parts, err := sys.Flatten(ctx, x.On)
		if err != nil {
			return nil, err
		}
		for n, on := range parts {
			one := x
			one.On = on
			if n > 0 {
				one.ID = fmt.Sprintf("%s#%d", x.ID, n)
			}
			t.send(one.ID, as)
			one.AtMost = max(x.AtMost-t.changed(one.ID), 0)
			out = append(out, one)
		}
	}
	return out, nil
}

// planned is the ID of the plan's treatment behind the one of a slice.
func planned(id string) string {
	id, _, _ = strings.Cut(id, "/slice/")
	return id
}

// prepared records what the store is about to commit. It is the last word: where the fence is lost, or the request was
// cancelled, the store rolls back.
func (j *job) prepared(ctx context.Context, work *planner.SystemWork, t *tally, outcomes []connectors.Outcome) error {
	j.failpoint("asked")
	defer j.failpoint("prepared")
	if err := t.foreign(work, outcomes); err != nil {
		return err
	}
	t.report(outcomes)
	if id := t.over(); id != "" {
		return fmt.Errorf("%s: %w", id, connectors.ErrMoreRows)
	}
	j.unstored = j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		if err := j.cancelled(tx); err != nil {
			return err
		}
		have, err := j.frames(tx)
		if err != nil {
			return err
		}
		frames, err := j.sealCaptured(t, work, outcomes, have)
		if err != nil {
			return err
		}
		for _, f := range frames {
			if err := tx.PutFrame(j.Step, j.Owner(), f); err != nil {
				return err
			}
		}
		if err := tx.PutCount(j.Step, t.counts(j.ID)...); err != nil {
			return err
		}
		j.State = state.StepPrepared
		return tx.SaveStep(j.Step, j.Now())
	})
	if j.unstored == nil {
		t.keep(j.ID)
	}
	return j.unstored
}

// record stores the counts after a call that was not the last.
func (j *job) record(ctx context.Context, t *tally) error {
	err := j.DB.WriteSoon(ctx, func(tx *state.Tx) error { return tx.PutCount(j.Step, t.counts(j.ID)...) })
	if err == nil {
		t.keep(j.ID)
	}
	return err
}

// committed has the counts stored, and the system noted as committed, with the end of the step. Where that is lost, what is prepared
// stands, and the next try infers what this one knew.
func (j *job) committed(t *tally, outcomes []connectors.Outcome) {
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
	j.Detail = d.raw()
	j.ending = func(tx *state.Tx) error {
		if err := tx.PutCount(j.Step, t.counts(j.ID)...); err != nil {
			return err
		}
		if err := j.keepCommitted(tx); err != nil {
			return err
		}
		return j.noteSystem(tx, "system.committed", j.Now())
	}
}

// cancelled stops a step of a request that was cancelled. A batch is cancelled by ending its steps: they lose their fence.
func (j *job) cancelled(tx *state.Tx) error {
	if j.Shared() {
		return nil
	}
	if cancelled, err := tx.CancelAsked(j.Step.Request); err != nil || !cancelled {
		return err
	}
	return later{code: "attention", why: "the request was cancelled; nothing more is done in " + j.System, codes: []string{"cancelled"}}
}

// frames are what was captured in the step's system.
func (j *job) frames(tx *state.Tx) ([]state.Frame, error) {
	switch {
	case j.Shared():
		return tx.BatchFrames(j.Batch, j.System, "")
	case j.from != nil:
		return tx.BatchFrames(j.from.batch, j.System, "")
	}
	return tx.Frames(j.Step.Request, j.System, "")
}

// noteSystem writes of every request the step is of what its system has come to.
func (j *job) noteSystem(tx *state.Tx, kind string, at time.Time) error {
	for _, id := range j.requests() {
		if err := note(tx, kind, id, map[string]string{"system": j.System}, at); err != nil {
			return err
		}
	}
	return nil
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

// takeWitness remembers how other persons' rows close by look, as keyed hashes, before anything is touched. It is stored with
// what is prepared: until then nothing has changed, and a worker that takes over looks anew; from then on it stands, whoever goes on.
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
	return nil
}

// witnessesAtOnce is how many collections are looked at beside each other.
const witnessesAtOnce = 4

// witness hashes the witnesses' rows, each selection for itself, under a key that goes with the request.
func (j *job) witness(ctx context.Context, work *planner.SystemWork, sys *planner.System) (map[int]string, error) {
	key, err := j.open.Key.Derive("witness")
	if err != nil {
		return nil, err
	}
	out := make([]string, len(work.Witnesses))
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(witnessesAtOnce)
	for i, sel := range work.Witnesses {
		all.Go(func() (err error) {
			out[i], err = printOf(ctx, key, sys, sel)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	prints := map[int]string{}
	for i, print := range out {
		prints[i] = print
	}
	return prints, nil
}

// printOf is a keyed hash of rows, whatever their order.
func printOf(ctx context.Context, key []byte, sys *planner.System, sel connectors.Selection) (string, error) {
	var rows []string
	err := sys.Each(ctx, sel, func(_ int, vs []any) error {
		rows = append(rows, connectors.Tuple{Values: vs}.ID())
		return nil
	})
	if err != nil {
		return "", err
	}
	sort.Strings(rows)
	mac := hmac.New(sha256.New, key)
	for _, r := range rows {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(r), r)
	}
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}
