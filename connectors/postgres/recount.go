package postgres

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// recount sets counters to the number of rows that refer to their row now, after what was done before.
func (q *queue) recount(j *job) error {
	return j.Table.each(j.Rows, func(arm relational.Arm, rows []target) error { return q.recountOn(j, arm, rows) })
}

func (q *queue) recountOn(j *job, arm relational.Arm, rows []target) error {
	there, changed := map[string]bool{}, map[string]bool{}
	q.asks = append(q.asks, j.Table.present(arm, rows, there))
	s := &statement{table: j.Table, arm: arm}
	from, where := s.given(rows)
	var parts, differs []string
	for _, a := range j.Do.Assign {
		n, err := relational.Number(dialect{}, q.w.view.relational, j.Do.On.Collection, "u", *a.Over)
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
	a := s.ask("counting rows for "+j.Table.Name, "UPDATE "+s.as()+" SET "+strings.Join(parts, ", ")+" FROM "+from+" WHERE "+where+" AND ("+
		strings.Join(differs, " OR ")+")")
	tell := q.renaming(j, s, &a)
	a.row = func(row [][]byte) error {
		changed[jobs.NameOf(jobs.Texts(row[:len(arm.Identity)]))] = true
		return tell(row)
	}
	a.done = func(int64) error {
		done := jobs.Picked(rows, changed)
		if err := j.Within(len(done) + int(j.Out.Changed)); err != nil {
			return err
		}
		j.Count(done)
		j.Out.Already += int64(len(jobs.Picked(rows, there)) - len(done))
		return nil
	}
	q.asks = append(q.asks, a)
	return nil
}
