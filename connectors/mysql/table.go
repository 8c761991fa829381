package mysql

import (
	"fmt"
	"slices"
	"strconv"
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
		return nil, fmt.Errorf("table %s: %w", at, connectors.ErrNoCollection)
	case strings.Contains(kind, "VIEW"):
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: at, Summary: at + " is a view, whose rows belong to other tables; map those, and the rows are found where they are kept"}}
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

// columns reads the columns of a table; those made of JSON by a check are told by it.
func (v *view) columns(schema, name string) ([]relational.Column, error) {
	var out []relational.Column
	q := query{Args: []any{schema, name}, SQL: `SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COALESCE(NUMERIC_SCALE, DATETIME_PRECISION, 0), COALESCE(CHARACTER_SET_NAME, ''), COALESCE(COLLATION_NAME, ''),
		EXTRA, COALESCE(GENERATION_EXPRESSION, ''), COALESCE(CHARACTER_MAXIMUM_LENGTH, 0) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ` + placeholder(1) + ` AND TABLE_NAME = ` + placeholder(2) + ` ORDER BY ORDINAL_POSITION`}
	err := v.line.each(v.ctx, reading, q, func(r [][]byte) error {
		t := typed{name: string(r[1]), notNull: string(r[3]) == "NO", charset: string(r[5]), collation: string(r[6])}
		full, extra := string(r[2]), strings.ToLower(string(r[7]))
		t.kind = kinds[t.name]
		t.unsigned = strings.Contains(full, "unsigned")
		t.boolean = full == "tinyint(1)" || full == "bit(1)"
		t.computed = len(r[8]) > 0 || strings.Contains(extra, "virtual generated") || strings.Contains(extra, "stored generated")
		t.touched = strings.Contains(extra, "on update")
		if t.name == "char" || t.name == "varchar" {
			t.length, _ = strconv.Atoi(string(r[9]))
		}
		t.scale, _ = strconv.Atoi(string(r[4]))
		if t.name == "enum" {
			t.label = firstLabel(full)
		}
		if t.kind == text && t.charset == "utf8" {
			t.charset = "utf8mb3"
		}
		if t.kind == text && t.collation == "" {
			t.charset, t.collation = "utf8mb4", "utf8mb4_bin"
		}
		if strings.Contains(extra, "invisible") { // a number the table was given to name its rows: none of its content
			return nil
		}
		out = append(out, relational.Column{Name: string(r[0]), Type: full, Class: t.class(), Own: t})
		return nil
	})
	return out, err
}

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
	nested := map[string]bool{}
	if v.store.server.maria {
		q := query{Args: []any{t.schema, t.Name}, SQL: "SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = " + placeholder(1) + " AND TABLE_NAME = " + placeholder(2)}
		err = v.line.each(v.ctx, reading, q, func(r [][]byte) error {
			if name, ok := strings.CutPrefix(string(r[0]), "json_valid(`"); ok {
				nested[strings.TrimSuffix(name, "`)")] = true
			}
			return nil
		})
	}
	for i, c := range cols {
		own := typeOf(c)
		own.json = own.kind == text && nested[c.Name]
		if own.touched {
			t.whatever = append(t.whatever, c.Name)
		}
		cols[i].Own = own
	}
	t.Columns = cols
	return err
}

// key is one index of a table.
type key struct {
	name    string
	columns []string // "": an expression
	unique  bool
	part    bool // of some column the beginning alone, or an expression
	nulls   bool
}

// keys reads the indexes of a table, the primary key first.
func (v *view) keys(schema, name string) ([]key, error) {
	var out []key
	q := query{Args: []any{schema, name}, SQL: "SELECT INDEX_NAME, NON_UNIQUE, COALESCE(COLUMN_NAME, ''), SUB_PART IS NOT NULL, COALESCE(NULLABLE, '') FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = " +
		placeholder(1) + " AND TABLE_NAME = " + placeholder(2) + " AND INDEX_TYPE IN ('BTREE', 'HASH') ORDER BY INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX"}
	err := v.line.each(v.ctx, reading, q, func(r [][]byte) error {
		if len(out) == 0 || out[len(out)-1].name != string(r[0]) {
			out = append(out, key{name: string(r[0]), unique: string(r[1]) == "0"})
		}
		k, column := &out[len(out)-1], string(r[2])
		k.columns = append(k.columns, column)
		k.part = k.part || string(r[3]) == "1" || column == ""
		k.nulls = k.nulls || string(r[4]) == "YES"
		return nil
	})
	return out, err
}

// readKeys reads the keys no two rows share, and what rows are looked up by.
func (v *view) readKeys(t *table) error {
	keys, err := v.keys(t.schema, t.Name)
	if err != nil {
		return err
	}
	var identity []string
	indexed := map[string]bool{}
	for _, k := range keys {
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
	return relational.Column{Name: name, Type: "bigint unsigned", Class: relational.ClassNumber, Own: typed{kind: whole, name: "bigint", unsigned: true, notNull: true}}
}
