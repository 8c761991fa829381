package sqlite

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// resolveEnsure finds out whether the row is there already, by its key or by any unique key the assignments fill.
func (w *work) resolveEnsure(j *job) error {
	var tests []string
	u := &update{table: j.table}
	for _, key := range append(slices.Clone(j.table.Unique), j.t.On.Collection.Key) {
		test, err := u.holds(key, j.t.Assign)
		if err != nil {
			return err
		}
		if test != "" {
			tests = append(tests, test)
		}
	}
	var there bool
	text := "SELECT EXISTS (SELECT 1 FROM " + dialect{}.Quote(j.table.Name) + " AS u WHERE ?1 AND (" + strings.Join(tests, " OR ") + "))"
	if err := w.writer.conn.QueryRowContext(w.ctx, text, append([]any{1}, u.args...)...).Scan(&there); err != nil {
		return failure(w.ctx, "looking for the row to ensure", err)
	}
	switch {
	case there:
		j.out.Already = 1
	case j.t.AtMost < 1:
		return tooMany(j.t)
	default:
		j.rows = []target{{}}
	}
	return nil
}

// holds writes that a row has the assigned values in key; "" where one of them is not assigned or empty.
func (u *update) holds(key []string, assign []connectors.Assign) (string, error) {
	var parts []string
	for _, k := range key {
		i := slices.IndexFunc(assign, func(a connectors.Assign) bool { return strings.EqualFold(a.Field, k) })
		if i < 0 || assign[i].To == nil {
			return "", nil
		}
		expr, col, err := u.Field(k)
		if err != nil {
			return "", err
		}
		v, err := dialect{}.Value(col, assign[i].To)
		if err != nil {
			return "", err
		}
		parts = append(parts, expr+" = "+u.Bind(v))
	}
	return "(" + strings.Join(parts, " AND ") + ")", nil
}

// ensure inserts the row unless an earlier treatment of this call has brought it.
func (w *work) ensure(j *job) error {
	if len(j.rows) == 0 {
		return nil
	}
	d := dialect{}
	var cols, marks []string
	var args []any
	for _, a := range j.t.Assign {
		col, err := j.table.Column(a.Field)
		if err != nil {
			return err
		}
		v, err := d.Value(col, a.To)
		if err != nil {
			return err
		}
		args = append(args, v)
		cols, marks = append(cols, d.Quote(col.Name)), append(marks, d.Placeholder(len(args)))
	}
	n, err := w.writer.exec(w.ctx, "INSERT INTO "+d.Quote(j.table.Name)+" ("+strings.Join(cols, ", ")+") VALUES ("+
		strings.Join(marks, ", ")+") ON CONFLICT DO NOTHING", args...)
	if err != nil {
		return failure(w.ctx, "inserting into "+j.table.Name, err)
	}
	if n == 0 {
		j.out.Already++
	} else {
		j.out.Changed++
	}
	return nil
}
