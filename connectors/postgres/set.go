package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// set gives the rows of a treatment their new values. Where an earlier treatment of the call may have changed them it is looked again
// how they stand; a row that is gone is the treatment's no more.
func (q *queue) set(j *job) error {
	rows := j.Rows
	if !j.Late {
		rows = j.Sort(rows)
		if err := j.Within(len(rows)); err != nil {
			return err
		}
	}
	return j.Table.each(rows, func(arm relational.Arm, here []target) error {
		s := &statement{table: j.Table, arm: arm}
		if arm.Held && s.moves(j.Do.Assign) {
			return fmt.Errorf("%w: the key of a restricted row of table %s cannot change before the restriction is lifted", connectors.ErrConflict, j.Table.Name)
		}
		now := &here
		if j.Late {
			now = &[]target{}
			again, err := q.restand(j, arm, here, now)
			if err != nil {
				return err
			}
			q.asks = append(q.asks, again)
		}
		return q.setOn(j, s, here, now)
	})
}

// setOn updates rows of one arm; how they stand is in now when the statement is carried out.
func (q *queue) setOn(j *job, s *statement, rows []target, now *[]target) error {
	from, where := s.given(rows)
	parts := make([]string, len(j.Do.Assign))
	for i, a := range j.Do.Assign {
		col, err := j.Table.Column(a.Field)
		if err != nil {
			return err
		}
		want, err := wanted(s, j.Do, a)
		if err != nil {
			return err
		}
		parts[i] = quote(col.Name) + " = " + want
	}
	text := "UPDATE " + s.as() + " SET " + strings.Join(parts, ", ") + " FROM " + from + " WHERE " + where
	if j.Late {
		stands, err := standing(s, j.Do)
		if err != nil {
			return err
		}
		text += " AND " + stands + " = 0"
	}
	a := s.ask("changing "+j.Table.Name, text)
	if s.moves(j.Do.Assign) {
		a.row = q.renaming(j, s, &a)
	}
	a.done = func(n int64) error {
		todo := *now
		if j.Late {
			todo = j.Sort(todo)
			if err := j.Within(len(todo) + int(j.Out.Changed)); err != nil {
				return err
			}
		}
		if n != int64(len(todo)) {
			return kept(j.Table.Name)
		}
		j.Count(todo)
		return nil
	}
	q.asks = append(q.asks, a)
	return nil
}

// renaming has an update tell how the rows it changes were named and are named now, and gives what takes that in.
func (q *queue) renaming(j *job, s *statement, a *ask) func([][]byte) error {
	if q.renames == nil {
		q.renames = map[string]bool{}
	}
	q.renames[j.Table.oid] = true
	n := len(s.arm.Identity)
	var old []string
	for i := range n {
		old = append(old, "k.i"+strconv.Itoa(i))
	}
	a.SQL += " RETURNING " + strings.Join(old, ", ") + ", " + s.ids()
	var names [][2][]string
	q.after = append(q.after, func() error {
		q.w.Call.Renamed(j.Table, names)
		return nil
	})
	return func(row [][]byte) error {
		names = append(names, [2][]string{jobs.Texts(row[:n]), jobs.Texts(row[n:])})
		return nil
	}
}

// moves says whether the rows are named otherwise after the assignments.
func (s *statement) moves(assign []connectors.Assign) bool {
	return !s.table.named || slices.ContainsFunc(assign, func(a connectors.Assign) bool {
		return slices.ContainsFunc(s.arm.Identity, func(n string) bool { return strings.EqualFold(n, a.Field) })
	})
}

// restand asks how the rows of an arm stand now.
func (q *queue) restand(j *job, arm relational.Arm, rows []target, now *[]target) (ask, error) {
	s := &statement{table: j.Table, arm: arm}
	from, where := s.given(rows)
	stands, err := standing(s, j.Do)
	if err != nil {
		return ask{}, err
	}
	width := len(arm.Identity)
	cols := []string{s.ids(), stands}
	var key []field
	for i, k := range j.Do.On.Collection.Key {
		expr, col, err := s.Field(k)
		if err != nil {
			return ask{}, err
		}
		key = append(key, cells.At(reader{}, col, width+1+i))
		cols = append(cols, reader{}.Plain(expr, col))
	}
	known := map[string]target{}
	for _, t := range rows {
		known[t.Name()] = t
	}
	a := s.ask("looking at rows of "+j.Table.Name, "SELECT "+strings.Join(cols, ", ")+" FROM "+from+" JOIN "+s.as()+" ON "+where)
	a.row = func(row [][]byte) error {
		t := target{Held: arm.Held, ID: jobs.Texts(row[:width])}
		t.Persons = known[t.Name()].Persons
		err := stand(&t, j.Do.On.Collection, row[width], key, row)
		*now = append(*now, t)
		return err
	}
	return a, nil
}
