package mysql

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// release lifts a request's marks, and puts rows that nobody holds any more back as they were.
func (w *work) release(j *job) error {
	t := j.Table
	free, err := w.present(t, t.base(), jobs.Only(j.Rows, false)) // never held, or free again
	if err != nil {
		return err
	}
	j.Out.Already += int64(len(free))
	held := jobs.Only(j.Rows, true)
	if len(held) == 0 {
		return nil
	}
	there, err := w.present(t, t.Arms[1], held)
	if err != nil {
		return err
	}
	lifted, err := w.marked(j, held)
	if err != nil {
		return err
	}
	if err := j.Marked(held, there, lifted); err != nil {
		return err
	}
	return w.each(t, jobs.Picked(held, lifted), func(arm relational.Arm, part []target) error {
		s := w.about(t, arm)
		text := "DELETE m FROM " + s.given(part) + " JOIN " + w.store.marks() + " AS m ON m.held = u." + heldKey + " WHERE m.in_table = " + s.Bind(t.address()) + " AND m.request = " + s.Bind(j.Do.Mark)
		if _, err := w.line.exec(w.ctx, "lifting marks", s.query(text)); err != nil {
			return err
		}
		return w.putBack(t, part)
	})
}

// unheld are those of the rows that nobody holds any more.
func (w *work) unheld(t *table, rows []target) ([]target, error) {
	s := w.about(t, t.Arms[1])
	free := map[string]bool{}
	text := "SELECT " + s.ids() + " FROM " + s.given(rows) + " WHERE NOT EXISTS (SELECT 1 FROM " + w.store.marks() + " AS m WHERE m.in_table = " + s.Bind(t.address()) + " AND m.held = u." + heldKey + ")"
	err := w.line.each(w.ctx, "looking at marks", s.query(text), jobs.Into(free))
	return jobs.Picked(rows, free), err
}

// back writes statements about held rows that go back, which stand under u; b is the table they come back to.
type back struct {
	w    *work
	t    *table
	rows []target
}

// none is a conflict where some row fits the condition.
func (b back) none(condition, summary, detail string) error {
	s := b.w.about(b.t, b.t.Arms[1])
	return b.w.line.each(b.w.ctx, "putting back rows of "+b.t.Name, s.query("SELECT 1 FROM "+s.given(b.rows)+" WHERE "+condition+" LIMIT 1"), func([][]byte) error {
		return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: b.t.Name, Summary: summary, Detail: detail})
	})
}

// do runs a statement made of the rows.
func (b back) do(text func(from string) string) error {
	s := b.w.about(b.t, b.t.Arms[1])
	_, err := b.w.line.exec(b.w.ctx, "putting back rows of "+b.t.Name, s.query(text(s.given(b.rows))))
	return err
}

// putBack restores those of the rows that nobody holds any more. Nothing of it happens where the key was taken, the shell changed, a
// row they refer to is gone, or a column comes back otherwise than it went.
func (w *work) putBack(t *table, rows []target) error {
	rows, err := w.unheld(t, rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := w.unheard(t); err != nil {
		return err
	}
	if err := shells.Uphold(lift{w}, t, rows); err != nil {
		return err
	}
	b := back{w, t, rows}
	base := t.base().Table(dialect{})
	there := "EXISTS (SELECT 1 FROM " + base + " AS b WHERE " + same(t.key, "b", t.key, "u")
	checks := [][2]string{
		{"u." + heldShell + " IS NULL AND " + there + ")", "another row of table " + t.Name + " has taken the key of a restricted one"},
		{"u." + heldShell + " IS NOT NULL AND NOT " + there + " AND " + t.print("b") + " = u." + heldShell + ")", "what was left in place of a restricted row of table " + t.Name + " has been changed or is gone"},
	}
	for _, c := range checks {
		if err := b.none(c[0], c[1], shells.Settle); err != nil {
			return err
		}
	}
	var set, cols, differs []string
	for _, c := range t.stored() {
		q, own := quote(c.Name), typeOf(c)
		if !slices.Contains(t.key, c.Name) {
			set = append(set, "b."+q+" = u."+q)
		}
		cols = append(cols, q)
		differs = append(differs, "NOT ("+bytes("b."+q, own)+" <=> "+bytes("u."+q, own)+")")
	}
	if len(set) == 0 {
		set = []string{"b." + quote(t.key[0]) + " = u." + quote(t.key[0])}
	}
	err = w.quietly(func() error {
		err := b.do(func(from string) string {
			return "UPDATE " + from + " JOIN " + base + " AS b ON " + same(t.key, "b", t.key, "u") + " AND u." + heldShell + " IS NOT NULL SET " + strings.Join(set, ", ")
		})
		if err != nil {
			return err
		}
		return b.do(func(from string) string {
			return "INSERT INTO " + base + " (" + strings.Join(cols, ", ") + ") SELECT u." + strings.Join(cols, ", u.") + " FROM " + from + " WHERE u." + heldShell + " IS NULL"
		})
	})
	if err != nil {
		return err
	}
	err = b.none("NOT EXISTS (SELECT 1 FROM "+base+" AS b WHERE "+same(t.key, "b", t.key, "u")+" AND NOT ("+strings.Join(differs, " OR ")+"))",
		"a trigger of table "+t.Name+" changes rows as they come back", "have it do nothing where "+moving+" is not NULL")
	if err != nil {
		return err
	}
	if err := b.do(func(from string) string { return "DELETE u FROM " + from }); err != nil {
		return err
	}
	names := map[string]bool{}
	for _, r := range rows {
		names[r.Name()] = true
	}
	w.Call.Shifted(t, names, false)
	return nil
}
