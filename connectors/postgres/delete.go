package postgres

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// delete removes the rows of a treatment. A row a cascade of this call took before counts here, where it was planned;
// one another treatment of the call deleted counts there.
func (q *queue) delete(j *job) error {
	j.rows = q.w.ownOnly(j)
	todo := j.sort(j.rows)
	if err := j.within(len(todo)); err != nil {
		return err
	}
	return j.table.each(todo, func(arm relational.Arm, rows []target) error {
		if arm.Held {
			q.asks = append(q.asks, j.table.droppingShells(arm, rows)...)
		}
		s := &statement{table: j.table, arm: arm}
		from, where := s.given(rows)
		a := s.ask("deleting from "+j.table.Name, "DELETE FROM "+s.as()+" USING "+from+" WHERE "+where)
		a.done = func(n int64) error {
			j.count(rows)
			if n < int64(len(rows)) {
				q.after = append(q.after, func() error { return q.w.gone(j, arm, rows) })
			}
			return nil
		}
		q.asks = append(q.asks, a)
		return nil
	})
}

// gone is an error where rows are still there that should not be.
func (w *work) gone(j *job, arm relational.Arm, rows []target) error {
	found := map[string]bool{}
	if err := w.line.send(w.ctx, j.table.present(arm, rows, found)); err != nil {
		return err
	}
	if len(found) > 0 {
		return kept(j.table.Name)
	}
	return nil
}

// ownOnly are the rows of j that no earlier treatment of this call deletes by itself.
func (w *work) ownOnly(j *job) []target {
	before := map[string]bool{}
	for _, other := range w.jobs {
		if other == j {
			break
		}
		if other.table.oid == j.table.oid && other.t.Verb == connectors.Delete {
			for _, t := range other.rows {
				before[t.name()] = true
			}
		}
	}
	var out []target
	for _, t := range j.rows {
		if !before[t.name()] {
			out = append(out, t)
		}
	}
	return out
}
