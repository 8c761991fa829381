package postgres

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// lift is a call as [shells.Uphold] sees it: rows stand where they are held, and no foreign key is asked.
type lift struct{ *work }

func (l lift) Title(t *table) string { return t.Name }

func (l lift) Away(t *table, only bool) ([]shells.Reference, error) {
	away, err := l.pointing(t)
	if err != nil || !only || len(away) == 0 {
		return away, err
	}
	refs, err := l.referring(t)
	return shells.Kept(&t.Table, t.key, away, refs), err
}

func (l lift) Other(r shells.Reference) (*table, bool, error) {
	t, err := readTable(l.ctx, l.line, r.Address)
	return t, err == nil && t.held != nil, err
}

func (l lift) Whole(t *table, rows []target, r shells.Reference, other *table) ([]target, error) {
	s := &statement{table: t, arm: t.Arms[1]}
	from, where := s.given(rows)
	a := s.ask("looking at what rows refer to", "UPDATE "+other.heldAs()+" SET "+heldShell+" = '' FROM "+from+" JOIN "+s.as()+" ON "+where+
		" WHERE "+r.Joins(dialect{}, "u", "h")+" AND h."+heldShell+" IS NULL RETURNING h."+strings.Join(quoted(other.key), ", h."))
	var found jobs.Found
	a.row = func(row [][]byte) error {
		found.Add(0, true, jobs.Texts(row))
		return nil
	}
	err := l.line.send(l.ctx, a)
	return found.Rows, err
}

func (l lift) Lost(t *table, rows []target, r shells.Reference) (bool, error) {
	s := &statement{table: t, arm: t.Arms[1]}
	from, where := s.given(rows)
	lost := false
	a := s.ask("looking at what rows refer to", "SELECT EXISTS (SELECT 1 FROM "+from+" JOIN "+s.as()+" ON "+where+" WHERE "+r.Full(dialect{}, "u")+
		" AND NOT EXISTS (SELECT 1 FROM "+r.Table+" AS r WHERE "+r.Joins(dialect{}, "u", "r")+"))")
	a.row = func(row [][]byte) error {
		lost = string(row[0]) == "t"
		return nil
	}
	err := l.line.send(l.ctx, a)
	return lost, err
}

// Leave puts the rows back, and makes shells of them.
func (l lift) Leave(t *table, rows []target) error {
	refs, err := l.referring(t)
	if err != nil {
		return err
	}
	cols, values, err := shells.Content(dialect{}, &t.Table, t.key, refs, "u", "u."+heldKey, least)
	if err != nil {
		return err
	}
	s := &statement{table: t, arm: t.Arms[1]}
	from, where := s.given(rows)
	shell := s.ask("leaving shells in "+t.Name, "INSERT INTO "+t.base().Table(dialect{})+" ("+strings.Join(cols, ", ")+") OVERRIDING SYSTEM VALUE SELECT "+strings.Join(values, ", ")+
		" FROM "+from+" JOIN "+s.as()+" ON "+where)
	return l.line.send(l.ctx, silent(shell, t.noted(rows))...)
}
