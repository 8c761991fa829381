package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// Apply carries out treatments in one transaction: rows are locked, then resolved and counted, ceilings checked, changes made, deferred
// constraints checked, and only when opt.Confirm has agreed is anything committed. After an error nothing has changed, and outcomes say so.
//
// What other transactions stand in the way of is tried again, all of it, as long as the host has not been asked.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	if err := connectors.ValidateAll(do); err != nil {
		return nil, err
	}
	if !opt.Rehearse && opt.Confirm == nil {
		return nil, errors.New("applying treatments: nobody to confirm them")
	}
	for attempt := 1; ; attempt++ {
		w := &work{ctx: ctx, store: s, do: do, opt: opt}
		err := with(ctx, s.pool, w.attempt)
		if err == nil {
			return w.call.Outcomes(w.held), nil
		}
		if w.asked || !again(err, attempt) || !jobs.Pause(ctx, attempt) {
			err = s.lacking(ctx, s.explain(ctx, err, w.call), func() []connectors.Use { return usedBy(do) })
			return w.call.Undone(), err
		}
		s.catalog.Forget()
	}
}

// The most attempts at what others stand in the way of, and at what others may stand in the way of.
const (
	attempts = 5
	doubts   = 2
)

// again says whether another attempt may end otherwise.
func again(err error, attempt int) bool {
	switch state(err) {
	case outOfOrder, deadlock, lockTimeout:
		return attempt < attempts
	case foreignKey, uniqueKey, stalePlan:
		return attempt < doubts // somebody's row may have come between; mostly it is the plan that is wrong
	}
	return false
}

type job = jobs.Job[*table]

type target = jobs.Target

// work is the treatments of one call, in one attempt.
type work struct {
	ctx   context.Context
	store *store
	do    []connectors.Treatment
	opt   connectors.ApplyOptions
	line  *line
	view  *view
	call  jobs.Call[*table]
	asked bool // the host
	held  time.Duration
}

func (w *work) attempt(l *line) (err error) {
	l.note = jobs.Note(w.opt.Lock) // statements are sent unnamed, so that nothing on the way keeps them by their text
	w.line, w.view = l, w.store.catalog.view(w.ctx, l)
	if err := w.prepare(); err != nil {
		return err
	}
	locked := time.Now()
	defer func() {
		if err != nil && w.ctx.Err() == nil {
			err = errors.Join(err, ignore(w.end("ROLLBACK"))) // where it fails, the connection is closed, and that ends it too
		}
	}()
	if err := w.resolve(); err != nil {
		return err
	}
	if err := w.change(); err != nil {
		return err
	}
	if w.opt.Rehearse {
		w.held = time.Since(locked)
		return w.end("ROLLBACK")
	}
	w.asked = true
	if err := w.opt.Confirm(w.ctx, w.call.Outcomes(0)); err != nil {
		return err
	}
	return w.end("COMMIT")
}

// end ends the transaction. Once the host has confirmed, a cancelled context stops nothing.
func (w *work) end(how string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), idle)
	defer cancel()
	return w.line.send(ctx, ask{query{SQL: how}, "ending the transaction", nil, nil})
}

// prepare looks at the tables of the treatments; it begins nothing.
func (w *work) prepare() error {
	for i, t := range w.do {
		switch t.Verb {
		case connectors.Delete, connectors.Set, connectors.Ensure, connectors.Recount, connectors.Block, connectors.Release:
		default:
			return fmt.Errorf("treatment %s: %w: %s", t.ID, connectors.ErrNotSupported, t.Verb)
		}
		table, err := w.view.table(t.On.Collection)
		if err != nil {
			return fmt.Errorf("treatment %s: %w", t.ID, err)
		}
		w.call = append(w.call, jobs.New(t, table, i > 0))
	}
	return nil
}

// begin are the statements that begin the transaction, in the time they may take and under the lock of the step.
func (w *work) begin() []ask {
	p := w.store.place
	out := []ask{run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"), run("SET LOCAL lock_timeout = " + milliseconds(p.lock)),
		run("SET LOCAL statement_timeout = " + milliseconds(p.statement)), run("SET LOCAL idle_in_transaction_session_timeout = " + milliseconds(idle)),
		run(durably), run("SET CONSTRAINTS ALL DEFERRED")}
	if w.opt.Lock != "" {
		out = append(out, ask{query{SQL: "SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 0))", Args: []any{"dossier " + w.opt.Lock}}, "locking the step",
			func(row [][]byte) error {
				if string(row[0]) != "t" {
					return fmt.Errorf("locking the step: %w: it is being worked on", connectors.ErrTryLater)
				}
				return nil
			}, nil})
	}
	return out
}

// durably has a commit reach the disk before it is acknowledged, where the server would rather not: what was acknowledged is told as done.
const durably = "SELECT set_config('synchronous_commit', 'on', TRUE) WHERE current_setting('synchronous_commit') = 'off'"

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

var _ connectors.Writer = (*store)(nil)
