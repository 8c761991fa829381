package sqlite

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// delete removes the rows of a treatment. A row a cascade of this call took before counts here, where it was planned;
// one another treatment of the call deleted counts there.
func (w *work) delete(j *job) error {
	j.rows = w.ownOnly(j)
	todo, err := j.sort()
	if err != nil {
		return err
	}
	return j.table.each(todo, func(s shelf, rows []target) error {
		if s.arm.Held {
			if err := w.dropShells(s, rows); err != nil {
				return err
			}
		}
		if err := w.remove(s, rows); err != nil {
			return err
		}
		j.count(rows)
		return nil
	})
}

// remove deletes rows of one shelf; those that are gone already are no matter, those that stay are.
func (w *work) remove(s shelf, rows []target) error {
	where, arg, err := s.chosen("u", rows)
	if err != nil {
		return err
	}
	n, err := w.writer.exec(w.ctx, "DELETE FROM "+s.as("u")+" WHERE "+where, arg)
	if err != nil {
		return failure(w.ctx, "deleting from "+s.Name, err)
	}
	if n == int64(len(rows)) {
		return nil
	}
	left, err := w.present(s, rows)
	if err == nil && len(left) > 0 {
		err = kept(s.Name)
	}
	return err
}

// kept says that rows stayed as they were without an error.
func kept(table string) error {
	return jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: table,
		Summary: "a trigger on table " + table + " lets rows stay as they were",
		Detail:  "a BEFORE trigger ends in RAISE(IGNORE); the rows cannot be treated while it is there"})
}

// ownOnly are the rows of j that no earlier treatment of this call deleted by itself.
func (w *work) ownOnly(j *job) []target {
	if !j.late {
		return j.rows
	}
	before := map[any]bool{}
	for _, other := range w.jobs {
		if other == j {
			break
		}
		if other.table.Name == j.table.Name && other.t.Verb == connectors.Delete {
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
