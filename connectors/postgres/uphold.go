package postgres

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// uphold sees to it that what rows refer to stands in its table; the rows have come back to theirs, and no foreign key was asked. A row they refer
// to that is restricted itself, and was moved whole while nothing referred to it, leaves a shell now. Where one is gone it is a conflict.
func (w *work) uphold(t *table, rows []target) error {
	refs, err := w.pointing(t)
	if err != nil || len(rows) == 0 {
		return err
	}
	for _, r := range refs {
		to, err := readTable(w.ctx, w.line, r.address)
		if err != nil {
			return err
		}
		if to.held != nil {
			whole, err := w.movedWhole(t, rows, r, to)
			if err == nil {
				err = w.leaveShells(to, whole)
			}
			if err == nil {
				err = w.uphold(to, whole)
			}
			if err != nil {
				return err
			}
		}
		s := t.on()
		from, where := s.given(rows)
		var full []string
		for _, c := range r.from {
			full = append(full, "u."+quote(c)+" IS NOT NULL")
		}
		a := s.ask("looking at what rows refer to", "SELECT EXISTS (SELECT 1 FROM "+from+" JOIN "+s.as()+" ON "+where+" WHERE "+strings.Join(full, " AND ")+
			" AND NOT EXISTS (SELECT 1 FROM "+r.table+" AS h WHERE "+r.joins("u", "h")+"))")
		a.row = func(row [][]byte) error {
			if string(row[0]) == "t" {
				return conflict(connectors.Diagnostic{Severity: connectors.Error, Path: t.Name, Detail: settle,
					Summary: "a restricted row of table " + t.Name + " refers by " + strings.Join(r.from, ", ") + " to a row that is not there any more"})
			}
			return nil
		}
		if err := w.line.send(w.ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// joins writes that the row under one alias refers to that under another.
func (r reference) joins(from, to string) string {
	var on []string
	for i := range r.from {
		on = append(on, to+"."+quote(r.to[i])+" = "+from+"."+quote(r.from[i]))
	}
	return strings.Join(on, " AND ")
}

// movedWhole are the rows of another table that rows of t refer to by r and nothing of which stands there.
func (w *work) movedWhole(t *table, rows []target, r reference, to *table) ([]target, error) {
	s := t.on()
	from, where := s.given(rows)
	a := s.ask("looking at what rows refer to", "SELECT DISTINCT h."+strings.Join(quoted(to.key), ", h.")+" FROM "+from+" JOIN "+s.as()+" ON "+where+
		" JOIN "+to.heldAs()+" ON "+r.joins("u", "h")+" WHERE h."+heldShell+" IS NULL")
	var out []target
	a.row = func(row [][]byte) error {
		out = append(out, target{Held: true, ID: jobs.Texts(row)})
		return nil
	}
	return out, w.line.send(w.ctx, a)
}

// leaveShells puts shells in the place of held rows that were moved whole.
func (w *work) leaveShells(t *table, rows []target) error {
	if len(rows) == 0 {
		return nil
	}
	refs, err := w.referring(t)
	if err != nil {
		return err
	}
	empty, err := t.placeholders(refs)
	if err != nil {
		return err
	}
	var cols []string
	for _, c := range t.stored() {
		cols = append(cols, quote(c.Name))
	}
	held := &statement{table: t, arm: t.Arms[1]}
	from, where := held.given(rows)
	back := held.ask("leaving shells in "+t.Name, "INSERT INTO "+t.base().Table(dialect{})+" ("+strings.Join(cols, ", ")+") OVERRIDING SYSTEM VALUE SELECT u."+strings.Join(cols, ", u.")+
		" FROM "+from+" JOIN "+held.as()+" ON "+where)
	held = &statement{table: t, arm: t.Arms[1]}
	from, where = held.given(rows)
	stays := held.ask("leaving shells in "+t.Name, "UPDATE "+held.as()+" SET "+heldShell+" = '' FROM "+from+" WHERE "+where)
	shells, noted := t.shelling(rows, empty)
	return w.line.send(w.ctx, silent(back, stays, shells, noted)...)
}
