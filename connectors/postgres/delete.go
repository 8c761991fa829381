package postgres

import "github.com/dossier-dsr/dossier/connectors"

// delete removes the rows of a treatment. A row a cascade of this call took before counts here, where it was planned;
// one another treatment of the call deleted counts there.
func (q *queue) delete(j *job) error {
	j.rows = q.w.ownOnly(j)
	todo := j.sort()
	if err := j.within(len(todo)); err != nil {
		return err
	}
	if len(todo) == 0 {
		return nil
	}
	s := &statement{table: j.table}
	from, where := s.given(todo)
	a := s.ask("deleting from "+j.table.Name, "DELETE FROM "+s.as()+" USING "+from+" WHERE "+where)
	a.done = func(n int64) error {
		j.count(todo)
		if n < int64(len(todo)) {
			q.after = append(q.after, func() error { return q.w.gone(j, todo) })
		}
		return nil
	}
	q.asks = append(q.asks, a)
	return nil
}

// gone is an error where rows are still there that should not be.
func (w *work) gone(j *job, rows []target) error {
	found := map[string]bool{}
	if err := w.line.send(w.ctx, j.table.present(rows, found)); err != nil {
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
