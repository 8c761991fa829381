package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// methodMove is the one way to block: content goes to a held row, out of sight of applications.
const methodMove = "move"

// block holds the rows of a treatment for a request: rows that are free are moved and marked, rows another request holds are
// marked too, rows this request holds are done.
func (w *work) block(j *job) error {
	if err := w.ready(j); err != nil {
		return err
	}
	var fresh []target
	err := j.table.each(j.rows, func(s shelf, rows []target) error {
		if s.arm.Held {
			return nil
		}
		moved, err := w.move(s, rows)
		fresh = append(fresh, moved...)
		return err
	})
	if err != nil {
		return err
	}
	if len(fresh) > 0 { // now some are held, in every treatment of the table
		if err := w.reload(j.table.Name); err != nil {
			return err
		}
	}
	return j.table.each(j.rows, func(s shelf, rows []target) error {
		if !s.arm.Held {
			return nil // gone before its turn came
		}
		return w.mark(j, s, rows)
	})
}

// ready checks the method, and installs what it needs where that has not been done.
func (w *work) ready(j *job) error {
	if j.t.Method != methodMove {
		return fmt.Errorf("%w: blocking by %s; SQLite blocks by %s", connectors.ErrNotSupported, j.t.Method, methodMove)
	}
	held := j.table.held
	if len(j.rows) == 0 || j.t.Verb == connectors.Release || held != nil && len(held.lacks) == 0 {
		return nil
	}
	taken, err := names(w.ctx, w.writer.conn)
	if err != nil {
		return err
	}
	more, err := j.table.install(w.ctx, w.writer.conn, taken)
	if err != nil {
		return err
	}
	for _, text := range append(commonInstall[:len(commonInstall):len(commonInstall)], more...) {
		if _, err := w.writer.conn.ExecContext(w.ctx, text); err != nil {
			return failure(w.ctx, "installing what restriction needs", err)
		}
	}
	if err := w.reload(j.table.Name); err != nil {
		return err
	}
	return w.openGuards()
}

// reload reads a table anew, after what this transaction did to its held rows.
func (w *work) reload(name string) error {
	t, err := w.view.reload(name)
	if err != nil {
		return err
	}
	for _, j := range w.jobs {
		if j.table.Name == name {
			j.table = t
		}
	}
	return nil
}

// mark writes on whose account rows are held, and counts those that were not.
func (w *work) mark(j *job, s shelf, rows []target) error {
	where, arg, err := s.chosen("h", rows)
	if err != nil {
		return err
	}
	n, err := w.writtenMarks(s, relational.Query{SQL: "INSERT INTO " + marksTable + " (in_table, held, request) SELECT ?2, h." + heldKey + ", ?3 FROM " + s.as("h") +
		" WHERE " + where + " ON CONFLICT DO NOTHING RETURNING held", Args: []any{arg, s.Name, j.t.Mark}})
	if err != nil {
		return err
	}
	return w.countMarks(j, s, rows, n)
}

// writtenMarks runs a statement that gives the numbers of held rows.
func (w *work) writtenMarks(s shelf, q relational.Query) (map[int64]bool, error) {
	out := map[int64]bool{}
	err := w.view.each(w.ctx, q, func(row []driver.Value) error {
		out[row[0].(int64)] = true
		return nil
	})
	return out, err
}

// countMarks counts the rows whose numbers are among changed, and the others as done.
func (w *work) countMarks(j *job, s shelf, rows []target, changed map[int64]bool) error {
	numbers, err := w.numbers(s, rows)
	if err != nil {
		return err
	}
	var done []target
	for _, t := range rows {
		n, there := numbers[t.name()]
		switch {
		case there && changed[n]:
			done = append(done, t)
		case there:
			j.out.Already++
		}
	}
	if int64(len(done)) > j.t.AtMost {
		return tooMany(j.t)
	}
	j.count(done)
	return nil
}

// numbers are those of held rows, by what names them.
func (w *work) numbers(s shelf, rows []target) (map[any]int64, error) {
	where, arg, err := s.chosen("h", rows)
	if err != nil {
		return nil, err
	}
	out := map[any]int64{}
	q := relational.Query{SQL: "SELECT h." + heldKey + ", " + strings.Join(s.named("h"), ", ") + " FROM " + s.as("h") + " WHERE " + where, Args: []any{arg}}
	err = w.view.each(w.ctx, q, func(row []driver.Value) error {
		out[nameOf(true, values(row[1:]))] = row[0].(int64)
		return nil
	})
	return out, err
}

// openGuards lets this transaction, and no other, past the guards; closeGuards must follow before the commit.
func (w *work) openGuards() error {
	if w.open {
		return nil
	}
	w.open = true
	_, err := w.writer.exec(w.ctx, "INSERT INTO "+openTable+" VALUES ('executor')")
	return failure(w.ctx, "opening the guards", err)
}

func (w *work) closeGuards() error {
	if !w.open {
		return nil
	}
	w.open = false
	_, err := w.writer.exec(w.ctx, "DELETE FROM "+openTable)
	return failure(w.ctx, "closing the guards", err)
}
