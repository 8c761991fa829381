package sqlite

import (
	"database/sql/driver"

	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// lifting is a call as [shells.Uphold] sees it, with the numbers of held rows.
type lifting struct{ *work }

func (l lifting) Title(t *table) string { return t.Name }

func (l lifting) Away(t *table, only bool) ([]shells.Reference, error) {
	away, err := l.pointing(t)
	if err != nil || !only || len(away) == 0 {
		return away, err
	}
	refs, err := l.referring(t)
	return shells.Kept(&t.Table, t.key, away, refs), err
}

func (l lifting) Other(r shells.Reference) (*table, bool, error) {
	t, err := l.tableOf(r.Address)
	return t, err == nil && t.held != nil, err
}

func (l lifting) Whole(t *table, rows []int64, r shells.Reference, other *table) ([]int64, error) {
	var out []int64
	there, d := dialect{}.Quote(other.held.name), dialect{}
	q := relational.Query{SQL: "UPDATE " + there + " SET " + heldShell + " = '' WHERE " + heldShell + " IS NULL AND " + heldKey + " IN (SELECT h." + heldKey + " FROM " + d.Quote(t.held.name) + " AS u JOIN " +
		there + " AS h ON " + r.Joins(d, "u", "h") + " WHERE u." + heldKey + " IN (SELECT value FROM json_each(?1))) RETURNING " + heldKey, Args: []any{numbered(rows)}}
	err := l.view.each(l.ctx, q, func(row []driver.Value) error {
		out = append(out, row[0].(int64))
		return nil
	})
	return out, err
}

// Lost is never said here: foreign keys are looked at when all is done, see checkReferences.
func (l lifting) Lost(*table, []int64, shells.Reference) (bool, error) { return false, nil }

func (l lifting) Leave(t *table, rows []int64) error {
	refs, err := l.referring(t)
	if err != nil {
		return err
	}
	cols, values, err := shells.Content(dialect{}, &t.Table, t.key, refs, "h", "h."+heldKey, least)
	if err != nil {
		return err
	}
	_, err = l.writer.exec(l.ctx, t.inserts(cols, values)+" WHERE h."+heldKey+" IN (SELECT value FROM json_each(?1))", numbered(rows))
	if err != nil {
		return failure(l.ctx, "leaving shells in "+t.Name, err)
	}
	return l.noted(t, rows)
}
