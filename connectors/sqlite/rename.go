package sqlite

import (
	"database/sql/driver"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// rename changes what names the rows, one by one, and tells the treatments still to come.
func (w *work) rename(j *job, s shelf, rows []target, u *update, text string) error {
	for _, t := range rows {
		where, arg, err := s.chosen("u", []target{t})
		if err != nil {
			return err
		}
		now := target{held: t.held}
		q := relational.Query{SQL: text + " WHERE " + where + " RETURNING " + strings.Join(s.returned(), ", "), Args: append([]any{arg}, u.args...)}
		err = w.view.each(w.ctx, q, func(row []driver.Value) error {
			now.id = values(row)
			return nil
		})
		if err != nil {
			return err
		}
		if now.id == nil {
			return kept(s.Name)
		}
		j.count([]target{t})
		w.renamed(s.table, t, now)
	}
	return nil
}

// returned are the columns that name a row, as RETURNING takes them.
func (s shelf) returned() []string {
	out := make([]string, len(s.arm.Identity))
	for i, n := range s.arm.Identity {
		out[i] = dialect{}.Quote(n)
	}
	return stored(out)
}

// renamed gives a row its new name, and place, in every treatment of the table.
func (w *work) renamed(t *table, old, now target) {
	name := old.name()
	for _, j := range w.jobs {
		if j.table.Name != t.Name {
			continue
		}
		for i := range j.rows {
			if j.rows[i].id != nil && j.rows[i].name() == name {
				j.rows[i].id, j.rows[i].held = now.id, now.held
			}
		}
	}
}
