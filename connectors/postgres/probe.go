package postgres

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
	config, err := place{settings.Place{URL: ordinary}}.pool(1)
	if err != nil {
		return 0, 0, settings.Wrong(settings.Ordinary, "ordinary_url is no address of a PostgreSQL database", "write it like postgres://account@host:5432/database")
	}
	pool, err := newPool(ctx, config)
	if err != nil {
		return 0, 0, err
	}
	defer pool.Close()
	err = with(ctx, pool, func(l *line) error {
		if err := l.send(ctx, run("BEGIN"), run("SET LOCAL lock_timeout = "+milliseconds(s.place.Lock))); err != nil {
			return err
		}
		readable, writable, err = jobs.Probe(rows, tells, func(r target) (bool, bool, error) { return t.try(ctx, l, r) })
		if err != nil {
			return err
		}
		return l.send(ctx, run("ROLLBACK"))
	})
	return readable, writable, err
}

// targets are the rows of a selection, each once.
func (v *view) targets(sel connectors.Selection) ([]target, error) {
	q, ok, err := relational.Reached(dialect{}, v.relational, sel, func(at relational.At) ([]string, error) { return at.Identity(), nil })
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
	w := &work{ctx: v.ctx, line: v.line}
	refs, err := w.referring(t)
	if err != nil {
		return err
	}
	tells, err := shells.Tells(dialect{}, &t.Table, t.key, refs, "u."+heldKey, least, func(c relational.Column, empty string) string {
		q := quote(c.Name)
		return `(b.` + q + `::text COLLATE "C") = (u.` + q + `::text COLLATE "C") AND b.` + q + `::text <> (` + empty + `)::text`
	})
	if err != nil {
		return err
	}
	s := &statement{table: t, arm: t.Arms[1]}
	from, where := s.given(rows)
	return v.line.each(v.ctx, "looking at shells", query{SQL: "SELECT " + s.ids() + " FROM " + from + " JOIN " + s.as() + " ON " + where + " JOIN " + t.base().Table(dialect{}) + " AS b ON " + t.sameKey("b", "u") +
		" WHERE " + tells, Args: s.args}, jobs.Into(names))
}

// try reads and changes one row as an application would.
func (t *table) try(ctx context.Context, l *line, r target) (seen, changed bool, err error) {
	attempt := func(text func(s *statement, from, where string) string, took *bool) error {
		s := t.on()
		from, where := s.given([]target{r})
		a := s.ask("probing", text(s, from, where))
		a.done = func(n int64) error { *took = n > 0; return nil }
		err := l.send(ctx, run("SAVEPOINT try"), a)
		if err != nil && (state(err) == "" || errors.Is(err, connectors.ErrTryLater)) {
			return err
		}
		return l.send(ctx, run("ROLLBACK TO try"))
	}
	err = attempt(func(s *statement, from, where string) string {
		return "SELECT 1 FROM " + from + " JOIN " + s.as() + " ON " + where
	}, &seen)
	if err != nil {
		return false, false, err
	}
	column := quote(t.stored()[0].Name)
	err = attempt(func(s *statement, from, where string) string {
		return "UPDATE " + s.as() + " SET " + column + " = u." + column + " FROM " + from + " WHERE " + where
	}, &changed)
	return seen, changed, err
}

var _ connectors.Prober = (*store)(nil)
