package mysql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// table is what the connector knows of one table.
type table struct {
	relational.Table
	schema   string
	engine   string
	lasting  bool // it keeps what was in its rows before
	atOnce   bool // its engine has transactions
	key      []string
	refs     []reference // by which its rows refer to others
	held     bool        // rows of it can be held
	whatever []string    // columns that are given the time of a change that does not say otherwise
}

// reference is a foreign key between two tables, each as schema and name.
type reference struct {
	fromSchema, fromTable, toSchema, toTable string
	from, to                                 []string
	onDelete, onUpdate                       string
}

func (t *table) Title() string { return t.Name }

func (t *table) ID() string { return t.address() }

func (t *table) Parents() []string {
	var out []string
	for _, r := range t.refs {
		out = append(out, r.toSchema+"."+r.toTable)
	}
	return out
}

// address is the table's name with its database: what is kept for it is named so.
func (t *table) address() string { return t.schema + "." + t.Name }

// base is where applications see the rows.
func (t *table) base() relational.Arm { return t.Arms[0] }

// find looks for a table by its name, or by that of a database and its own.
const find = `SELECT t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE, COALESCE(t.ENGINE, ''), COALESCE((SELECT e.TRANSACTIONS FROM information_schema.ENGINES AS e WHERE e.ENGINE = t.ENGINE), '')
FROM information_schema.TABLES AS t WHERE `

// readTable reads one table; ErrNoCollection where there is none.
func (v *view) readTable(at string) (*table, error) {
	schema, name, _ := strings.Cut(at, ".")
	var t *table
	var kind string
	take := func(r [][]byte) error {
		if t == nil {
			t = &table{schema: string(r[0]), engine: string(r[3]), atOnce: string(r[4]) == "YES", Table: relational.Table{Name: string(r[1])}}
			kind = string(r[2])
		}
		return nil
	}
	exact := "t.TABLE_SCHEMA = " + placeholder(1) + " AND t.TABLE_NAME = " + placeholder(2)
	alike := "t.TABLE_SCHEMA = " + placeholder(1) + " AND LOWER(t.TABLE_NAME) = LOWER(" + placeholder(2) + ")"
	for _, where := range []string{exact, alike} {
		for _, x := range [][]any{{v.store.name, at}, {schema, name}} {
			if t != nil || x[0] == "" || x[1] == "" {
				continue
			}
			if err := v.line.each(v.ctx, reading, query{SQL: find + where, Args: x}, take); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case t == nil:
		return nil, fmt.Errorf("table %s: %w, or the account has no right on it, and is not told of it", at, connectors.ErrNoCollection)
	case strings.Contains(kind, "VIEW"):
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: at, Summary: at + " is a view, whose rows belong to other tables; map those, and the rows are found where they are kept"}}
	case slices.Contains(elsewhere, t.engine):
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: at, Summary: "the rows of table " + at + " are kept by another server", Detail: "map them where they are, as a system of their own"}}
	}
	t.lasting = strings.Contains(kind, "VERSIONED")
	for _, read := range []func(*table) error{v.readColumns, v.readKeys, v.readReferences} {
		if err := read(t); err != nil {
			return nil, err
		}
	}
	return t, v.readHeld(t)
}

const reading = "reading the schema"

// firstLabel reads the first label of an enum out of its declaration.
func firstLabel(full string) string {
	rest := strings.TrimPrefix(full, "enum('")
	for i := 0; i < len(rest); i++ {
		if rest[i] != '\'' {
			continue
		}
		if i+1 < len(rest) && rest[i+1] == '\'' {
			i++
			continue
		}
		return strings.ReplaceAll(rest[:i], "''", "'")
	}
	return ""
}

func (v *view) readColumns(t *table) error {
	cols, err := v.columns(t.schema, t.Name)
	if err != nil {
		return err
	}
	nested, err := v.documents(one(t.schema, t.Name))
	for i, c := range cols {
		own := typeOf(c)
		own.json = own.kind == text && nested[t.Name][c.Name]
		if own.touched {
			t.whatever = append(t.whatever, c.Name)
		}
		cols[i].Own = own
	}
	t.Columns = cols
	return err
}

// readKeys reads the keys no two rows share, and what rows are looked up by.
func (v *view) readKeys(t *table) error {
	all, err := v.keys(one(t.schema, t.Name))
	if err != nil {
		return err
	}
	var identity []string
	indexed := map[string]bool{}
	for _, k := range all[t.Name] {
		indexed[strings.ToLower(k.columns[0])] = true
		if !k.unique || k.part {
			continue
		}
		if identity == nil && !k.nulls {
			identity = k.columns
		}
		seen := !slices.ContainsFunc(k.columns, func(n string) bool {
			return !slices.ContainsFunc(t.Columns, func(c relational.Column) bool { return c.Name == n })
		})
		if seen {
			t.Unique = append(t.Unique, k.columns)
		}
		if seen && k.name == "PRIMARY" {
			t.key = k.columns
		}
	}
	if identity == nil {
		return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: "table " + t.Name + " has no key by which its rows are told apart",
			Detail: "ALTER TABLE " + quote(t.schema) + "." + quote(t.Name) + " ADD COLUMN dossier_row BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY gives it one that applications do not see"}}
	}
	t.Arms = []relational.Arm{{Schema: t.schema, From: t.Name, Identity: identity, Indexed: indexed}}
	return nil
}

// own is what is known of a column, by name; of the hidden number that names rows, that it is one.
func (t *table) own(name string) relational.Column {
	for _, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return c
		}
	}
	return hidden(name)
}

// hidden is the number a table was given to name its rows, which is none of its content.
func hidden(name string) relational.Column {
	return relational.Column{Name: name, Type: "bigint unsigned", Class: relational.ClassNumber, NotNull: true, Own: typed{kind: whole, name: "bigint", unsigned: true}}
}
