package mysql

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/shells"
)

// references reads foreign keys, in the order of their columns. The server tells of tables alone on which the account may do anything.
func (v *view) references(where string, args ...any) ([]reference, error) {
	var out []reference
	last := ""
	q := query{Args: args, SQL: `SELECT k.CONSTRAINT_SCHEMA, k.CONSTRAINT_NAME, k.TABLE_SCHEMA, k.TABLE_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_SCHEMA, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE, r.UPDATE_RULE
		FROM information_schema.KEY_COLUMN_USAGE AS k JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r
		ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
		WHERE ` + where + ` AND k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY k.CONSTRAINT_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`}
	err := v.line.each(v.ctx, "reading foreign keys", q, func(row [][]byte) error {
		text := func(i int) string { return string(row[i]) }
		if name := text(0) + "\x00" + text(3) + "\x00" + text(1); name != last {
			last = name
			out = append(out, reference{fromSchema: text(2), fromTable: text(3), toSchema: text(5), toTable: text(6), onDelete: strings.ToLower(text(8)), onUpdate: strings.ToLower(text(9))})
		}
		r := &out[len(out)-1]
		r.from, r.to = append(r.from, text(4)), append(r.to, text(7))
		return nil
	})
	return out, err
}

func (v *view) readReferences(t *table) (err error) {
	t.refs, err = v.references("k.TABLE_SCHEMA = "+placeholder(1)+" AND k.TABLE_NAME = "+placeholder(2), t.schema, t.Name)
	for i, c := range t.Columns {
		t.Columns[i].Points = slices.ContainsFunc(t.refs, func(r reference) bool { return slices.Contains(r.from, c.Name) })
	}
	return err
}

// referring are the foreign keys that point at a table.
func (v *view) referring(t *table) ([]shells.Reference, error) {
	all, err := v.references("k.REFERENCED_TABLE_SCHEMA = "+placeholder(1)+" AND k.REFERENCED_TABLE_NAME = "+placeholder(2), t.schema, t.Name)
	out := make([]shells.Reference, len(all))
	for i, r := range all {
		out[i] = shells.Reference{Table: relational.Arm{Schema: r.fromSchema, From: r.fromTable}.Table(dialect{}), Address: r.fromSchema + "." + r.fromTable, From: r.from, To: r.to}
	}
	return out, err
}

// away are the foreign keys of a table, as they point away from it.
func (t *table) away() []shells.Reference {
	out := make([]shells.Reference, len(t.refs))
	for i, r := range t.refs {
		out[i] = shells.Reference{Table: r.parent(), Address: r.toSchema + "." + r.toTable, From: r.from, To: r.to}
	}
	return out
}

func (r reference) parent() string {
	return relational.Arm{Schema: r.toSchema, From: r.toTable}.Table(dialect{})
}
