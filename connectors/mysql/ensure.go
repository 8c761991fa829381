package mysql

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// findEnsured finds out whether the row is there already, by its key or by any unique key the assignments fill.
func (w *work) findEnsured(j *job) error {
	s := w.about(j.Table, j.Table.base())
	var parts []string
	for _, s.arm = range j.Table.Arms {
		test, err := relational.Taken(s.d, s, append(slices.Clone(j.Table.Unique), j.Do.On.Collection.Key), j.Do.Assign)
		if err != nil {
			return err
		}
		parts = append(parts, "EXISTS (SELECT 1 FROM "+s.as()+" WHERE "+test+")")
	}
	return w.line.each(w.ctx, "looking for the row to ensure", s.query("SELECT "+strings.Join(parts, " OR ")), func(row [][]byte) error {
		if string(row[0]) == "1" {
			j.Out.Already = 1
			return nil
		}
		j.Rows = []target{{}}
		return j.Within(1)
	})
}

// ensure inserts the row. Where somebody has brought it meanwhile the server refuses, and the call begins anew and finds it.
func (w *work) ensure(j *job) error {
	if len(j.Rows) == 0 {
		return nil
	}
	s := w.about(j.Table, j.Table.base())
	if j.Late { // an earlier treatment of the call may have brought it
		j.Rows = nil
		if err := w.findEnsured(j); err != nil || len(j.Rows) == 0 {
			return err
		}
	}
	var cols, values []string
	for _, a := range j.Do.Assign {
		col, err := j.Table.Column(a.Field)
		if err != nil {
			return err
		}
		v, err := s.assigned(col, a)
		if err != nil {
			return err
		}
		cols, values = append(cols, quote(col.Name)), append(values, v)
	}
	n, err := w.line.exec(w.ctx, "inserting into "+j.Table.Name, s.query("INSERT INTO "+s.arm.Table(s.d)+" ("+strings.Join(cols, ", ")+") VALUES ("+strings.Join(values, ", ")+")"))
	j.Out.Changed += n
	return err
}
