package mysql

import (
	"errors"
	"iter"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// change carries out one treatment. Where it fails for a constraint, its outcome says which.
func (w *work) change(j *job) error {
	var err error
	switch j.Do.Verb {
	case connectors.Delete:
		err = w.delete(j)
	case connectors.Set:
		err = w.set(j)
	case connectors.Ensure:
		err = w.ensure(j)
	case connectors.Recount:
		err = w.recount(j)
	default:
		err = w.hold(j)
	}
	var notes connectors.Diagnostics
	if errors.Is(err, connectors.ErrConflict) && errors.As(err, &notes) {
		for i := range notes {
			w.explain(&notes[i], err, j.Table)
		}
		j.Out.Notes = append(j.Out.Notes, notes...)
		return &fault{number: number(err), err: jobs.Conflict(notes...)}
	}
	return err
}

// atOnce is how many rows one statement is about, where what names them is not too much for the server.
const atOnce = 5000

// portions are rows, so many at a time as one statement is about.
func (w *work) portions(rows []target) iter.Seq[[]target] {
	return func(yield func([]target) bool) {
		for len(rows) > 0 {
			n, bytes := 0, 0
			for ; n < len(rows) && n < atOnce && (n == 0 || bytes < w.store.server.room()); n++ {
				for _, id := range rows[n].ID {
					bytes += len(id) + beside
				}
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

// beside is what is sent beside a text that is sent: quotes, a comma, its number.
const beside = 16

// each calls f for the rows of each arm, those in the table itself first, so many at a time as one statement is about.
func (w *work) each(t *table, rows []target, f func(relational.Arm, []target) error) error {
	for _, arm := range t.Arms {
		for part := range w.portions(jobs.Only(rows, arm.Held)) {
			if err := f(arm, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// statement is one about rows of one arm of a table while it is written. The rows stand under the alias u, what names them under k.
type statement struct {
	d     dialect
	table *table
	arm   relational.Arm
	args  []any
}

func (w *work) about(t *table, arm relational.Arm) *statement {
	return &statement{d: w.view.dialect(), table: t, arm: arm}
}

// Field is a column of the row.
func (s *statement) Field(name string) (string, relational.Column, error) {
	c, err := s.table.Column(name)
	return "u." + quote(c.Name), c, err
}

// Bind adds a parameter.
func (s *statement) Bind(v any) string {
	s.args = append(s.args, v)
	return placeholder(len(s.args))
}

// as is the arm under the alias u.
func (s *statement) as() string { return s.arm.Table(s.d) + " AS u" }

// given writes rows to select from, joined with what names them. Of each, texts more of its own can be sent: w0, w1 …
func (s *statement) given(rows []target, more ...[]any) string {
	g := grid{columns: []string{"n BIGINT"}}
	for i, r := range rows {
		row := []any{i}
		for _, id := range r.ID {
			row = append(row, id)
		}
		if len(more) > 0 {
			row = append(row, more[i]...)
		}
		g.rows = append(g.rows, row)
	}
	var on []string
	for i, c := range s.arm.Identity {
		name := "i" + strconv.Itoa(i)
		g.add(name)
		on = append(on, "u."+quote(c)+" = "+s.d.cell("k."+name, s.table.own(c)))
	}
	if len(more) > 0 {
		for i := range more[0] {
			g.add("w" + strconv.Itoa(i))
		}
	}
	return g.from("k", s.Bind) + " STRAIGHT_JOIN " + s.as() + " ON " + strings.Join(on, " AND ")
}

// ids are the columns that name a row, under u, as text that can be sent back.
func (s *statement) ids() string { return s.idsOf("u") }

func (s *statement) idsOf(alias string) string {
	out := make([]string, len(s.arm.Identity))
	for i, c := range s.arm.Identity {
		out[i] = named(alias+"."+quote(c), s.table.own(c))
	}
	return strings.Join(out, ", ")
}

func (s *statement) query(text string) query { return query{SQL: text, Args: s.args} }

// present are the names of those of the rows of an arm that are there.
func (w *work) present(t *table, arm relational.Arm, rows []target) (map[string]bool, error) {
	there := map[string]bool{}
	for part := range w.portions(rows) {
		s := w.about(t, arm)
		from := s.given(part)
		if err := w.line.each(w.ctx, "looking at rows of "+t.Name, s.query("SELECT "+s.ids()+" FROM "+from), jobs.Into(there)); err != nil {
			return nil, err
		}
	}
	return there, nil
}

// kept says that rows stayed as they were without an error.
func kept(table string) error {
	return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: table, Summary: "rows of table " + table + " stay as they were",
		Detail: "a trigger of the database may put them back; they cannot be treated while it does"})
}
