package sqlite

import (
	"database/sql/driver"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// rename changes what names the rows, one by one, and tells the treatments still to come.
func (w *work) rename(j *job, todo []target, u *update, text string) error {
	d := dialect{}
	ids := make([]string, len(j.table.Arms[0].Identity))
	for i, n := range j.table.Arms[0].Identity {
		ids[i] = d.Quote(n)
	}
	for _, t := range todo {
		where, arg, err := j.table.chosen([]target{t})
		if err != nil {
			return err
		}
		var now []any
		q := relational.Query{SQL: text + " WHERE " + where + " RETURNING " + strings.Join(ids, ", "), Args: append([]any{arg}, u.args...)}
		err = w.view.each(w.ctx, q, func(row []driver.Value) error {
			for _, v := range row {
				now = append(now, v)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if now == nil {
			return kept(j.table.Name)
		}
		j.count([]target{t})
		w.renamed(j, t.name(), now)
	}
	return nil
}

// renamed gives a row its new name in every treatment of the table.
func (w *work) renamed(j *job, old any, now []any) {
	for _, other := range w.jobs {
		if other == j || other.table != j.table {
			continue
		}
		for i := range other.rows {
			if other.rows[i].name() == old {
				other.rows[i].id = now
			}
		}
	}
}
