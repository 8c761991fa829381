package mysql

import (
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// recount sets counters to the number of rows that refer to their row now, after what was done before.
func (w *work) recount(j *job) error {
	return w.each(j.Table, j.Rows, func(arm relational.Arm, rows []target) error { return w.recountOn(j, arm, rows) })
}

func (w *work) recountOn(j *job, arm relational.Arm, rows []target) error {
	s := w.about(j.Table, arm)
	from := s.given(rows)
	cols, sets := []string{"k.n"}, []string{}
	for i, a := range j.Do.Assign {
		number, err := relational.Number(s.d, w.view.relational, j.Do.On.Collection, "u", *a.Over)
		if err != nil {
			return err
		}
		expr, col, err := s.Field(a.Field)
		if err != nil {
			return err
		}
		cols = append(cols, number, plain(expr, typeOf(col)))
		sets = append(sets, expr+" = "+s.cellOf(i, col))
	}
	var todo []target
	var counted [][]any
	there := 0
	err := w.line.each(w.ctx, "counting rows for "+j.Table.Name, s.query("SELECT "+strings.Join(cols, ", ")+" FROM "+from), func(row [][]byte) error {
		n, err := strconv.Atoi(string(row[0]))
		if err != nil {
			return err
		}
		there++
		var numbers []any
		differs := false
		for i := 1; i < len(row); i += 2 {
			numbers = append(numbers, string(row[i]))
			differs = differs || row[i+1] == nil || !connectors.Equal(connectors.Decimal(row[i]), connectors.Decimal(row[i+1]))
		}
		if differs {
			todo, counted = append(todo, rows[n]), append(counted, numbers)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := j.Within(len(todo) + int(j.Out.Changed)); err != nil {
		return err
	}
	j.Out.Already += int64(there - len(todo))
	if len(todo) == 0 {
		return nil
	}
	s = w.about(j.Table, arm)
	n, err := w.line.exec(w.ctx, "counting rows for "+j.Table.Name, s.query("UPDATE "+s.given(todo, counted...)+" SET "+strings.Join(sets, ", ")))
	if err == nil && n != int64(len(todo)) {
		err = kept(j.Table.Name)
	}
	if err == nil {
		j.Count(todo)
	}
	return err
}
