package postgres

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// recount sets counters to the number of rows that refer to their row now, after what was done before.
func (q *queue) recount(j *job) error {
	if len(j.rows) == 0 {
		return nil
	}
	there, changed := map[string]bool{}, map[string]bool{}
	q.asks = append(q.asks, j.table.present(j.rows, there))
	s := &statement{table: j.table}
	from, where := s.given(j.rows)
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
	a = q.renaming(j, s, a)
	rows, named := a.row, a.SQL
	if rows == nil {
		a.SQL = named + " RETURNING " + s.ids()
	}
	a.row = func(row [][]byte) error {
		changed[nameOf(strs(row[:len(s.table.base().Identity)]))] = true
		if rows != nil {
			return rows(row)
		}
		return nil
	}
	a.done = func(int64) error {
		done := picked(j.rows, changed)
		if err := j.within(len(done)); err != nil {
			return err
		}
		j.count(done)
		j.out.Already += int64(len(picked(j.rows, there)) - len(done))
		return nil
	}
	q.asks = append(q.asks, a)
	return nil
}
