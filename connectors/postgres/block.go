package postgres

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// hold blocks or releases the rows of a treatment.
func (w *work) hold(j *job) error {
	if j.Do.Method != methodMove && j.Do.Method != methodPolicies {
		return fmt.Errorf("%w: blocking by %s; PostgreSQL blocks by %s or %s", connectors.ErrNotSupported, j.Do.Method, methodMove, methodPolicies)
	}
	if len(j.Rows) == 0 {
		return nil
	}
	if j.Do.Method == methodPolicies {
		return w.guard(j)
	}
	if j.Do.Verb == connectors.Release {
		return w.release(j)
	}
	if j.Table.held == nil {
		return connectors.Diagnostics{{Severity: connectors.Error, Path: j.Table.Name, Summary: "nothing is installed by which rows of table " + j.Table.Name + " can be restricted",
			Detail: "the administrator runs what `dossier connector install SYSTEM --print` prints"}}
	}
	err := j.Table.each(j.Rows, func(arm relational.Arm, rows []target) error {
		if arm.Held {
			return nil
		}
		return w.move(j.Table, rows)
	})
	if err != nil {
		return err
	}
	return w.mark(j)
}

// mark writes on whose account rows are held, and counts those that were not.
func (w *work) mark(j *job) error {
	arm := j.Table.Arms[1]
	rows := jobs.Only(j.Rows, true)
	if len(rows) == 0 { // gone before their turn came
		return nil
	}
	there, marked := map[string]bool{}, map[string]bool{}
	s := &statement{table: j.Table, arm: arm}
	from, where := s.given(rows)
	table, request := s.Bind(j.Table.address())+"::text", s.Bind(j.Do.Mark)+"::text"
	a := s.ask("marking rows of "+j.Table.Name, "WITH new AS (INSERT INTO "+marksTable+" (in_table, held, request) SELECT "+table+", u."+heldKey+", "+request+" FROM "+from+" JOIN "+s.as()+
		" ON "+where+" ON CONFLICT DO NOTHING RETURNING held) SELECT "+s.ids()+" FROM new JOIN "+s.as()+" ON u."+heldKey+" = new.held")
	a.row = jobs.Into(marked)
	if err := w.line.send(w.ctx, j.Table.present(arm, rows, there), a); err != nil {
		return err
	}
	return j.Marked(rows, there, marked)
}

// silent are statements that fire no trigger of the application's: what they move must not be noted down by one, nor changed. Foreign
// keys are not checked either, which whoever uses it does by himself.
func silent(asks ...ask) []ask {
	out := []ask{{query{SQL: "SET LOCAL session_replication_role = replica"}, "setting triggers aside", nil, nil}}
	return append(append(out, asks...), ask{query{SQL: "SET LOCAL session_replication_role = origin"}, "setting triggers back", nil, nil})
}

// move takes rows out of their table, whole where nothing refers to them, and otherwise leaves a shell: the keys, and nothing of the
// content. Nobody can refer to them meanwhile: they are locked.
func (w *work) move(t *table, rows []target) error {
	refs, err := w.referring(t)
	if err != nil {
		return err
	}
	empty, err := t.placeholders(refs)
	if err != nil {
		return err
	}
	var cols []string
	for _, c := range t.Columns {
		cols = append(cols, quote(c.Name))
	}
	moved := map[string]bool{}
	s := t.on()
	from, where := s.given(rows)
	take := s.ask("moving rows of "+t.Name, "INSERT INTO "+t.Arms[1].Table(dialect{})+" AS u ("+strings.Join(cols, ", ")+", "+heldShell+") SELECT u."+strings.Join(cols, ", u.")+
		", CASE WHEN "+shells.Referred(dialect{}, refs, "u")+" THEN '' END FROM "+from+" JOIN "+s.as()+" ON "+where+" RETURNING "+s.ids())
	take.row = jobs.Into(moved)
	emptied := t.beside(rows, "UPDATE "+t.base().Table(dialect{})+" AS u SET "+empty+" FROM ", ", "+t.heldAs(), " = ''")
	whole := t.beside(rows, "DELETE FROM "+t.base().Table(dialect{})+" AS u USING ", ", "+t.heldAs(), " IS NULL")
	var left int64
	sum := func(n int64) error { left += n; return nil }
	emptied.done, whole.done = sum, sum
	if err := w.line.send(w.ctx, silent(take, emptied, whole, t.noted(rows))...); err != nil {
		return err
	}
	if left != int64(len(moved)) {
		return kept(t.Name)
	}
	w.Call.Shifted(t, moved, true)
	return nil
}

// beside is a statement about rows in their table, as u, and the held ones of the same keys, as h: what it begins with, what stands between, and
// what must hold of h's shell.
func (t *table) beside(rows []target, begin, between, shell string) ask {
	s := t.on()
	from, where := s.given(rows)
	return s.ask("moving rows of "+t.Name, begin+from+between+" WHERE "+where+" AND "+t.sameKey("h", "u")+" AND h."+heldShell+shell)
}

// noted writes down what shells look like that have just been made of rows in their table.
func (t *table) noted(rows []target) ask {
	return t.beside(rows, "UPDATE "+t.heldAs()+" SET "+heldShell+" = "+asText("u")+" FROM ", ", "+t.base().Table(dialect{})+" AS u", " = ''")
}
