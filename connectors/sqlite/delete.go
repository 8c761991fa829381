package sqlite

import (
	"database/sql/driver"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// delete removes the rows of a treatment. A row a cascade of this call took before counts here, where it was planned;
// one another treatment of the call deleted counts there.
func (w *work) delete(j *job) error {
	j.rows = w.ownOnly(j)
	todo, err := j.sort()
	if err != nil || len(todo) == 0 {
		return err
	}
	where, arg, err := j.table.chosen(todo)
	if err != nil {
		return err
	}
	n, err := w.writer.exec(w.ctx, "DELETE FROM "+dialect{}.Quote(j.table.Name)+" WHERE "+where, arg)
	if err != nil {
		return failure(w.ctx, "deleting from "+j.table.Name, err)
	}
	if n != int64(len(todo)) {
		left, err := w.present(j.table, todo)
		if err != nil {
			return err
		}
		if len(left) > 0 {
			return kept(j.table.Name)
		}
	}
	j.count(todo)
	return nil
}

// kept says that rows stayed as they were without an error.
func kept(table string) error {
	return conflict(connectors.Diagnostic{Severity: connectors.Error, Path: table,
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
		if other.table == j.table && other.t.Verb == connectors.Delete {
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

// present are the names of those rows that are there now.
func (w *work) present(t *table, rows []target) (map[any]bool, error) {
	where, arg, err := t.chosen(rows)
	if err != nil {
		return nil, err
	}
	d := dialect{}
	cols := make([]string, len(t.Arms[0].Identity))
	for i, n := range t.Arms[0].Identity {
		cols[i] = d.Quote(n)
	}
	return w.names(relational.Query{SQL: "SELECT " + strings.Join(cols, ", ") + " FROM " + d.Quote(t.Name) + " WHERE " + where, Args: []any{arg}})
}

// names runs a statement that gives what names rows.
func (w *work) names(q relational.Query) (map[any]bool, error) {
	out := map[any]bool{}
	err := w.view.each(w.ctx, q, func(row []driver.Value) error {
		id := make([]any, len(row))
		for i, v := range row {
			id[i] = v
		}
		out[nameOf(id)] = true
		return nil
	})
	return out, err
}
