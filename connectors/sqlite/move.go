package sqlite

import (
	"database/sql/driver"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// move takes rows out of their table, whole where nothing refers to them, and otherwise leaves a shell: the keys, and nothing of
// the content. It gives the rows moved as they are named before, and names them anew for every treatment.
func (w *work) move(s shelf, rows []target) ([]target, error) {
	where, arg, err := s.chosen("u", rows)
	if err != nil {
		return nil, err
	}
	refs, err := w.referring(s.table)
	if err != nil {
		return nil, err
	}
	cols := w.quoted(s.table)
	number := "NULL"
	named := s.returned()
	if s.rowid != "" {
		number = "u." + dialect{}.Quote(s.rowid)
		named = []string{heldRow}
	}
	q := relational.Query{SQL: "INSERT INTO " + dialect{}.Quote(s.held.name) + " (" + heldRow + ", " + heldShell + ", " + strings.Join(cols, ", ") + ") SELECT " +
		number + ", CASE WHEN " + s.staysAsShell(refs, "u") + " THEN '' END, u." + strings.Join(cols, ", u.") + " FROM " + s.as("u") + " WHERE " + where +
		" RETURNING " + heldKey + ", " + strings.Join(named, ", "), Args: []any{arg}}
	var moved []target
	var numbers []int64
	err = w.view.each(w.ctx, q, func(row []driver.Value) error {
		numbers = append(numbers, row[0].(int64))
		moved = append(moved, target{id: values(row[1:])})
		return nil
	})
	if err != nil || len(moved) == 0 {
		return nil, err
	}
	if err := w.empty(s, refs, moved, numbers); err != nil {
		return nil, err
	}
	for i, t := range moved {
		now := target{held: true, id: []any{numbers[i]}}
		if s.rowid == "" {
			now.id = t.id
		}
		w.renamed(s.table, t, now)
	}
	return moved, nil
}

func (w *work) quoted(t *table) []string {
	var out []string
	for _, c := range t.Columns {
		out = append(out, dialect{}.Quote(c.Name))
	}
	return out
}

// empty deletes what moved whole and clears what stays as a shell, and writes down what the shell looks like.
func (w *work) empty(s shelf, refs []shells.Reference, moved []target, numbers []int64) error {
	where, arg, err := s.chosen("u", moved)
	if err != nil {
		return err
	}
	d := dialect{}
	shell := func(yes string) string {
		return " AND EXISTS (SELECT 1 FROM " + d.Quote(s.held.name) + " AS h WHERE " + s.sameKey("h", "u") + " AND h." + heldShell + " IS " + yes + ")"
	}
	empty, err := s.placeholders(refs)
	if err != nil {
		return err
	}
	cleared, err := w.writer.exec(w.ctx, "UPDATE "+s.as("u")+" SET "+empty+" WHERE "+where+shell("NOT NULL"), arg)
	if err != nil {
		return failure(w.ctx, "leaving shells in "+s.Name, err)
	}
	deleted, err := w.writer.exec(w.ctx, "DELETE FROM "+s.as("u")+" WHERE "+where+shell("NULL"), arg)
	if err != nil {
		return failure(w.ctx, "moving rows of "+s.Name, err)
	}
	if cleared+deleted != int64(len(moved)) {
		return kept(s.Name)
	}
	return w.noted(s.table, numbers)
}

// noted writes down what shells look like that have just been made.
func (w *work) noted(t *table, numbers []int64) error {
	_, err := w.writer.exec(w.ctx, "UPDATE "+dialect{}.Quote(t.held.name)+" AS h SET "+heldShell+" = (SELECT "+t.written("u")+" FROM "+t.base().as("u")+" WHERE "+t.sameKey("u", "h")+
		") WHERE h."+heldKey+" IN (SELECT value FROM json_each(?1)) AND h."+heldShell+" = ''", numbered(numbers))
	return failure(w.ctx, "leaving shells in "+t.Name, err)
}

// written writes a row as one text, types included: what a shell is compared by.
func (t *table) written(alias string) string {
	var parts []string
	for _, c := range t.stored() {
		parts = append(parts, "quote("+alias+"."+dialect{}.Quote(c.Name)+")")
	}
	return strings.Join(parts, " || ',' || ")
}
