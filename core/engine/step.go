package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// job is a claimed step with what it works on.
type job struct {
	*Engine
	state.Step
	open  *open
	work  *planner.Work
	group *group  // of a step of several requests: whose
	from  *source // of a step of a member that stands alone: the batch
	// unstored is why what a store was about to commit could not be recorded.
	unstored error
	said     *findings // what people said of rows an earlier look found
	restayed bool      // a pool left other rows standing than its plan said
	// ending is stored with the step's end, in one transaction, where it is done; nil: nothing more.
	ending func(*state.Tx) error
}

// detail is what a step remembers of itself, in plain words; no personal data.
type detail struct {
	Why        string         `json:"why,omitempty"`
	Codes      []string       `json:"codes,omitempty"`
	Notes      []string       `json:"notes,omitempty"`
	VerifiedAt *time.Time     `json:"verified_at,omitempty"`
	Witness    map[int]string `json:"witness,omitempty"` // keyed hashes of other persons' rows
	Late       int64          `json:"late,omitempty"`
	LateOf     map[int]int64  `json:"late_of,omitempty"` // of a batch, by person
	Split      bool           `json:"split,omitempty"`   // it ended because others, each of some of its members, took its place
	DoneBy     *time.Time     `json:"done_by,omitempty"`
	Pool       *pooling       `json:"pool,omitempty"`  // it waits, or waited, for others in its system
	After      map[int]string `json:"after,omitempty"` // as Witness, right after the work of a pool
	Reach      []reach        `json:"reach,omitempty"` // of a restriction: what could be reached before
}

func detailOf(s state.Step) detail {
	var d detail
	_ = json.Unmarshal(s.Detail, &d) // written by this package; an empty one is none
	return d
}

func (d detail) raw() json.RawMessage {
	b, _ := json.Marshal(d) // values only
	return b
}

// later is an outcome of a step: try again at a time, or when somebody acts.
type later struct {
	code  string // waiting code; "attention" stops for a person
	why   string
	codes []string
	at    time.Time // zero: when woken
	tasks bool      // for the answers to the step's tasks
}

func (l later) Error() string { return l.why }

// Drain works the steps of a request that are due, one after the other, until none is: what is left then waits. Of a request that is
// carried out in a batch, those it shares with it are worked too.
func (e *Engine) Drain(ctx context.Context, id string) error {
	return e.drain(ctx, func(tx *state.Tx) ([]state.Step, error) { return tx.DueStepsOf(id, e.Now()) },
		func(tx *state.Tx) (time.Time, error) { return tx.LeasedUntil(id, e.Now()) }, func() error { return e.summarise(ctx, id) })
}

// DrainBatch is [Engine.Drain] of a batch and all its members.
func (e *Engine) DrainBatch(ctx context.Context, name string) error {
	return e.drain(ctx, func(tx *state.Tx) ([]state.Step, error) { return tx.DueStepsOfBatch(name, e.Now()) },
		func(tx *state.Tx) (time.Time, error) { return tx.BatchLeasedUntil(name, e.Now()) }, func() error { return e.summariseBatch(ctx, name) })
}

func (e *Engine) drain(ctx context.Context, dues func(*state.Tx) ([]state.Step, error), leased func(*state.Tx) (time.Time, error), summarise func() error) error {
	var held lease
	for {
		due, err := read(ctx, e, dues)
		if err != nil {
			return err
		}
		worked := false
		for _, s := range due {
			if worked, err = e.Work(ctx, s.ID); err != nil {
				return err
			}
			if worked {
				break // what is due may have changed
			}
		}
		if worked {
			continue
		}
		if waited, err := e.awaitLease(ctx, leased, &held); err != nil {
			return err
		} else if !waited {
			return summarise()
		}
	}
}

// lease is one somebody else holds, and since when it is waited for by the machine's own time.
type lease struct{ until, since time.Time }

// awaitLease waits while somebody else is in the middle of a step of the request: another node, or one that was killed and whose
// lease runs out. waited is false where nobody is, or the lease neither moves nor ends.
func (e *Engine) awaitLease(ctx context.Context, leased func(*state.Tx) (time.Time, error), held *lease) (waited bool, err error) {
	until, err := read(ctx, e, leased)
	if err != nil || until.IsZero() {
		return false, err
	}
	if !until.Equal(held.until) {
		*held = lease{until, time.Now()}
	}
	if time.Since(held.since) > leaseFor+renewEvery {
		return false, nil
	}
	e.progress("another process has it, or was killed; waiting")
	t := time.NewTimer(min(until.Sub(e.Now())+10*time.Millisecond, time.Second))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-t.C:
		return true, nil
	}
}

// Step works one step if it is due, and brings its request's row in line. ok is false where it was not due or
// somebody else has it.
func (e *Engine) Step(ctx context.Context, id int64) (ok bool, err error) {
	s, err := read(ctx, e, func(tx *state.Tx) (state.Step, error) { return tx.Step(id) })
	if err != nil {
		return false, err
	}
	if ok, err = e.Work(ctx, id); err != nil || !ok {
		return ok, err
	}
	if s.Shared() {
		return true, e.summariseBatch(ctx, s.Batch)
	}
	return true, e.summarise(ctx, s.Request)
}

