package mysql

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// lift is a call as [shells.Uphold] sees it: rows stand where they are held, and the server looks at foreign keys row by row.
type lift struct{ *work }

func (l lift) Title(t *table) string { return t.Name }

func (l lift) Away(t *table, only bool) ([]shells.Reference, error) {
	if !only || len(t.refs) == 0 {
		return t.away(), nil
	}
	refs, err := l.view.referring(t)
	return shells.Kept(&t.Table, t.key, t.away(), refs), err
}

func (l lift) Other(r shells.Reference) (*table, bool, error) {
	t, err := l.view.table(connectors.Collection{Name: r.Address, At: r.Address})
	return t, err == nil && t.held, err
}

func (l lift) Whole(t *table, rows []target, r shells.Reference, other *table) ([]target, error) {
	var found jobs.Found
	err := l.each(t, rows, func(arm relational.Arm, part []target) error {
		s, names := l.about(t, arm), l.about(other, other.Arms[1])
		text := "SELECT DISTINCT " + names.idsOf("h") + " FROM " + s.given(part) + " JOIN " + other.heldAs() + " ON " + r.Joins(s.d, "u", "h") + " WHERE h." + heldShell + " IS NULL"
		return l.line.each(l.ctx, "looking at what rows refer to", s.query(text), func(row [][]byte) error {
			found.Add(0, true, jobs.Texts(row))
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return found.Rows, l.each(other, found.Rows, func(arm relational.Arm, part []target) error {
		s := l.about(other, arm)
		_, err := l.line.exec(l.ctx, "leaving shells in "+other.Name, s.query("UPDATE "+s.given(part)+" SET "+strings.Join(append(other.untouched("u"), "u."+heldShell+" = ''"), ", ")))
		return err
	})
}

func (l lift) Lost(t *table, rows []target, r shells.Reference) (bool, error) {
	lost := false
	err := l.each(t, rows, func(arm relational.Arm, part []target) error {
		s := l.about(t, arm)
		text := "SELECT 1 FROM " + s.given(part) + " WHERE " + r.Full(s.d, "u") + " AND NOT EXISTS (SELECT 1 FROM " + r.Table + " AS r WHERE " + r.Joins(s.d, "u", "r") + ") LIMIT 1"
		return l.line.each(l.ctx, "looking at what rows refer to", s.query(text), func([][]byte) error {
			lost = true
			return nil
		})
	})
	return lost, err
}

// Leave inserts shells as they are, because what the rest of the row refers to may be gone.
func (l lift) Leave(t *table, rows []target) error {
	if err := l.unheard(t); err != nil {
		return err
	}
	refs, err := l.view.referring(t)
	if err != nil {
		return err
	}
	d := l.view.dialect()
	cols, values, err := shells.Content(d, &t.Table, t.key, refs, "u", "u."+heldKey, least)
	if err != nil {
		return err
	}
	return l.quietly(func() error {
		for part := range slices.Chunk(rows, atOnce) {
			s := l.about(t, t.Arms[1])
			text := "INSERT INTO " + t.base().Table(d) + " (" + strings.Join(cols, ", ") + ") SELECT " + strings.Join(values, ", ") + " FROM " + s.given(part)
			if _, err := l.line.exec(l.ctx, "leaving shells in "+t.Name, s.query(text)); err != nil {
				return err
			}
			if err := l.noted(t, part); err != nil {
				return err
			}
		}
		return nil
	})
}
