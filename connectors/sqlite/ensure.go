package sqlite

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// resolveEnsure finds out whether the row is there already, by its key or by any unique key the assignments fill.
func (w *work) resolveEnsure(j *job) error {
	there := false
	for _, arm := range j.table.Arms {
		if there {
			break
		}
		var err error
		if there, err = w.stands(j, shelf{j.table, arm}); err != nil {
			return err
		}
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

// stands says whether a shelf holds the row to be ensured.
func (w *work) stands(j *job, s shelf) (there bool, err error) {
	var tests []string
	u := &update{shelf: s}
	for _, key := range append(slices.Clone(j.table.Unique), j.t.On.Collection.Key) {
		test, err := u.holds(key, j.t.Assign)
		if err != nil {
			return false, err
		}
		if test != "" {
			tests = append(tests, test)
		}
	}
	text := "SELECT EXISTS (SELECT 1 FROM " + s.as("u") + " WHERE ?1 AND (" + strings.Join(tests, " OR ") + "))"
	err = w.writer.conn.QueryRowContext(w.ctx, text, append([]any{true}, u.args...)...).Scan(&there)
	return there, failure(w.ctx, "looking for the row to ensure", err)
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
