package postgres

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// What the executor keeps in a schema of its own. A held row has every column of its table, of the same type, and beside them:
const (
	marksTable = ownSchema + ".marks" // on whose account a row is held: in_table, held, request, held_at
	heldKey    = "dossier_key"        // number of the held row
	heldShell  = "dossier_shell"      // what was left in its place, as one text; NULL where nothing was
)

// heldTable is the table for held rows.
type heldTable struct{ name string }

// address is the table's name with its schema: what is kept for it is named so.
func (t *table) address() string { return t.schema + "." + t.Name }

func (t *table) heldName() string { return "held_" + t.address() }

// readHeld finds out whether rows of t can be held, and where then its rows stand.
func (t *table) readHeld(ctx context.Context, l *line) error {
	var columns []string
	q := query{SQL: `SELECT c.relname = $3, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE n.nspname = $1 AND c.relname IN ($2, $3) AND a.attnum > 0 AND NOT a.attisdropped`, Args: []any{ownSchema, t.heldName(), t.guardedName()}}
	err := l.each(ctx, "reading the schema", q, func(r [][]byte) error {
		if string(r[0]) == "t" {
			t.guarded = true
			return nil
		}
		columns = append(columns, string(r[1]))
		return nil
	})
	if err != nil || len(columns) == 0 {
		return err
	}
	for _, c := range t.Columns {
		if !slices.Contains(columns, c.Name) {
			return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name + "." + c.Name,
				Summary: "table " + t.Name + " has a new column " + c.Name + ", and rows of it can be restricted",
				Detail:  "add the column to " + ownSchema + "." + quote(t.heldName()) + " with the same type, so that restricted rows have it too"}}
		}
	}
	t.held = &heldTable{t.heldName()}
	held := relational.Arm{Schema: ownSchema, From: t.held.name, Identity: t.key, Held: true}
	t.Arms[0].Hide = func(alias string) string {
		return "NOT EXISTS (SELECT 1 FROM " + held.Table(dialect{}) + " AS h WHERE " + t.sameKey("h", alias) + ")"
	}
	t.Arms = append(t.Arms, held)
	return nil
}

// heldAs is where held rows stand, under the alias h.
func (t *table) heldAs() string { return t.Arms[1].Table(dialect{}) + " AS h" }

// sameKey writes that rows under two aliases have the same primary key.
func (t *table) sameKey(a, b string) string {
	return relational.Same(dialect{}, t.key, a, t.key, b)
}

// stored are the columns that hold values of their own.
func (t *table) stored() []relational.Column { return shells.Stored(&t.Table) }

// asText writes a row as one text: what a shell is compared by.
func asText(alias string) string { return "to_jsonb(" + alias + ")::text" }

// dropShells removes what stands for held rows that are to be deleted: their shells and marks.
func (t *table) dropShells(in *series, arm relational.Arm, rows []target) {
	s := in.on(t, arm)
	from, where := s.given(rows)
	in.add(s.ask("deleting from "+t.Name, "DELETE FROM "+t.base().Table(dialect{})+" AS b USING "+from+" JOIN "+s.as()+" ON "+where+
		" WHERE "+t.sameKey("u", "b")+" AND u."+heldShell+" IS NOT NULL"))
	s = in.on(t, arm)
	from, where = s.given(rows)
	in.add(s.ask("deleting from "+t.Name, "DELETE FROM "+marksTable+" AS m USING "+from+" JOIN "+s.as()+" ON "+where+
		" WHERE m.in_table = "+s.Bind(t.address())+"::text AND m.held = u."+heldKey))
}
