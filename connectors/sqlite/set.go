package sqlite

import (
	"database/sql/driver"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// update is an UPDATE while it is written; parameter 1 is kept for the rows.
type update struct {
	table *table
	args  []any
}

func (u *update) Field(name string) (string, relational.Column, error) {
	c, err := u.table.Column(name)
	return "u." + dialect{}.Quote(c.Name), c, err
}

func (u *update) Bind(v any) string {
	u.args = append(u.args, v)
	return dialect{}.Placeholder(1 + len(u.args))
}

// set writes the assignments of a treatment: what each field becomes.
func (u *update) set(assign []connectors.Assign, value func(connectors.Assign) (string, error)) (string, error) {
	parts := make([]string, len(assign))
	for i, a := range assign {
		_, col, err := u.Field(a.Field)
		if err != nil {
			return "", err
		}
		want, err := value(a)
		if err != nil {
			return "", err
		}
		parts[i] = dialect{}.Quote(col.Name) + " = " + want
	}
	return "UPDATE " + dialect{}.Quote(u.table.Name) + " AS u SET " + strings.Join(parts, ", "), nil
}

// set gives the rows of a treatment their new values.
func (w *work) set(j *job) error {
	if len(j.todo) == 0 {
		return nil
	}
	u := &update{table: j.table}
	text, err := u.set(j.t.Assign, func(a connectors.Assign) (string, error) { return wanted(u, j.t, a) })
	if err != nil {
		return err
	}
	if j.table.touches(j.t.Assign) {
		return w.rename(j, u, text)
	}
	where, arg, err := j.table.chosen(j.todo)
	if err != nil {
		return err
	}
	n, err := w.writer.exec(w.ctx, text+" WHERE "+where, append([]any{arg}, u.args...)...)
	if err != nil {
		return failure(w.ctx, "changing "+j.table.Name, err)
	}
	if n == int64(len(j.todo)) {
		j.count(j.todo)
		return nil
	}
	there, err := w.present(j.table, j.todo)
	if err != nil {
		return err
	}
	if int64(len(there)) > n {
		return kept(j.table.Name)
	}
	var changed []target // the others were deleted by an earlier treatment of this call
	for _, t := range j.todo {
		if there[t.name()] {
			changed = append(changed, t)
		}
	}
	j.count(changed)
	return nil
}

// rename changes what names the rows, one by one, and tells the treatments still to come.
func (w *work) rename(j *job, u *update, text string) error {
	d := dialect{}
	ids := make([]string, len(j.table.Arms[0].Identity))
	for i, n := range j.table.Arms[0].Identity {
		ids[i] = d.Quote(n)
	}
	for _, t := range j.todo {
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
			there, err := w.present(j.table, []target{t})
			if err != nil {
				return err
			}
			if len(there) > 0 {
				return kept(j.table.Name)
			}
			continue
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
		for i := range other.todo {
			if other.todo[i].name() == old {
				other.todo[i].id = now
			}
		}
	}
}
