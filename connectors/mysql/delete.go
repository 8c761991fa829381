package mysql

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// delete removes the rows of a treatment. A row a cascade of this call took before counts here, where it was planned;
// one another treatment of the call deleted counts there.
func (w *work) delete(j *job) error {
	j.Rows = w.Call.OwnOnly(j)
	todo := j.Sort(j.Rows)
	if err := j.Within(len(todo)); err != nil {
		return err
	}
	t := j.Table
	rounds, err := w.leavesFirst(t, jobs.Only(todo, false))
	if err != nil {
		return err
	}
	for _, rows := range append(rounds, jobs.Only(todo, true)) {
		if err := w.dropShells(t, jobs.Only(rows, true)); err != nil { // to which the rows before may refer
			return err
		}
		err := w.each(t, rows, func(arm relational.Arm, part []target) error {
			s := w.about(t, arm)
			n, err := w.line.exec(w.ctx, "deleting from "+t.Name, s.query("DELETE u FROM "+s.given(part)))
			if err != nil || n == int64(len(part)) {
				return err
			}
			there, err := w.present(t, arm, part)
			if err == nil && len(there) > 0 {
				err = kept(t.Name)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	j.Count(todo)
	return nil
}

// leavesFirst puts rows of a table that refers to itself in the order in which they can go: the server looks at each as it goes. What is
// left are circles, whose references are emptied first.
func (w *work) leavesFirst(t *table, rows []target) ([][]target, error) {
	own := slices.DeleteFunc(slices.Clone(t.refs), func(r reference) bool { return r.toSchema+"."+r.toTable != t.address() })
	if len(own) == 0 || len(rows) == 0 {
		return [][]target{rows}, nil
	}
	refers, err := w.amongThemselves(t, own, rows) // by name of a row, the names of those that refer to it
	if err != nil {
		return nil, err
	}
	var out [][]target
	for left := rows; len(left) > 0; {
		free := slices.DeleteFunc(slices.Clone(left), func(r target) bool { return len(refers[r.Name()]) > 0 })
		if len(free) == 0 {
			if err := w.unhook(t, own, left); err != nil {
				return nil, err
			}
			free = left
		}
		gone := map[string]bool{}
		for _, r := range free {
			gone[r.Name()] = true
		}
		for name, by := range refers {
			refers[name] = slices.DeleteFunc(by, func(n string) bool { return gone[n] })
		}
		left = slices.DeleteFunc(slices.Clone(left), func(r target) bool { return gone[r.Name()] })
		out = append(out, free)
	}
	return out, nil
}

// amongThemselves finds which of the rows refer to which of them; one that refers to itself stands in its own way.
func (w *work) amongThemselves(t *table, own []reference, rows []target) (map[string][]string, error) {
	out, among := map[string][]string{}, map[string]bool{}
	for _, r := range rows {
		among[r.Name()] = true
	}
	n := len(t.base().Identity)
	for _, ref := range own {
		for part := range w.portions(rows) {
			s := w.about(t, t.base())
			from := s.given(part)
			err := w.line.each(w.ctx, "looking at rows of "+t.Name, s.query("SELECT "+s.ids()+", "+s.idsOf("p")+" FROM "+from+" JOIN "+t.base().Table(s.d)+" AS p ON "+same(ref.to, "p", ref.from, "u")), func(row [][]byte) error {
				child, parent := jobs.NameOf(jobs.Texts(row[:n])), jobs.NameOf(jobs.Texts(row[n:]))
				if among[parent] {
					out[parent] = append(out[parent], child)
				}
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// unhook empties references of rows that are about to go; a reference with a NULL in it leads nowhere.
func (w *work) unhook(t *table, own []reference, rows []target) error {
	var set []string
	for _, ref := range own {
		if c := t.loose(ref); c != "" {
			set = append(set, "u."+quote(c)+" = NULL")
		}
	}
	if len(set) == 0 {
		return nil // the server says why they cannot go
	}
	return w.each(t, rows, func(arm relational.Arm, part []target) error {
		s := w.about(t, arm)
		from := s.given(part)
		_, err := w.line.exec(w.ctx, "deleting from "+t.Name, s.query("UPDATE "+from+" SET "+strings.Join(set, ", ")))
		return err
	})
}

// same writes that columns under one alias hold what those under another hold.
func same(left []string, a string, right []string, b string) string {
	return relational.Same(dialect{}, left, a, right, b)
}

// cellOf is the n-th text sent beside what names a row, as a value of a column.
func (s *statement) cellOf(n int, col relational.Column) string {
	return s.d.cell("k.w"+strconv.Itoa(n), col)
}
