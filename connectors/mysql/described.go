package mysql

import (
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// columns reads the columns of a table.
func (v *view) columns(schema, name string) ([]relational.Column, error) {
	all, err := v.columnsOf(one(schema, name))
	return all[name], err
}

// some is a condition on what the schema says, about one table or all of a database.
type some struct {
	table  string // "": all
	schema string
}

func one(schema, name string) some { return some{name, schema} }

func every(schema string) some { return some{"", schema} }

// where writes it; the server finds what is asked for by constants alone.
func (s some) where(schema, table string) query {
	if s.table == "" {
		return query{SQL: schema + " = " + placeholder(1), Args: []any{s.schema}}
	}
	return query{SQL: schema + " = " + placeholder(1) + " AND " + table + " = " + placeholder(2), Args: []any{s.schema, s.table}}
}

// asked is a statement up to the condition, with it, and what follows.
func (s some) asked(statement, schema, table, then string) query {
	q := s.where(schema, table)
	return query{SQL: statement + " WHERE " + q.SQL + " " + then, Args: q.Args}
}

// columnsOf reads columns, by table.
func (v *view) columnsOf(of some) (map[string][]relational.Column, error) {
	out := map[string][]relational.Column{}
	q := of.asked(`SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, COALESCE(NUMERIC_SCALE, DATETIME_PRECISION, 0), COALESCE(CHARACTER_SET_NAME, ''), COALESCE(COLLATION_NAME, ''),
		EXTRA, COALESCE(GENERATION_EXPRESSION, ''), COALESCE(CHARACTER_MAXIMUM_LENGTH, 0), TABLE_NAME, COALESCE(COLUMN_DEFAULT, '') FROM information_schema.COLUMNS`, "TABLE_SCHEMA", "TABLE_NAME", "ORDER BY TABLE_NAME, ORDINAL_POSITION")
	err := v.line.each(v.ctx, reading, q, func(r [][]byte) error {
		t := typed{name: string(r[1]), charset: string(r[5]), collation: string(r[6])}
		full, extra := string(r[2]), strings.ToLower(string(r[7]))
		t.kind = kinds[t.name]
		t.unsigned = strings.Contains(full, "unsigned")
		t.boolean = full == "tinyint(1)" || full == "bit(1)"
		computed := len(r[8]) > 0 || strings.Contains(extra, "virtual generated") || strings.Contains(extra, "stored generated")
		t.touched = strings.Contains(extra, "on update")
		t.undated = dates(t.kind) && strings.HasPrefix(strings.Trim(string(r[11]), "'"), "0000-00-00")
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
		table := string(r[10])
		out[table] = append(out[table], relational.Column{Name: string(r[0]), Type: full, Class: t.class(), Own: t, NotNull: string(r[3]) == "NO", Computed: computed})
		return nil
	})
	return out, err
}

// documents are the columns, by table, that a check makes JSON; MySQL has a type for it.
func (v *view) documents(of some) (map[string]map[string]bool, error) {
	out := map[string]map[string]bool{}
	if !v.store.server.maria {
		return out, nil
	}
	q := of.asked("SELECT TABLE_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA", "TABLE_NAME", "")
	return out, v.line.each(v.ctx, reading, q, func(r [][]byte) error {
		if name, ok := strings.CutPrefix(string(r[1]), "json_valid(`"); ok {
			table := string(r[0])
			if out[table] == nil {
				out[table] = map[string]bool{}
			}
			out[table][strings.TrimSuffix(name, "`)")] = true
		}
		return nil
	})
}

// key is one index of a table.
type key struct {
	name    string
	columns []string // "": an expression
	unique  bool
	part    bool // of some column the beginning alone, or an expression
	nulls   bool
}

// keys reads indexes by table, the primary key first.
func (v *view) keys(of some) (map[string][]key, error) {
	out := map[string][]key{}
	q := of.asked("SELECT INDEX_NAME, NON_UNIQUE, COALESCE(COLUMN_NAME, ''), SUB_PART IS NOT NULL, COALESCE(NULLABLE, ''), TABLE_NAME FROM information_schema.STATISTICS", "TABLE_SCHEMA", "TABLE_NAME",
		"AND INDEX_TYPE IN ('BTREE', 'HASH') ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX")
	err := v.line.each(v.ctx, reading, q, func(r [][]byte) error {
		table := string(r[5])
		all := out[table]
		if len(all) == 0 || all[len(all)-1].name != string(r[0]) {
			all = append(all, key{name: string(r[0]), unique: string(r[1]) == "0"})
		}
		k, column := &all[len(all)-1], string(r[2])
		k.columns = append(k.columns, column)
		k.part = k.part || string(r[3]) == "1" || column == ""
		k.nulls = k.nulls || string(r[4]) == "YES"
		out[table] = all
		return nil
	})
	return out, err
}
