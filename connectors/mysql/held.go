package mysql

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// What the executor keeps in a database of its own, beside that of the applications. A held row has every column of its table, and beside them:
const (
	heldKey   = "dossier_key"   // number of the held row
	heldShell = "dossier_shell" // a print of what was left in its place; NULL where nothing was
)

// own is the executor's database.
func (s *store) own() string { return "dossier_" + s.name }

// marks is the table that says on whose account a row is held: in_table, held, request, held_at.
func (s *store) marks() string { return quote(s.own()) + ".marks" }

func (t *table) heldName() string { return "held_" + t.address() }

func (t *table) pinName() string { return "pin_" + t.address() }

// readHeld finds out whether rows of t can be held, and where then its rows stand.
func (v *view) readHeld(t *table) error {
	have, err := v.columns(v.store.own(), t.heldName())
	if err != nil || len(have) == 0 {
		return err
	}
	for _, c := range t.Columns {
		if !slices.ContainsFunc(have, func(h relational.Column) bool { return h.Name == c.Name }) {
			return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name + "." + c.Name,
				Summary: "table " + t.Name + " has a new column " + c.Name + ", and rows of it can be restricted",
				Detail:  "add the column to " + quote(v.store.own()) + "." + quote(t.heldName()) + " with the same type, so that restricted rows have it too"}}
		}
	}
	t.held = true
	held := relational.Arm{Schema: v.store.own(), From: t.heldName(), Identity: t.key, Held: true, Indexed: map[string]bool{strings.ToLower(t.key[0]): true}}
	t.Arms[0].Hide = func(alias string) string {
		return "NOT EXISTS (SELECT 1 FROM " + held.Table(dialect{}) + " AS h WHERE " + same(t.key, "h", t.key, alias) + ")"
	}
	t.Arms = append(t.Arms, held)
	return nil
}

// heldAs is where held rows stand, under the alias h.
func (t *table) heldAs() string { return t.Arms[1].Table(dialect{}) + " AS h" }

// stored are the columns that hold values of their own.
func (t *table) stored() []relational.Column { return shells.Stored(&t.Table) }

// dropShells removes what stands for held rows that are to be deleted: their shells and marks.
func (w *work) dropShells(t *table, rows []target) error {
	return w.each(t, rows, func(arm relational.Arm, part []target) error {
		shells := w.about(t, arm)
		_, err := w.line.exec(w.ctx, "deleting from "+t.Name, shells.query("DELETE b FROM "+shells.given(part)+" JOIN "+t.base().Table(dialect{})+" AS b ON "+
			same(t.key, "b", t.key, "u")+" WHERE u."+heldShell+" IS NOT NULL"))
		if err != nil {
			return err
		}
		marks := w.about(t, arm)
		from := marks.given(part)
		_, err = w.line.exec(w.ctx, "deleting from "+t.Name, marks.query("DELETE m FROM "+from+" JOIN "+w.store.marks()+" AS m ON m.held = u."+heldKey+" WHERE m.in_table = "+marks.Bind(t.address())))
		return err
	})
}
