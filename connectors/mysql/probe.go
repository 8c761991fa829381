package mysql

import (
	"context"
	"errors"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/settings"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// Probe finds the rows with the executor's eyes and tries them with an application's hands: over a connection of the ordinary account,
// which knows of no held rows. A row counts as readable where some of its content can be read in its table, and as writable
// where an UPDATE that changes nothing goes through. Everything is rolled back.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	ordinary, err := s.place.Probing()
	if err != nil {
		return 0, 0, err
	}
	var t *table
	var rows []target
	tells := map[string]bool{} // shells that tell something of their row
	err = s.reading(ctx, s.pool, func(v *view) error {
		if t, err = v.table(sel.Collection); err != nil {
			return err
		}
		if rows, err = v.targets(sel); err != nil {
			return err
		}
		return v.telling(t, jobs.Only(rows, true), tells)
	})
	if err != nil || len(rows) == 0 {
		return 0, 0, err
	}
	config, err := address(settings.Ordinary, ordinary)
	if err != nil {
		return 0, 0, err
	}
	pool, err := newPool(config, s.place.session(s.server), 1)
	if err != nil {
		return 0, 0, err
	}
	defer pool.Close()
	err = with(ctx, pool, func(l *line) error {
		if err := l.run(ctx, "START TRANSACTION"); err != nil {
			return err
		}
		app := &work{ctx: ctx, store: s, line: l, view: s.view(ctx, l)}
		readable, writable, err = jobs.Probe(rows, tells, func(r target) (bool, bool, error) { return app.try(t, r) })
		if err != nil {
			return errors.Join(err, ignore(l.end(ctx, "ROLLBACK")))
		}
		return l.end(ctx, "ROLLBACK")
	})
	return readable, writable, err
}

// targets are the rows of a selection, each once.
func (v *view) targets(sel connectors.Selection) ([]target, error) {
	q, ok, err := relational.Reached(v.dialect(), v.relational, sel, func(at relational.At) ([]string, error) {
		ids, _, err := identity(at)
		return ids, err
	})
	if err != nil || !ok {
		return nil, err
	}
	var found jobs.Found
	err = v.line.each(v.ctx, "finding rows", q, found.Take)
	return found.Rows, err
}

// telling finds the held rows of whose content something stands in their shell: the same value, which is not the empty one, in a
// column that is no key.
func (v *view) telling(t *table, rows []target, names map[string]bool) error {
	if len(rows) == 0 {
		return nil
	}
	refs, err := v.referring(t)
	if err != nil {
		return err
	}
	tells, err := shells.Tells(v.dialect(), &t.Table, t.key, refs, "u."+heldKey, least, func(c relational.Column, empty string) string {
		q, own := quote(c.Name), typeOf(c)
		return bytes("b."+q, own) + " = " + bytes("u."+q, own) + " AND b." + q + " <> " + empty
	})
	if err != nil {
		return err
	}
	w := &work{ctx: v.ctx, store: v.store, line: v.line, view: v}
	return w.each(t, rows, func(arm relational.Arm, part []target) error {
		s := w.about(t, arm)
		text := "SELECT " + s.ids() + " FROM " + s.given(part) + " JOIN " + t.base().Table(s.d) + " AS b ON " + same(t.key, "b", t.key, "u") + " WHERE " + tells
		return v.line.each(v.ctx, "looking at shells", s.query(text), jobs.Into(names))
	})
}

// try reads and changes one row as an application would.
func (w *work) try(t *table, r target) (seen, changed bool, err error) {
	is := func(err error) bool {
		return err != nil && (number(err) == 0 || errors.Is(err, connectors.ErrTryLater))
	}
	s := w.about(t, t.base())
	err = w.line.each(w.ctx, "probing", s.query("SELECT 1 FROM "+s.given([]target{r})), func([][]byte) error {
		seen = true
		return nil
	})
	if is(err) {
		return false, false, err
	}
	column := "u." + quote(t.stored()[0].Name)
	if err := w.line.run(w.ctx, "SAVEPOINT try"); err != nil {
		return false, false, err
	}
	s = w.about(t, t.base())
	n, err := w.line.exec(w.ctx, "probing", s.query("UPDATE "+s.given([]target{r})+" SET "+column+" = "+column))
	if is(err) {
		return false, false, err
	}
	return seen, err == nil && n > 0, w.line.run(w.ctx, "ROLLBACK TO SAVEPOINT try")
}

var _ connectors.Prober = (*store)(nil)