// Sweep works every due step once; a node's heartbeat.
func (e *Engine) Sweep(ctx context.Context) (worked int, err error) {
	due, err := read(ctx, e, func(tx *state.Tx) ([]state.Step, error) { return tx.DueSteps(e.Now(), 100) })
	if err != nil {
		return 0, err
	}
	for _, s := range due {
		ok, err := e.Step(ctx, s.ID)
		if err != nil {
			return worked, err
		}
		if ok {
			worked++
		}
	}
	return worked, nil
}

// Work claims one step and works it. ok is false where it is not due or somebody else has it. An error is the executor's own
// (its state cannot be written, ctx ended); what a system says is noted on the step.
func (e *Engine) Work(ctx context.Context, stepID int64) (ok bool, err error) {
	var s state.Step
	var several []state.Step
	// A claim that a loss of power takes back was made by a process that is gone with it: it need not reach the disk by itself.
	err = e.DB.WriteSoon(ctx, func(tx *state.Tx) error {
		if s, err = tx.Step(stepID); err != nil {
			return err
		}
		if detailOf(s).Pool != nil && !s.Shared() && s.Phase == phaseApply {
			several, err = e.claimPool(tx, s, e.Now())
			ok = len(several) > 0
			return err
		}
		s, ok, err = tx.ClaimStep(stepID, e.owner, leaseFor, e.Now())
		return err
	})
	if err != nil || !ok {
		return false, err
	}
	if len(several) > 0 {
		return true, errors.Join(e.workPool(ctx, several), e.verifyPool(ctx, several))
	}
	if s.Batch != "" && !s.Shared() && (s.Phase == phaseTell || s.Phase == phaseClose) {
		return true, e.workAlike(ctx, s)
	}
	ctx, stop := e.keepLease(ctx, s)
	defer stop()
	j := &job{Engine: e, Step: s}
	j.failpoint("claimed")
	defer j.wipe()
	return true, j.finish(ctx, j.run(ctx))
}

// failpoint is an instant of this step at which a crash test may kill the process.
func (j *job) failpoint(at string) { failpoint(j.Phase + "/" + at + "/" + j.System) }

// keepLease renews the leases until stop; ctx ends when one is lost.
func (e *Engine) keepLease(ctx context.Context, steps ...state.Step) (context.Context, func()) {
	return e.renewing(ctx, func(tx *state.Tx) error { return renew(tx, steps, e.Now()) })
}

// renewing calls renew in time until stop; ctx ends where it fails.
func (e *Engine) renewing(ctx context.Context, renew func(*state.Tx) error) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		t := time.NewTicker(renewEvery)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
				if err := e.DB.WriteSoon(ctx, renew); err != nil {
					cancel(err)
					return
				}
			}
		}
	}()
	return ctx, func() { cancel(nil); <-done }
}

func renew(tx *state.Tx, steps []state.Step, now time.Time) error {
	for _, s := range steps {
		if err := tx.RenewLease(s, leaseFor, now); err != nil {
			return err
		}
	}
	return nil
}

// run does the step's work; nil means that it is done.
func (j *job) run(ctx context.Context) error {
	var err error
	if j.Shared() {
		err = j.openGroup(ctx)
	} else {
		j.open, err = j.openRequest(ctx, j.Step.Request)
	}
	if err != nil {
		return err
	}
	if j.work, err = j.recall(ctx); err != nil && j.Phase != phaseHold {
		return err
	}
	if j.work, err = j.withPool(ctx, j.work); err != nil {
		return err
	}
	if j.System != "" {
		j.progress(map[string]string{phaseApply: "working in ", phaseVerify: "checking ", phaseSettle: "checking again ", phaseHold: "looking again in "}[j.Phase] + j.System)
	}
	switch j.Phase {
	case phaseApply:
		return j.apply(ctx)
	case phaseVerify:
		return j.verify(ctx)
	case phaseSettle:
		return j.settle(ctx)
	case phaseCollect:
		return j.collect(ctx)
	case phaseTell:
		return j.tell(ctx)
	case phaseClose:
		if j.Shared() {
			return j.closeBatch(ctx)
		}
		return j.close(ctx)
	case phaseHold:
		return j.holdAgain(ctx)
	}
	return fmt.Errorf("no phase %s", j.Phase)
}

// wipe forgets the request's key, after the step's end was written: that may seal what was found.
func (j *job) wipe() {
	if j.open != nil {
		j.open.Key.Wipe()
	}
	if j.from != nil {
		j.from.key.Wipe()
	}
}

