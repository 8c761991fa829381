package postgres

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// set gives the rows of a treatment their new values. Where an earlier treatment of the call may have changed them it is looked again
// how they stand; a row that is gone is the treatment's no more.
func (q *queue) set(j *job) error {
	if len(j.rows) == 0 {
		return nil
	}
	rows := j.rows
	if j.late {
		again, err := q.restand(j)
		if err != nil {
			return err
		}
		q.asks = append(q.asks, again)
	} else {
		if rows = j.sort(); len(rows) == 0 {
			return nil
		}
		if err := j.within(len(rows)); err != nil {
			return err
		}
	}
	s := &statement{table: j.table}
	from, where := s.given(rows)
	parts := make([]string, len(j.t.Assign))
	for i, a := range j.t.Assign {
		col, err := j.table.Column(a.Field)
		if err != nil {
			return err
		}
		want, err := wanted(s, j.t, a)
		if err != nil {
			return err
		}
		parts[i] = quote(col.Name) + " = " + want
	}
	text := "UPDATE " + s.as() + " SET " + strings.Join(parts, ", ") + " FROM " + from + " WHERE " + where
	if j.late {
		stands, err := standing(s, j.t)
		if err != nil {
			return err
		}
		text += " AND " + stands + " = 0"
	}
	a := s.ask("changing "+j.table.Name, text)
	q.asks = append(q.asks, q.renaming(j, s, a))
	return nil
}

// renaming has an update tell how the rows it changed are named now, where that may be otherwise, and counts them.
func (q *queue) renaming(j *job, s *statement, a ask) ask {
	if s.moves(j.t.Assign) {
		if q.renames == nil {
			q.renames = map[string]bool{}
		}
		q.renames[j.table.oid] = true
		n := len(s.table.base().Identity)
		var old []string
		for i := range n {
			old = append(old, "k.i"+strconv.Itoa(i))
		}
		a.SQL += " RETURNING " + strings.Join(old, ", ") + ", " + s.ids()
		var names [][2][]string
		a.row = func(row [][]byte) error {
			names = append(names, [2][]string{strs(row[:n]), strs(row[n:])})
			return nil
		}
		q.after = append(q.after, func() error {
			q.w.renamed(j.table, names)
			return nil
		})
	}
	a.done = func(n int64) error {
		todo := j.rows
		if j.late {
			todo = j.sort()
			if err := j.within(len(todo)); err != nil {
				return err
			}
		} else {
			todo = slices.DeleteFunc(slices.Clone(todo), func(t target) bool { return t.standing != connectors.ToDo })
		}
		if n != int64(len(todo)) {
			return kept(j.table.Name)
		}
		j.count(todo)
		return nil
	}
	return a
}

// moves says whether the rows are named otherwise after the assignments.
func (s *statement) moves(assign []connectors.Assign) bool {
	return !s.table.named || slices.ContainsFunc(assign, func(a connectors.Assign) bool {
		return slices.ContainsFunc(s.table.base().Identity, func(n string) bool { return strings.EqualFold(n, a.Field) })
	})
}

// renamed gives rows their new names in every treatment of the table.
func (w *work) renamed(t *table, names [][2][]string) {
	now := map[string][]string{}
	for _, n := range names {
		now[nameOf(n[0])] = n[1]
	}
	for _, j := range w.jobs {
		if j.table.oid != t.oid {
			continue
		}
		for i, r := range j.rows {
			if id, ok := now[r.name()]; ok {
				j.rows[i].id = id
			}
		}
	}
}

// restand asks how the rows stand now.
func (q *queue) restand(j *job) (ask, error) {
	s := &statement{table: j.table}
	from, where := s.given(j.rows)
	stands, err := standing(s, j.t)
	if err != nil {
		return ask{}, err
	}
	width := len(s.table.base().Identity)
	cols := []string{s.ids(), stands}
	var key []field
	for i, k := range j.t.On.Collection.Key {
		expr, col, err := s.Field(k)
		if err != nil {
			return ask{}, err
		}
		key = append(key, field{column: col, at: width + 1 + i})
		cols = append(cols, plain(expr, typeOf(col)))
	}
	known := map[string]target{}
	for _, t := range j.rows {
		known[t.name()] = t
	}
	j.rows = nil
	a := s.ask("looking at rows of "+j.table.Name, "SELECT "+strings.Join(cols, ", ")+" FROM "+from+" JOIN "+s.as()+" ON "+where)
	a.row = func(row [][]byte) error {
		t := target{id: strs(row[:width])}
		t.persons = known[t.name()].persons
		err := t.stand(j.t.On.Collection, row[width], key, row)
		j.rows = append(j.rows, t)
		return err
	}
	return a, nil
}
