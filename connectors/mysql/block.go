package mysql

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// methodMove is the one way to block: content goes to a held row, out of reach of applications.
const methodMove = "move"

// hold blocks or releases the rows of a treatment.
func (w *work) hold(j *job) error {
	if j.Do.Method != methodMove {
		return fmt.Errorf("%w: blocking by %s; MySQL blocks by %s", connectors.ErrNotSupported, j.Do.Method, methodMove)
	}
	if len(j.Rows) == 0 {
		return nil
	}
	if j.Do.Verb == connectors.Release {
		return w.release(j)
	}
	t := j.Table
	if !t.held {
		return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: "nothing is installed by which rows of table " + t.Name + " can be restricted",
			Detail: "the administrator runs what `dossier connector install SYSTEM --print` prints"}}
	}
	err := w.each(t, jobs.Only(j.Rows, false), func(_ relational.Arm, rows []target) error { return w.move(t, rows) })
	if err != nil {
		return err
	}
	return w.mark(j)
}

// mark writes on whose account rows are held, and counts those that were not.
func (w *work) mark(j *job) error {
	t := j.Table
	arm := t.Arms[1]
	rows := jobs.Only(j.Rows, true) // none where all are gone before their turn came
	there, err := w.present(t, arm, rows)
	if err != nil {
		return err
	}
	marked, err := w.marked(j, rows)
	if err != nil {
		return err
	}
	fresh := map[string]bool{}
	for name := range there {
		fresh[name] = !marked[name]
	}
	err = w.each(t, jobs.Picked(rows, fresh), func(arm relational.Arm, part []target) error {
		s := w.about(t, arm)
		text := "INSERT INTO " + w.store.marks() + " (in_table, held, request) SELECT " + s.Bind(t.address()) + ", u." + heldKey + ", " + s.Bind(j.Do.Mark) + " FROM "
		_, err := w.line.exec(w.ctx, "marking rows of "+t.Name, s.query(text+s.given(part)))
		return err
	})
	if err != nil {
		return err
	}
	return j.Marked(rows, there, fresh)
}

// marked are the names of the held rows that are marked on account of the treatment's request.
func (w *work) marked(j *job, rows []target) (map[string]bool, error) {
	out := map[string]bool{}
	return out, w.each(j.Table, rows, func(arm relational.Arm, part []target) error {
		s := w.about(j.Table, arm)
		text := "SELECT " + s.ids() + " FROM " + s.given(part) + " JOIN " + w.store.marks() + " AS m ON m.held = u." + heldKey + " WHERE m.in_table = " + s.Bind(j.Table.address()) + " AND m.request = " + s.Bind(j.Do.Mark)
		return w.line.each(w.ctx, "looking at marks", s.query(text), jobs.Into(out))
	})
}

// moving is the variable of a session that a trigger of the application heeds, so that it does nothing while rows are moved: the server has
// no way to silence triggers.
const moving = "@dossier_moving"

// move puts rows where only the executor reads them. A row that others refer to stays as a shell: its keys, and what they refer by.
func (w *work) move(t *table, rows []target) error {
	if err := w.unheard(t); err != nil {
		return err
	}
	refs, err := w.view.referring(t)
	if err != nil {
		return err
	}
	empty, err := shells.Placeholders(w.view.dialect(), &t.Table, t.key, refs, "u.", "h."+heldKey, least)
	if err != nil {
		return err
	}
	var cols, values []string
	for _, c := range t.Columns {
		cols, values = append(cols, quote(c.Name)), append(values, "u."+quote(c.Name))
	}
	return w.quietly(func() error {
		take := w.about(t, t.base())
		n, err := w.line.exec(w.ctx, "moving rows of "+t.Name, take.query("INSERT INTO "+t.Arms[1].Table(dialect{})+" ("+strings.Join(cols, ", ")+", "+heldShell+") SELECT "+
			strings.Join(values, ", ")+", CASE WHEN "+shells.Referred(w.view.dialect(), refs, "u")+" THEN '' END FROM "+take.given(rows)))
		if err != nil {
			return err
		}
		var left int64
		for _, text := range []func(from string) string{
			func(from string) string { return "UPDATE " + from + " AND h." + heldShell + " = '' SET " + empty },
			func(from string) string { return "DELETE u FROM " + from + " AND h." + heldShell + " IS NULL" },
		} {
			s := w.about(t, t.base())
			changed, err := w.line.exec(w.ctx, "moving rows of "+t.Name, s.query(text(s.given(rows)+" JOIN "+t.heldAs()+" ON "+same(t.key, "h", t.key, "u"))))
			if err != nil {
				return err
			}
			left += changed
		}
		if left != n {
			return kept(t.Name)
		}
		if err := w.noted(t, rows); err != nil {
			return err
		}
		moved, err := w.present(t, t.Arms[1], rows)
		if err == nil {
			w.Call.Shifted(t, moved, true)
		}
		return err
	})
}

