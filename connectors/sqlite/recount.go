package sqlite

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// recount sets counters to the number of rows that refer to their row now, after what was done before.
func (w *work) recount(j *job) error {
	var done []target
	err := j.table.each(j.rows, func(s shelf, rows []target) error {
		changed, there, err := w.recountOn(j, s, rows)
		for _, t := range rows {
			switch name := t.name(); {
			case changed[name]:
				done = append(done, t)
			case there[name]:
				j.out.Already++
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	if int64(len(done)) > j.t.AtMost {
		return tooMany(j.t)
	}
	j.count(done)
	return nil
}

// recountOn gives the names of the rows whose counters were wrong, and of those that are there.
func (w *work) recountOn(j *job, s shelf, rows []target) (changed, there map[any]bool, err error) {
	u := &update{shelf: s}
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
		return nil, nil, err
	}
	if there, err = w.present(s, rows); err != nil {
		return nil, nil, err
	}
	where, arg, err := s.chosen("u", rows)
	if err != nil {
		return nil, nil, err
	}
	changed, err = w.names(s, relational.Query{
		SQL:  text + " WHERE " + where + " AND (" + strings.Join(differs, " OR ") + ") RETURNING " + strings.Join(s.returned(), ", "),
		Args: append([]any{arg}, u.args...),
	})
	return changed, there, err
}
