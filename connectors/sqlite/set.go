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
	if err := w.restand(j); err != nil {
		return err
	}
	todo, err := j.sort()
	if err != nil || len(todo) == 0 {
		return err
	}
	u := &update{table: j.table}
	text, err := u.set(j.t.Assign, func(a connectors.Assign) (string, error) { return wanted(u, j.t, a) })
	if err != nil {
		return err
	}
	if j.table.touches(j.t.Assign) {
		return w.rename(j, todo, u, text)
	}
	where, arg, err := j.table.chosen(todo)
	if err != nil {
		return err
	}
	n, err := w.writer.exec(w.ctx, text+" WHERE "+where, append([]any{arg}, u.args...)...)
	if err != nil {
		return failure(w.ctx, "changing "+j.table.Name, err)
	}
	if n != int64(len(todo)) {
		return kept(j.table.Name)
	}
	j.count(todo)
	return nil
}

// restand looks again at how the rows stand, where an earlier treatment of the call may have changed them: they are
// carried out in order, and each finds what those before it left. A row that is gone is the treatment's no more.
func (w *work) restand(j *job) error {
	if !j.late || len(j.rows) == 0 {
		return nil
	}
	u := &update{table: j.table}
	stands, err := standing(u, j.t)
	if err != nil {
		return err
	}
	where, arg, err := j.table.chosen(j.rows)
	if err != nil {
		return err
	}
	d := dialect{}
	var cols []string
	for _, n := range j.table.Arms[0].Identity {
		cols = append(cols, "u."+d.Quote(n))
	}
	width, key := len(cols), make([]field, len(j.t.On.Collection.Key))
	cols = append(cols, stands)
	for i, k := range j.t.On.Collection.Key {
		expr, col, err := u.Field(k)
		if err != nil {
			return err
		}
		key[i] = field{decode: decoderFor(col), at: len(cols)}
		cols = append(cols, plain(expr, col))
	}
	known := map[any]target{}
	for _, t := range j.rows {
		known[t.name()] = t
	}
	j.rows = nil
	q := relational.Query{SQL: "SELECT " + strings.Join(cols, ", ") + " FROM " + d.Quote(j.table.Name) + " AS u WHERE " + where, Args: append([]any{arg}, u.args...)}
	return w.view.each(w.ctx, q, func(row []driver.Value) error {
		t := target{}
		for _, v := range row[:width] {
			t.id = append(t.id, v)
		}
		t.persons = known[t.name()].persons
		t.stand(j.t.On.Collection, row[width], key, row)
		j.rows = append(j.rows, t)
		return nil
	})
}
