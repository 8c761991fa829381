package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// table is what the connector knows of one table.
type table struct {
	relational.Table
	schema  string
	oid     string
	key     []string // primary key, in its order
	named   bool     // rows are named by a key, else by where they stand
	parents []string // oids of tables rows refer to by foreign keys
	held    *heldTable
	guarded bool // rows can be blocked where they are
}

func (t *table) Title() string { return t.Name }

func (t *table) ID() string { return t.oid }

func (t *table) Parents() []string { return t.parents }

// base is where applications see the rows.
func (t *table) base() relational.Arm { return t.Arms[0] }

// physical are the columns that name a row where no key does.
var physical = []string{"tableoid", "ctid"}

// find looks for a table by its name, exact or else in small letters, in the schema named or else where the account looks.
const find = `SELECT c.oid, n.nspname, c.relname, c.relkind,
	EXISTS (SELECT 1 FROM pg_inherits WHERE inhparent = c.oid) AND c.relkind = 'r',
	ARRAY(SELECT DISTINCT confrelid FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f')::text
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (
	(c.relname = $1 OR lower(c.relname) = lower($1)) AND pg_table_is_visible(c.oid)
	OR n.nspname = $2 AND (c.relname = $3 OR lower(c.relname) = lower($3)))
ORDER BY c.relname IN ($1, $3) DESC, n.nspname = $2 LIMIT 1`

// columns reads columns with their types, those of domains followed to what they are domains over.
const columns = `WITH RECURSIVE base(att, oid) AS (
	SELECT attnum, atttypid FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped
	UNION ALL SELECT b.att, t.typbasetype FROM base AS b JOIN pg_type AS t ON t.oid = b.oid WHERE t.typtype = 'd')
SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typname, t.typtype, t.typcategory,
	CASE t.typname WHEN 'bpchar' THEN 'bpchar' WHEN 'bit' THEN 'varbit' ELSE format_type(t.oid, NULL) END,
	CASE WHEN a.atttypid = t.oid THEN format_type(t.oid, a.atttypmod) ELSE format_type(t.oid, NULL) END,
	(SELECT json_agg(enumlabel) FROM pg_enum WHERE enumtypid = t.oid), a.attnotnull, a.attgenerated <> '',
	CASE WHEN o.oid IS NOT NULL THEN quote_ident(p.nspname) || '.' || quote_ident(o.collname) END, coalesce(NOT o.collisdeterministic, FALSE),
	EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = a.attrelid AND contype = 'f' AND a.attnum = ANY(conkey)), a.attidentity = 'a'
FROM base AS b JOIN pg_attribute AS a ON a.attrelid = $1::oid AND a.attnum = b.att JOIN pg_type AS t ON t.oid = b.oid AND t.typtype <> 'd'
	LEFT JOIN pg_collation AS o ON o.oid = a.attcollation LEFT JOIN pg_namespace AS p ON p.oid = o.collnamespace
ORDER BY a.attnum`

// uniques reads the keys no two rows share, the primary key first.
const uniques = `SELECT i.indisprimary, json_agg(a.attname ORDER BY k.n), bool_and(a.attnotnull)
FROM pg_index AS i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attnum = k.att AND k.att > 0
WHERE i.indrelid = $1::oid AND a.attrelid = i.indrelid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND k.n <= i.indnkeyatts
GROUP BY i.indexrelid, i.indisprimary ORDER BY i.indisprimary DESC, i.indexrelid`

// readTable reads one table; ErrNoCollection where there is none.
func readTable(ctx context.Context, l *line, at string) (*table, error) {
	const doing = "reading the schema"
	schema, name, _ := strings.Cut(at, ".")
	var t *table
	var kind string
	inherited := false
	err := l.each(ctx, doing, query{SQL: find, Args: []any{at, schema, name}}, func(r [][]byte) error {
		t = &table{oid: string(r[0]), schema: string(r[1]), Table: relational.Table{Name: string(r[2])}}
		kind, inherited = string(r[3]), string(r[4]) == "t"
		t.parents = strings.FieldsFunc(string(r[5]), func(c rune) bool { return strings.ContainsRune("{,}", c) })
		return nil
	})
	if err != nil {
		return nil, err
	}
	if t == nil {
		return nil, fmt.Errorf("table %s: %w", at, connectors.ErrNoCollection)
	}
	if err := usable(at, kind); err != nil {
		return nil, err
	}
	var primary, filled []string
	err = l.send(ctx,
		ask{query{SQL: columns, Args: []any{t.oid}}, doing, t.column, nil},
		ask{query{SQL: uniques, Args: []any{t.oid}}, doing, func(r [][]byte) error {
			key := texts(r[1])
			switch {
			case inherited:
				return nil
			case string(r[0]) == "t":
				primary = key
			case string(r[2]) == "t" && filled == nil:
				filled = key
			}
			t.Unique = append(t.Unique, key)
			return nil
		}, nil})
	if err != nil {
		return nil, err
	}
	t.key = primary
	identity := primary
	if identity == nil {
		identity = filled
	}
	if t.named = identity != nil; !t.named {
		identity = physical
	}
	t.Arms = []relational.Arm{{Schema: t.schema, From: t.Name, Identity: identity}}
	return t, t.readHeld(ctx, l)
}

func (t *table) column(r [][]byte) error {
	own := typed{name: string(r[2]), cast: string(r[5]), full: string(r[6]), labels: texts(r[7]), collation: string(r[10]), folds: string(r[11]) == "t"}
	switch {
	case string(r[3]) == "e":
		own.kind = enum
	case string(r[4]) == "A":
		own.kind = array
	default:
		own.kind = kinds[own.name]
	}
	t.Columns = append(t.Columns, relational.Column{Name: string(r[0]), Type: string(r[1]), Class: own.class(), Own: own,
		NotNull: string(r[8]) == "t", Computed: string(r[9]) == "t", Points: string(r[12]) == "t", Numbered: string(r[13]) == "t"})
	t.Collated = t.Collated || own.folds || own.name == "citext"
	return nil
}

// usable refuses what is no table of its own.
func usable(at, kind string) error {
	var why string
	switch kind {
	case "v":
		why = "is a view, whose rows belong to other tables; map those, and the rows are found where they are kept"
	case "m":
		why = "is a materialised view, which shows what other tables held when it was refreshed; map those, and refresh it" //nolint:misspell // prose
	case "f":
		why = "is a foreign table, whose rows are kept by another server; make that a system of the map"
	default:
		return nil
	}
	return connectors.Diagnostics{{Severity: connectors.Error, Path: at, Summary: at + " " + why}}
}

// own is what is known of a column, by name.
func (t *table) own(name string) typed {
	i := slices.IndexFunc(t.Columns, func(c relational.Column) bool { return c.Name == name })
	if i < 0 {
		return systemColumns[name]
	}
	return typeOf(t.Columns[i])
}

var systemColumns = map[string]typed{"tableoid": {kind: whole, name: "oid", cast: "oid"}, "ctid": {name: "tid", cast: "tid"}}
