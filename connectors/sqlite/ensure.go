package sqlite

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
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
	u := &update{shelf: s}
	test, err := relational.Taken(dialect{}, u, append(slices.Clone(j.table.Unique), j.t.On.Collection.Key), j.t.Assign)
	if err != nil {
		return false, err
	}
	text := "SELECT EXISTS (SELECT 1 FROM " + s.as("u") + " WHERE ?1 AND (" + test + "))"
	err = w.writer.conn.QueryRowContext(w.ctx, text, append([]any{true}, u.args...)...).Scan(&there)
	return there, failure(w.ctx, "looking for the row to ensure", err)
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
