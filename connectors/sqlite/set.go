package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// set gives the rows of a treatment their new values.
func (w *work) set(j *job) error {
	if err := w.restand(j); err != nil {
		return err
	}
	todo, err := j.sort()
	if err != nil {
		return err
	}
	return j.table.each(todo, func(s shelf, rows []target) error { return w.setOn(j, s, rows) })
}

func (w *work) setOn(j *job, s shelf, rows []target) error {
	u := &update{shelf: s}
	text, err := u.set(j.t.Assign, func(a connectors.Assign) (string, error) { return wanted(u, j.t, a) })
	if err != nil {
		return err
	}
	if s.arm.Held && s.keeps(j.t.Assign) {
		return fmt.Errorf("%w: the key of a restricted row of table %s cannot change before the restriction is lifted", connectors.ErrConflict, s.Name)
	}
	if s.touches(j.t.Assign) {
		return w.rename(j, s, rows, u, text)
	}
	where, arg, err := s.chosen("u", rows)
	if err != nil {
		return err
	}
	n, err := w.writer.exec(w.ctx, text+" WHERE "+where, append([]any{arg}, u.args...)...)
	if err != nil {
		return failure(w.ctx, "changing "+s.Name, err)
	}
	if n != int64(len(rows)) {
		return kept(s.Name)
	}
	j.count(rows)
	return nil
}

// restand looks again at how the rows stand, where an earlier treatment of the call may have changed them: they are
// carried out in order, and each finds what those before it left. A row that is gone is the treatment's no more.
func (w *work) restand(j *job) error {
	if !j.late {
		return nil
	}
	var now []target
	err := j.table.each(j.rows, func(s shelf, rows []target) error {
		found, err := w.standingOf(j, s, rows)
		now = append(now, found...)
		return err
	})
	j.rows = now
	return err
}

func (w *work) standingOf(j *job, s shelf, rows []target) (now []target, err error) {
	u := &update{shelf: s}
	stands, err := standing(u, j.t)
	if err != nil {
		return nil, err
	}
	where, arg, err := s.chosen("u", rows)
	if err != nil {
		return nil, err
	}
	cols := s.named("u")
	width, key := len(cols), make([]field, len(j.t.On.Collection.Key))
	cols = append(cols, stands)
	for i, k := range j.t.On.Collection.Key {
		expr, col, err := u.Field(k)
		if err != nil {
			return nil, err
		}
		key[i] = field{decode: decoderFor(col), at: len(cols)}
		cols = append(cols, plain(expr, col))
	}
	known := map[any]target{}
	for _, t := range rows {
		known[t.name()] = t
	}
	q := relational.Query{SQL: "SELECT " + strings.Join(cols, ", ") + " FROM " + s.as("u") + " WHERE " + where, Args: append([]any{arg}, u.args...)}
	err = w.view.each(w.ctx, q, func(row []driver.Value) error {
		t := target{held: s.arm.Held, id: values(row[:width])}
		t.persons = known[t.name()].persons
		t.stand(j.t.On.Collection, row[width], key, row)
		now = append(now, t)
		return nil
	})
	return now, err
}
