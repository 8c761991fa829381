package sqlite

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// recount sets counters to the number of rows that refer to their row now, after what was done before.
func (w *work) recount(j *job) error {
	if len(j.rows) == 0 {
		return nil
	}
	u := &update{table: j.table}
	var differs []string
	text, err := u.set(j.t.Assign, func(a connectors.Assign) (string, error) {
		n, err := relational.Number(dialect{}, w.view.relational, j.t.On.Collection, "u", *a.Over)
		if err != nil {
			return "", err
		}
		expr, _, err := u.Field(a.Field)
		differs = append(differs, expr+" IS NOT ("+n+")")
		return n, err
	})
	if err != nil {
		return err
	}
	there, err := w.present(j.table, j.rows)
	if err != nil {
		return err
	}
	where, arg, err := j.table.chosen(j.rows)
	if err != nil {
		return err
	}
	d := dialect{}
	var ids []string
	for _, n := range j.table.Arms[0].Identity {
		ids = append(ids, d.Quote(n))
	}
	changed, err := w.names(relational.Query{
		SQL:  text + " WHERE " + where + " AND (" + strings.Join(differs, " OR ") + ") RETURNING " + strings.Join(ids, ", "),
		Args: append([]any{arg}, u.args...),
	})
	if err != nil {
		return err
	}
	if int64(len(changed)) > j.t.AtMost {
		return tooMany(j.t)
	}
	var done []target
	for _, t := range j.rows {
		switch name := t.name(); {
		case changed[name]:
			done = append(done, t)
		case there[name]:
			j.out.Already++
		}
	}
	j.count(done)
	return nil
}
