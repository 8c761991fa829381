package postgres

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// release lifts a request's marks, and puts rows that nobody holds any more back as they were.
func (w *work) release(j *job) error {
	if free := jobs.Only(j.Rows, false); len(free) > 0 { // never held, or free again
		there := map[string]bool{}
		if err := w.line.send(w.ctx, j.Table.present(j.Table.base(), free, there)); err != nil {
			return err
		}
		j.Out.Already += int64(len(there))
	}
	held := jobs.Only(j.Rows, true)
	if len(held) == 0 {
		return nil
	}
	arm := j.Table.Arms[1]
	there, lifted := map[string]bool{}, map[string]bool{}
	s := &statement{table: j.Table, arm: arm}
	from, where := s.given(held)
	table, request := s.Bind(j.Table.address())+"::text", s.Bind(j.Do.Mark)+"::text"
	a := s.ask("lifting marks", "DELETE FROM "+marksTable+" AS m USING "+from+" JOIN "+s.as()+" ON "+where+" WHERE m.in_table = "+table+" AND m.request = "+request+
		" AND m.held = u."+heldKey+" RETURNING "+s.ids())
	a.row = jobs.Into(lifted)
	if err := w.line.send(w.ctx, j.Table.present(arm, held, there), a); err != nil {
		return err
	}
	if err := j.Marked(held, there, lifted); err != nil {
		return err
	}
	return w.putBack(j.Table, jobs.Picked(held, lifted))
}

// unheld are those of the rows that nobody holds any more.
func (w *work) unheld(t *table, rows []target) ([]target, error) {
	s := &statement{table: t, arm: t.Arms[1]}
	from, where := s.given(rows)
	free := map[string]bool{}
	a := s.ask("looking at marks", "SELECT "+s.ids()+" FROM "+from+" JOIN "+s.as()+" ON "+where+
		" WHERE NOT EXISTS (SELECT 1 FROM "+marksTable+" AS m WHERE m.in_table = "+s.Bind(t.address())+"::text AND m.held = u."+heldKey+")")
	a.row = jobs.Into(free)
	err := w.line.send(w.ctx, a)
	return jobs.Picked(rows, free), err
}

// back writes statements about held rows that go back, which stand under u; b is the table they come back to.
type back struct {
	t    *table
	rows []target
}

// ask makes a statement of the rows.
func (b back) ask(text func(from string) string) ask {
	s := &statement{table: b.t, arm: b.t.Arms[1]}
	from, where := s.given(b.rows)
	return s.ask("putting back rows of "+b.t.Name, text(from+" JOIN "+s.as()+" ON "+where))
}

// none is a conflict where some row fits the condition.
func (b back) none(condition, summary, detail string) ask {
	a := b.ask(func(from string) string { return "SELECT EXISTS (SELECT 1 FROM " + from + " WHERE " + condition + ")" })
	a.row = func(row [][]byte) error {
		if string(row[0]) == "t" {
			return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: b.t.Name, Summary: summary, Detail: detail})
		}
		return nil
	}
	return a
}

// putBack restores those of the rows that nobody holds any more. Nothing of it happens where the key was taken, the shell changed, a
// row they refer to is gone, or a column comes back otherwise than it went.
func (w *work) putBack(t *table, rows []target) error {
	if len(rows) == 0 {
		return nil
	}
	rows, err := w.unheld(t, rows)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := shells.Uphold(lift{w}, t, rows); err != nil {
		return err
	}
	b := back{t, rows}
	base := t.base().Table(dialect{})
	there := "EXISTS (SELECT 1 FROM " + base + " AS b WHERE " + t.sameKey("b", "u")
	asks := []ask{
		b.none("u."+heldShell+" IS NULL AND "+there+")", "another row of table "+t.Name+" has taken the key of a restricted one", shells.Settle),
		b.none("u."+heldShell+" IS NOT NULL AND NOT "+there+" AND "+asText("b")+" = u."+heldShell+")",
			"what was left in place of a restricted row of table "+t.Name+" has been changed or is gone", shells.Settle),
	}
	var set, cols, differs []string
	for _, c := range t.stored() {
		q := quote(c.Name)
		if cols = append(cols, q); !c.Numbered { // a shell has its number already
			set = append(set, q+" = u."+q)
		}
		differs = append(differs, `(b.`+q+`::text COLLATE "C") IS DISTINCT FROM (u.`+q+`::text COLLATE "C")`)
	}
	returned := map[string]bool{}
	gone := b.ask(func(from string) string {
		return "DELETE FROM " + t.Arms[1].Table(dialect{}) + " AS x USING " + from + " WHERE x." + heldKey + " = u." + heldKey + " RETURNING u." + strings.Join(quoted(t.key), ", u.")
	})
	gone.row = jobs.Into(returned)
	var writes []ask
	if len(set) > 0 { // else it is whole as a shell
		writes = append(writes, b.ask(func(from string) string {
			return "UPDATE " + base + " AS b SET " + strings.Join(set, ", ") + " FROM " + from + " WHERE u." + heldShell + " IS NOT NULL AND " + t.sameKey("b", "u")
		}))
	}
	writes = append(writes, b.ask(func(from string) string {
		return "INSERT INTO " + base + " (" + strings.Join(cols, ", ") + ") OVERRIDING SYSTEM VALUE SELECT u." + strings.Join(cols, ", u.") + " FROM " + from + " WHERE u." + heldShell + " IS NULL"
	}))
	asks = append(asks, silent(writes...)...)
	asks = append(asks, b.none("NOT EXISTS (SELECT 1 FROM "+base+" AS b WHERE "+t.sameKey("b", "u")+" AND NOT ("+strings.Join(differs, " OR ")+"))",
		"a trigger or rule on table "+t.Name+" changes rows as they come back", "switch it off while the restriction is lifted"), gone)
	if err := w.line.send(w.ctx, asks...); err != nil {
		return err
	}
	w.Call.Shifted(t, returned, false)
	return nil
}
