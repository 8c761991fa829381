package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// Apply carries out treatments in one transaction, under the file's write lock from before the first row is looked
// at: rows are resolved and counted, ceilings checked, changes made, deferred foreign keys checked, and
// only when opt.Confirm has agreed is anything committed. After an error nothing has changed, and outcomes say so.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	if err := connectors.ValidateAll(do); err != nil {
		return nil, err
	}
	if !opt.Rehearse && opt.Confirm == nil {
		return nil, errors.New("applying treatments: nobody to confirm them")
	}
	pen, err := s.acquire(ctx)
	if err != nil {
		return nil, err
	}
	w := &work{ctx: ctx, writer: pen}
	open, usable := false, true
	defer func() {
		if open {
			usable = rollback(pen.conn)
		}
		s.release(pen, usable)
	}()
	if _, err := pen.exec(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, failure(ctx, "locking the database file", err)
	}
	open = true
	locked := time.Now()
	if err := pen.deferReferences(ctx); err != nil {
		return nil, failure(ctx, "deferring foreign keys", err)
	}
	if err := w.prepare(s, do); err != nil {
		return w.undone(), err
	}
	if err := w.run(); err != nil {
		return w.undone(), err
	}
	if opt.Rehearse {
		open, usable = false, rollback(pen.conn)
		return w.outcomes(time.Since(locked)), nil
	}
	if err := opt.Confirm(ctx, w.outcomes(0)); err != nil {
		return w.undone(), err
	}
	if err := pen.commit(ctx); err != nil {
		return w.undone(), err
	}
	open = false
	return s.settled(ctx, w), nil
}

// settled empties the log after what was committed, and says so where a reader does not let it.
func (s *store) settled(ctx context.Context, w *work) []connectors.Outcome {
	out := w.outcomes(0)
	if w.destructive() && !s.wal.truncate(ctx, w.writer) {
		out[0].Notes = append(out[0].Notes, connectors.Diagnostic{Severity: connectors.Warning,
			Summary: "a reader holds the write-ahead log, so that what was deleted may still stand in the file or the log",
			Detail:  "it goes with the next call that finds no reader, or when the last process closes the file"})
	}
	return out
}

// commit ends the transaction for good. Once the host has confirmed, a cancelled context stops nothing.
func (w *writer) commit(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if _, err := w.exec(ctx, "COMMIT"); err != nil {
		return failure(ctx, "committing", err)
	}
	return nil
}

// work is the treatments of one call.
type work struct {
	ctx    context.Context
	writer *writer
	view   *view
	jobs   []*job
	open   bool // the guards are open
}

// prepare resolves the rows of every treatment, and stops where more would change than may.
func (w *work) prepare(s *store, do []connectors.Treatment) error {
	var err error
	if w.view, err = s.catalog.view(w.ctx, w.writer.conn); err != nil {
		return err
	}
	for _, t := range do {
		j := &job{t: t, late: len(w.jobs) > 0, out: connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}}
		w.jobs = append(w.jobs, j)
		if err := w.resolve(j); err != nil {
			return fmt.Errorf("treatment %s: %w", t.ID, err)
		}
	}
	return nil
}

// run makes the changes, in order.
func (w *work) run() error {
	for _, j := range w.jobs {
		if j.table.held == nil {
			continue
		}
		if err := w.openGuards(); err != nil {
			return err
		}
	}
	for _, j := range w.jobs {
		if err := w.change(j); err != nil {
			var notes connectors.Diagnostics
			if errors.Is(err, connectors.ErrConflict) && errors.As(err, &notes) {
				j.out.Notes = append(j.out.Notes, notes...)
			}
			return fmt.Errorf("treatment %s: %w", j.t.ID, err)
		}
	}
	if err := w.closeGuards(); err != nil {
		return err
	}
	return w.checkReferences()
}

func (w *work) change(j *job) error {
	switch j.t.Verb {
	case connectors.Delete:
		return w.delete(j)
	case connectors.Set:
		return w.set(j)
	case connectors.Ensure:
		return w.ensure(j)
	case connectors.Recount:
		return w.recount(j)
	case connectors.Block:
		return w.block(j)
	case connectors.Release:
		return w.release(j)
	}
	return fmt.Errorf("%w: %s", connectors.ErrNotSupported, j.t.Verb)
}

// destructive says whether something that stood in the file is to be found there no more.
func (w *work) destructive() bool {
	for _, j := range w.jobs {
		if j.out.Changed > 0 && j.t.Verb != connectors.Ensure && j.t.Verb != connectors.Recount {
			return true
		}
	}
	return false
}

func (w *work) outcomes(held time.Duration) []connectors.Outcome {
	out := make([]connectors.Outcome, len(w.jobs))
	for i, j := range w.jobs {
		out[i] = j.out
		out[i].LocksHeld = held
	}
	return out
}

// undone are the outcomes after a roll-back: nothing changed.
func (w *work) undone() []connectors.Outcome {
	out := w.outcomes(0)
	for i := range out {
		out[i].Changed, out[i].ByPerson, out[i].LinkKeys = 0, map[int]int64{}, nil
	}
	return out
}

var _ connectors.Writer = (*store)(nil)