// noted writes down what shells look like that have just been made of rows in their table.
func (w *work) noted(t *table, rows []target) error {
	s := w.about(t, t.base())
	_, err := w.line.exec(w.ctx, "moving rows of "+t.Name, s.query("UPDATE "+s.given(rows)+" JOIN "+t.heldAs()+" ON "+same(t.key, "h", t.key, "u")+" AND h."+heldShell+" = '' SET "+
		strings.Join(append(t.untouched("h"), "h."+heldShell+" = "+t.print("u")), ", ")))
	return err
}

// quietly runs f while triggers that heed it are silent.
func (w *work) quietly(f func() error) error {
	if err := w.line.run(w.ctx, "SET "+moving+" = 1"); err != nil {
		return err
	}
	if err := f(); err != nil {
		w.line.drop() // it is about to be rolled back, and nobody is to find the variable set
		return err
	}
	return w.line.run(w.ctx, "SET "+moving+" = NULL")
}

// unheard refuses tables with triggers of the application that would note down, or change, what is moved.
func (w *work) unheard(t *table) error {
	loud := ""
	q := query{Args: []any{t.schema, t.Name}, SQL: "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = " + placeholder(1) + " AND EVENT_OBJECT_TABLE = " + placeholder(2) +
		" AND TRIGGER_NAME NOT LIKE 'dossier\\_%' AND ACTION_STATEMENT NOT LIKE '%" + strings.ReplaceAll(moving, "_", `\_`) + "%' ORDER BY TRIGGER_NAME"}
	err := w.line.each(w.ctx, reading, q, func(row [][]byte) error {
		loud = string(row[0])
		return nil
	})
	if err != nil || loud == "" {
		return err
	}
	return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: t.Name + "." + loud,
		Summary: "trigger " + loud + " of table " + t.Name + " would go off as rows are moved out of reach and back, and the server cannot silence it",
		Detail:  "have it do nothing where " + moving + " is not NULL: IF " + moving + " IS NULL THEN … END IF"})
}

// untouched keeps columns as they are that the server would give the time of the change.
func (t *table) untouched(alias string) []string {
	var out []string
	for _, c := range t.whatever {
		out = append(out, alias+"."+quote(c)+" = "+alias+"."+quote(c))
	}
	return out
}

// print is a row as a text that another row with the same content has too, and no other: what a shell is compared by.
func (t *table) print(alias string) string {
	var parts []string
	for _, c := range t.stored() {
		parts = append(parts, "COALESCE(HEX("+bytes(alias+"."+quote(c.Name), typeOf(c))+"), '-')")
	}
	return "(SHA2(CONCAT_WS(',', " + strings.Join(parts, ", ") + "), 256) COLLATE utf8mb4_bin)"
}

// bytes are those a column's value is told apart by.
func bytes(x string, t typed) string {
	switch t.kind {
	case text:
		return "CAST(CONVERT(" + x + " USING utf8mb4) AS BINARY)"
	case raw:
		return x
	case other:
		return "CAST(" + x + " AS BINARY)"
	}
	return "CAST(" + plain(x, t) + " AS CHAR)"
}
