package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// Apply carries out treatments in one transaction: rows are locked, then resolved and counted, ceilings checked, changes made, deferred
// constraints checked, and only when opt.Confirm has agreed is anything committed. After an error nothing has changed, and outcomes say so.
//
// What other transactions stand in the way of is tried again, all of it, as long as the host has not been asked.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	a, out, err := jobs.Carry(ctx, do, opt, func(a *jobs.Attempt[*table]) error {
		w := &work{Attempt: a, ctx: ctx, store: s, do: do, opt: opt}
		return with(ctx, s.pool, w.attempt)
	}, most, s.catalog.Forget)
	if a == nil || err == nil {
		return out, err
	}
	err = s.explain(ctx, err, a.Call)
	return a.Call.Undone(), s.lacking(ctx, err, func() []connectors.Use { return usedBy(do) })
}

// most is how many attempts are made at what ends in an error.
func most(err error) int {
	switch state(err) {
	case outOfOrder, deadlock, lockTimeout, stalePlan:
		return jobs.Attempts
	case foreignKey, uniqueKey:
		return jobs.Doubts
	}
	return 1
}

type job = jobs.Job[*table]

type target = jobs.Target

// work is the treatments of one call, in one attempt.
type work struct {
	*jobs.Attempt[*table]
	ctx   context.Context
	store *store
	do    []connectors.Treatment
	opt   connectors.ApplyOptions
	line  *line
	view  *view
}

func (w *work) attempt(l *line) (err error) {
	l.note = jobs.Note(w.opt.Lock) // of those that are not kept; of the others the transaction's application_name says it
	w.line, w.view = l, w.store.catalog.view(w.ctx, l)
	if w.Call, err = jobs.Prepare(w.do, w.view.table); err != nil {
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
	return w.End(w.ctx, w.opt, locked, w.end)
}

// end ends the transaction. Once the host has confirmed, a cancelled context stops nothing.
func (w *work) end(how string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), settings.Idle)
	defer cancel()
	return w.line.send(ctx, ask{query{SQL: how}, "ending the transaction", nil, nil})
}

// begin are the statements that begin the transaction, in the time they may take and under the lock of the step.
func (w *work) begin() []ask {
	p := w.store.place
	out := []ask{run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"), run("SET LOCAL lock_timeout = " + milliseconds(p.Lock)),
		run("SET LOCAL statement_timeout = " + milliseconds(p.Statement)), run("SET LOCAL idle_in_transaction_session_timeout = " + milliseconds(settings.Idle)),
		run(durably), run("SET CONSTRAINTS ALL DEFERRED")}
	if w.line.note != "" {
		out = append(out, run("SELECT set_config('application_name', $1::text, TRUE)", session["application_name"]+" "+jobs.Request(w.opt.Lock)))
	}
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
