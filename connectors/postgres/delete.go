package postgres

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// delete removes the rows of a treatment. A row a cascade of this call took before counts here, where it was planned;
// one another treatment of the call deleted counts there.
func (q *queue) delete(j *job) error {
	in := &series{}
	err := q.remove(j, in)
	q.asks = append(q.asks, in.asks...)
	return err
}

// remove writes the statements that do it.
func (q *queue) remove(j *job, in *series) error {
	j.Rows = q.w.Call.OwnOnly(j)
	todo := j.Sort(j.Rows)
	if err := j.Within(len(todo)); err != nil {
		return err
	}
	return j.Table.each(todo, func(arm relational.Arm, rows []target) error {
		if arm.Held {
			j.Table.dropShells(in, arm, rows)
		}
		for part := range slices.Chunk(rows, atOnce) {
			s := in.on(j.Table, arm)
			a := s.ask("deleting from "+j.Table.Name, s.deletion(part))
			a.done = func(n int64) error {
				j.Count(part)
				if n < int64(len(part)) {
					q.after = append(q.after, func() error { return q.w.gone(j, arm, part) })
				}
				return nil
			}
			in.add(a)
		}
		return nil
	})
}

// atOnce is how many rows one statement deletes: of more at once the planner would rather read the whole table.
const atOnce = 5000

// deletion deletes rows by what names them; of a key of one column the values are given as they are.
func (s *statement) deletion(rows []target) string {
	if own := s.table.own(s.arm.Identity[0]); len(s.arm.Identity) == 1 && own.cast != "" {
		var values []any
		for _, r := range rows {
			values = append(values, r.ID[0])
		}
		return "DELETE FROM " + s.as() + " WHERE u." + quote(s.arm.Identity[0]) + " = ANY(" + s.Bind(values) + "::" + own.cast + "[])"
	}
	from, where := s.given(rows)
	return "DELETE FROM " + s.as() + " USING " + from + " WHERE " + where
}

// gone is an error where rows are still there that should not be.
func (w *work) gone(j *job, arm relational.Arm, rows []target) error {
	found := map[string]bool{}
	if err := w.line.send(w.ctx, j.Table.present(arm, rows, found)); err != nil {
		return err
	}
	if len(found) > 0 {
		return kept(j.Table.Name)
	}
	return nil
}
