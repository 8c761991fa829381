package mysql

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
)

// Apply carries out treatments in one transaction: rows are found and locked, then found again and counted, ceilings checked, changes made,
// and only when opt.Confirm has agreed is anything committed. After an error nothing has changed, and outcomes say so.
//
// What other transactions stand in the way of is tried again, all of it, as long as the host has not been asked.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	_, out, err := jobs.Carry(ctx, do, opt, func(a *jobs.Attempt[*table]) error {
		w := &work{Attempt: a, ctx: ctx, store: s, do: do, opt: opt}
		return with(ctx, s.pool, w.attempt)
	}, most, s.forget)
	return out, err
}

// most is how many attempts are made at what ends in an error.
func most(err error) int {
	switch number(err) {
	case deadlock, lockTimeout, changedSince:
		return jobs.Attempts
	case parentRow, childRow, duplicate:
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
	l.note = jobs.Note(w.opt.Lock)
	w.line, w.view = l, w.store.view(w.ctx, l)
	if err := w.prepare(); err != nil {
		return err
	}
	unlock, err := w.lockStep()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := w.begin(); err != nil {
		return err
	}
	locked := time.Now()
	defer func() {
		if err != nil && w.ctx.Err() == nil {
			err = errors.Join(err, ignore(l.end(w.ctx, "ROLLBACK"))) // where it fails, the connection is closed, and that ends it too
		}
	}()
	if err := w.resolve(); err != nil {
		return err
	}
	if err := w.carryOut(); err != nil {
		return err
	}
	return w.End(w.ctx, w.opt, locked, func(how string) error { return l.end(w.ctx, how) })
}

// prepare looks at the tables of the treatments; it begins nothing.
func (w *work) prepare() (err error) {
	if w.Call, err = jobs.Prepare(w.do, w.view.table); err != nil {
		return err
	}
	for _, j := range w.Call {
		if err := j.Table.changeable(); err != nil {
			return j.Failed(err)
		}
		if err := w.sees(j.Table); err != nil {
			return j.Failed(err)
		}
		if !w.opt.Rehearse {
			continue
		}
		if err := w.undoable(j.Table); err != nil {
			return j.Failed(err)
		}
	}
	return nil
}

// changeable refuses tables in which what is changed cannot be taken back, and those that keep what was in them.
func (t *table) changeable() error {
	note := connectors.Diagnostic{Severity: connectors.Error, Path: t.Name}
	switch {
	case !t.atOnce:
		note.Summary = "table " + t.Name + " is kept by the engine " + t.engine + ", which has no transactions: nothing of it is changed, not even in a rehearsal"
		note.Detail = "ALTER TABLE " + t.base().Table(dialect{}) + " ENGINE=InnoDB"
	case t.lasting:
		note.Summary = "table " + t.Name + " keeps every version of its rows, so that nothing in it can be erased or changed for good"
		note.Detail = "take system versioning off the table, or out of it what is about persons"
	default:
		return nil
	}
	return fmt.Errorf("%w: %w", connectors.ErrNotSupported, connectors.Diagnostics{note})
}

// begin begins the transaction, which the server ends where nobody asks anything of it for long.
func (w *work) begin() error {
	if !w.store.server.maria { // MariaDB has a word for it in every session
		if err := w.line.run(w.ctx, "SET SESSION wait_timeout = "+seconds(settings.Idle)); err != nil {
			return err
		}
	}
	return w.line.run(w.ctx, w.store.arrive(), "START TRANSACTION READ WRITE")
}

// lockStep takes the lock of the step, and gives what gives it back. Locks are known to the whole server by at most 64 letters.
func (w *work) lockStep() (unlock func() error, err error) {
	if w.opt.Lock == "" {
		return func() error { return nil }, nil
	}
	sum := sha256.Sum256([]byte(w.store.name + "\x00" + w.opt.Lock))
	name := "dossier " + hex.EncodeToString(sum[:16])
	taken := false
	err = w.line.each(w.ctx, "locking the step", query{SQL: "SELECT GET_LOCK(" + placeholder(1) + ", 0)", Args: []any{name}}, func(row [][]byte) error {
		taken = string(row[0]) == "1"
		return nil
	})
	if err == nil && !taken {
		err = fmt.Errorf("locking the step: %w: it is being worked on", connectors.ErrTryLater)
	}
	return func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), settings.Idle)
		defer cancel()
		if _, err := w.line.exec(ctx, "unlocking the step", query{SQL: "DO RELEASE_LOCK(" + placeholder(1) + ")", Args: []any{name}}); err != nil {
			w.line.drop() // which gives it back too
		}
		return nil
	}, err
}

var _ connectors.Writer = (*store)(nil)
