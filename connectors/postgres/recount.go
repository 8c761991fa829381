package postgres

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// recount sets counters to the number of rows that refer to their row now, after what was done before.
func (q *queue) recount(j *job) error {
	return j.table.each(j.rows, func(arm relational.Arm, rows []target) error { return q.recountOn(j, arm, rows) })
}

func (q *queue) recountOn(j *job, arm relational.Arm, rows []target) error {
	there, changed := map[string]bool{}, map[string]bool{}
	q.asks = append(q.asks, j.table.present(arm, rows, there))
	s := &statement{table: j.table, arm: arm}
	from, where := s.given(rows)
	var parts, differs []string
	for _, a := range j.t.Assign {
		n, err := relational.Number(dialect{}, q.w.view.relational, j.t.On.Collection, "u", *a.Over)
		if err != nil {
			return err
		}
		expr, col, err := s.Field(a.Field)
		if err != nil {
			return err
		}
		n = typeOf(col).as("(" + n + ")")
		parts, differs = append(parts, quote(col.Name)+" = "+n), append(differs, expr+" IS DISTINCT FROM "+n)
	}
	a := s.ask("counting rows for "+j.table.Name, "UPDATE "+s.as()+" SET "+strings.Join(parts, ", ")+" FROM "+from+" WHERE "+where+" AND ("+
		strings.Join(differs, " OR ")+")")
	tell := q.renaming(j, s, &a)
	a.row = func(row [][]byte) error {
		changed[nameOf(strs(row[:len(arm.Identity)]))] = true
		return tell(row)
	}
	a.done = func(int64) error {
		done := picked(rows, changed)
		if err := j.within(len(done) + int(j.out.Changed)); err != nil {
			return err
		}
		j.count(done)
		j.out.Already += int64(len(picked(rows, there)) - len(done))
		return nil
	}
	q.asks = append(q.asks, a)
	return nil
}