// finish notes how the step ended. A step that lost its fence writes nothing: somebody else has it.
func (j *job) finish(ctx context.Context, err error) error {
	if errors.Is(err, state.ErrFenced) || errors.Is(context.Cause(ctx), state.ErrFenced) {
		return nil
	}
	if err == nil {
		ctx = context.WithoutCancel(ctx) // it is done, and that is written down
	}
	if ctx.Err() != nil { // interrupted: the step is given back as it stands, and taken up again
		_ = j.DB.Write(context.WithoutCancel(ctx), func(tx *state.Tx) error { return tx.YieldStep(j.Step, j.Now()) })
		return context.Cause(ctx)
	}
	now, was := j.Now(), j.State
	ending := j.ending
	if err != nil || ending == nil {
		ending = func(*state.Tx) error { return nil }
	}
	wait := j.turn(err, now)
	j.failpoint("ended")
	write := j.DB.Write
	if err == nil && j.Phase == phaseApply {
		write = j.DB.WriteSoon // what is prepared is on the disk, and the check that follows writes
	}
	var unsaid error
	err = write(ctx, func(tx *state.Tx) error {
		if unsaid = ending(tx); unsaid != nil {
			return unsaid
		}
		return j.putDown(tx, wait, now)
	})
	j.failpoint("yielded")
	if unsaid != nil { // nothing of the end was stored: what was found wrong is
		j.State, j.ending = was, nil
		return j.finish(ctx, unsaid)
	}
	if errors.Is(err, state.ErrFenced) {
		return nil
	}
	return err
}

// turn is what the step's state becomes by how its work ended.
func (j *job) turn(err error, now time.Time) (wait later) {
	d := detailOf(j.Step)
	switch {
	case err == nil:
		d.Why, d.Codes = "", nil
		j.State, j.WaitsFor, j.NotBefore = ended[j.Phase], "", time.Time{}
	case errors.As(err, &wait) && wait.code == "attention":
		d.Why, d.Codes = wait.why, wait.codes
		j.State, j.WaitsFor = state.StepAttention, "person"
	case errors.As(err, &wait):
		d.Why = wait.why
		j.WaitsFor, j.NotBefore = wait.code, wait.at
		j.State = sleeping(j.State)
	case errors.Is(err, connectors.ErrTryLater):
		j.Attempts++
		d.Why = "the store does not answer now" + saidLater(err)
		pause := connectors.RetryAfter(err)
		if pause == 0 {
			pause = backoff(j.Attempts)
		}
		j.WaitsFor, j.NotBefore = "store", now.Add(pause)
		j.State = sleeping(j.State)
	default:
		d.Why, d.Codes = err.Error(), []string{codeOf(err)}
		j.State, j.WaitsFor = state.StepAttention, "person"
	}
	j.Detail = d.raw()
	j.Log.Info("step", "request", j.Owner(), "phase", j.Phase, "system", j.System, "state", string(j.State))
	return wait
}

// putDown stores it, and gives the step back.
func (j *job) putDown(tx *state.Tx, wait later, now time.Time) error {
	if wait.tasks { // an answer that came while the step was held could not wake it
		tasks, err := tx.Tasks(state.TaskFilter{Step: j.ID})
		if err != nil {
			return err
		}
		if waitsForTasks(tasks) == nil {
			j.State, j.WaitsFor, j.NotBefore = state.StepReady, "", time.Time{}
		}
	}
	if err := tx.YieldStep(j.Step, now); err != nil || j.WaitsFor != forPool {
		return err
	}
	return regather(tx, j.System, now)
}

// ended is the state a phase ends in.
var ended = map[string]state.StepState{phaseApply: state.StepDone, phaseVerify: state.StepVerified, phaseSettle: state.StepSettled,
	phaseCollect: state.StepDone, phaseTell: state.StepDone, phaseClose: state.StepDone, phaseHold: state.StepSettled}

// sleeping keeps what the state tells about the handshake: a prepared step that sleeps is still prepared.
func sleeping(s state.StepState) state.StepState {
	if s == state.StepPrepared || s == state.StepCommitted {
		return s
	}
	return state.StepWaiting
}

// saidLater is what the store said of why it cannot answer now, where it said something.
func saidLater(err error) string {
	mark := connectors.ErrTryLater.Error() + ": "
	if i := strings.LastIndex(err.Error(), mark); i >= 0 {
		said, _, _ := strings.Cut(err.Error()[i+len(mark):], "\n")
		return ": " + said
	}
	return ""
}

// asleep says whether a step waits that has prepared something: what became of that is looked at when it is taken up again.
func asleep(s state.Step) bool {
	return (s.State == state.StepPrepared || s.State == state.StepCommitted) && s.WaitsFor != "" && s.LeaseOwner == ""
}

func codeOf(err error) string {
	switch {
	case errors.Is(err, connectors.ErrMoreRows):
		return "more_rows"
	case errors.Is(err, connectors.ErrConflict):
		return "constraint"
	case errors.Is(err, connectors.ErrNotSupported):
		return "not_supported"
	}
	return "failed"
}
