package postgres

import (
	"errors"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// change makes the changes in order: in one round trip, unless a treatment names rows by what an earlier one of the call changes.
func (w *work) change() error {
	queue := &queue{w: w}
	for i := 0; i < len(w.Call); i++ {
		j, more := w.Call[i], w.entangled(i)
		var err error
		if len(more) > 0 {
			err = queue.deleteAsOne(more)
			i += len(more) - 1
		} else {
			err = queue.add(j)
		}
		if err != nil {
			return j.Failed(err)
		}
	}
	queue.asks = append(queue.asks, ask{query{SQL: "SET CONSTRAINTS ALL IMMEDIATE"}, "checking constraints", nil, nil})
	queue.of = append(queue.of, w.Call[len(w.Call)-1])
	return queue.flush()
}

// queue is statements that wait to be sent together, the jobs they are of, and what is looked at when all have been carried out.
type queue struct {
	w       *work
	asks    []ask
	of      []*job
	after   []func() error
	renames map[string]bool // tables, by oid, whose rows are named otherwise when this has been sent
}

func (q *queue) add(j *job) error {
	if q.renames[j.Table.oid] {
		if err := q.flush(); err != nil {
			return err
		}
	}
	before := len(q.asks)
	var err error
	switch j.Do.Verb {
	case connectors.Delete:
		err = q.delete(j)
	case connectors.Set:
		err = q.set(j)
	case connectors.Ensure:
		err = q.ensure(j)
	case connectors.Recount:
		err = q.recount(j)
	case connectors.Block, connectors.Release:
		if err = q.flush(); err == nil {
			err = q.w.hold(j)
		}
		return err
	}
	for range len(q.asks) - before {
		q.of = append(q.of, j)
	}
	return err
}

// flush sends what waits. Where it fails for a constraint, the outcome of the treatment says which.
func (q *queue) flush() error {
	asks, after := q.asks, q.after
	of := q.of
	q.asks, q.of, q.after, q.renames = nil, nil, nil, nil
	if len(asks) == 0 {
		return nil
	}
	at := 0
	for i := range asks {
		done := asks[i].done
		asks[i].done = func(n int64) error {
			at = i + 1
			if done == nil {
				return nil
			}
			return done(n)
		}
	}
	err := q.w.line.send(q.w.ctx, asks...)
	after = append(after, q.after...) // what an answer gave cause to look at
	q.after = nil
	for _, f := range after {
		if err == nil {
			err = f()
		}
	}
	if err == nil {
		return nil
	}
	j := of[min(at, len(of)-1)]
	var notes connectors.Diagnostics
	if errors.Is(err, connectors.ErrConflict) && errors.As(err, &notes) {
		j.Out.Notes = append(j.Out.Notes, notes...)
	}
	return err
}

// statement is one about rows of one arm of a table while it is written. The rows stand under the alias u, what names them under k.
type statement struct {
	table  *table
	arm    relational.Arm
	args   []any
	before int // parameters of what stands before it, where it becomes part of a statement
}

// on begins a statement about rows where applications see them.
func (t *table) on() *statement { return &statement{table: t, arm: t.base()} }

// each calls f for the rows of each arm, those in the table itself first.
func (t *table) each(rows []target, f func(relational.Arm, []target) error) error {
	for _, arm := range t.Arms {
		here := jobs.Only(rows, arm.Held)
		if len(here) == 0 {
			continue
		}
		if err := f(arm, here); err != nil {
			return err
		}
	}
	return nil
}

// Field is a column of the row.
func (s *statement) Field(name string) (string, relational.Column, error) {
	c, err := s.table.Column(name)
	return "u." + quote(c.Name), c, err
}

// Bind adds a parameter.
func (s *statement) Bind(v any) string {
	s.args = append(s.args, v)
	return dialect{}.Placeholder(s.before + len(s.args))
}

// as is the arm under the alias u.
func (s *statement) as() string { return s.arm.Table(dialect{}) + " AS u" }

// given writes rows to select from, and the condition that u is one of them.
func (s *statement) given(rows []target) (from, where string) {
	identity := s.arm.Identity
	arrays := make([][]any, len(identity))
	for _, r := range rows {
		for i := range identity {
			arrays[i] = append(arrays[i], r.ID[i])
		}
	}
	var unnested, names, on []string
	for i, c := range identity {
		name := "i" + strconv.Itoa(i)
		unnested, names = append(unnested, s.Bind(arrays[i])+"::text[]"), append(names, name)
		on = append(on, "u."+quote(c)+" = "+s.table.own(c).as("k."+name))
	}
	return "unnest(" + strings.Join(unnested, ", ") + ") AS k(" + strings.Join(names, ", ") + ")", strings.Join(on, " AND ")
}

// ids are the columns that name a row, under u.
func (s *statement) ids() string { return "u." + strings.Join(quoted(s.arm.Identity), ", u.") }

func quoted(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = quote(n)
	}
	return out
}

func (s *statement) ask(doing, text string) ask {
	return ask{query: query{SQL: text, Args: s.args}, doing: doing}
}

// present asks which of the rows of an arm are there.
func (t *table) present(arm relational.Arm, rows []target, found map[string]bool) ask {
	s := &statement{table: t, arm: arm}
	from, where := s.given(rows)
	a := s.ask("looking at rows of "+t.Name, "SELECT "+s.ids()+" FROM "+from+" JOIN "+s.as()+" ON "+where)
	a.row = jobs.Into(found)
	return a
}

// kept says that rows stayed as they were without an error.
func kept(table string) error {
	return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: table,
		Summary: "a trigger or rule on table " + table + " lets rows stay as they were",
		Detail:  "a BEFORE trigger returns NULL, or a policy hides the rows; they cannot be treated while it does"})
}
