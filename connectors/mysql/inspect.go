package mysql

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Inspect reads the live schema, views included and marked as such: of the database, and of others of the server on which the account was
// granted something by name, whose tables are named with their database.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	out := &connectors.Schema{}
	err := s.reading(ctx, s.pool, func(v *view) error {
		if err := v.line.run(ctx, s.arrive()); err != nil {
			return err
		}
		return v.inspect(out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// listed gives the tables and views.
const listed = `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, COALESCE(TABLE_ROWS, -1), COALESCE((SELECT e.TRANSACTIONS FROM information_schema.ENGINES AS e WHERE e.ENGINE = t.ENGINE), ''),
	COALESCE(CREATE_OPTIONS, '') LIKE '%partitioned%' FROM information_schema.TABLES AS t
WHERE TABLE_SCHEMA = ` + opened + "1" + closed + ` OR TABLE_SCHEMA IN (SELECT TABLE_SCHEMA FROM information_schema.SCHEMA_PRIVILEGES UNION SELECT TABLE_SCHEMA FROM information_schema.TABLE_PRIVILEGES)
ORDER BY TABLE_SCHEMA <> ` + opened + "1" + closed + `, TABLE_SCHEMA, TABLE_NAME`

// systems are databases no application keeps anything in.
var systems = []string{"mysql", "information_schema", "performance_schema", "sys"}

func (v *view) inspect(out *connectors.Schema) error {
	type found struct {
		schema, name string
		about        connectors.SchemaCollection
	}
	var all []found
	err := v.line.each(v.ctx, reading, query{SQL: listed, Args: []any{v.store.name}}, func(row [][]byte) error {
		f := found{schema: string(row[0]), name: string(row[1])}
		kind := string(row[2])
		f.about = connectors.SchemaCollection{Name: v.called(f.schema, f.name), View: strings.Contains(kind, "VIEW"), Versioned: strings.Contains(kind, "VERSIONED"), Partitioned: string(row[5]) == "1"}
		f.about.Unsafe = !f.about.View && string(row[4]) != "YES"
		f.about.Rows, _ = strconv.ParseInt(string(row[3]), 10, 64) // the server's estimate
		if f.schema != v.store.own() && !slices.Contains(systems, f.schema) {
			all = append(all, f)
		}
		return nil
	})
	for _, f := range all {
		if err != nil {
			return err
		}
		err = v.describe(f.schema, f.name, &f.about)
		out.Collections = append(out.Collections, f.about)
	}
	if err != nil {
		return err
	}
	return v.line.each(v.ctx, reading, query{SQL: "SELECT @@log_bin"}, func(row [][]byte) error {
		if string(row[0]) == "1" {
			out.Feeds = append(out.Feeds, connectors.Feed{Name: "binary log", Kind: "binlog"})
		}
		return nil
	})
}

// called is how a table is named from the database of the address.
func (v *view) called(schema, table string) string {
	if schema == v.store.name {
		return table
	}
	return schema + "." + table
}

// guessed is above how many rows the server's estimate is taken for their number.
const guessed = 100_000

func (v *view) describe(schema, name string, c *connectors.SchemaCollection) error {
	columns, err := v.columns(schema, name)
	if err != nil {
		return err
	}
	for _, col := range columns {
		own := typeOf(col)
		c.Fields = append(c.Fields, connectors.SchemaField{Name: col.Name, Type: col.Type, NotNull: own.notNull, Generated: own.computed, Family: own.family(), Length: own.length})
	}
	if c.View {
		c.Rows = -1
		return nil
	}
	if c.Rows <= guessed {
		err := v.line.each(v.ctx, "counting rows", query{SQL: "SELECT count(*) FROM " + quote(schema) + "." + quote(name)}, func(row [][]byte) (err error) {
			c.Rows, err = strconv.ParseInt(string(row[0]), 10, 64)
			return err
		})
		if n := number(err); n == 1142 || n == 1143 { // staff, say, which is no business of the executor's
			c.Rows, err = -1, nil
		}
		if err != nil {
			return err
		}
	}
	for _, f := range []func(schema, name string, c *connectors.SchemaCollection) error{v.describeKeys, v.describeReferences, v.describeTriggers} {
		if err := f(schema, name, c); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) describeKeys(schema, name string, c *connectors.SchemaCollection) error {
	keys, err := v.keys(schema, name)
	for _, k := range keys {
		whole := k.columns
		if i := slices.Index(whole, ""); i >= 0 {
			whole = whole[:i]
		}
		if len(whole) > 0 {
			c.Indexes = append(c.Indexes, whole)
		}
		switch {
		case !k.unique || k.part:
		case k.name == "PRIMARY":
			c.Key = k.columns
		default:
			c.Unique = append(c.Unique, k.columns)
		}
	}
	return err
}

func (v *view) describeReferences(schema, name string, c *connectors.SchemaCollection) error {
	refs, err := v.references("k.TABLE_SCHEMA = "+placeholder(1)+" AND k.TABLE_NAME = "+placeholder(2), schema, name)
	for _, r := range refs {
		c.References = append(c.References, connectors.Reference{Fields: r.from, Target: v.called(r.toSchema, r.toTable), Targets: r.to, OnDelete: r.onDelete, OnUpdate: r.onUpdate})
	}
	return err
}

func (v *view) describeTriggers(schema, name string, c *connectors.SchemaCollection) error {
	q := query{Args: []any{schema, name}, SQL: "SELECT TRIGGER_NAME, LOWER(EVENT_MANIPULATION), ACTION_STATEMENT FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = " + placeholder(1) +
		" AND EVENT_OBJECT_TABLE = " + placeholder(2) + " ORDER BY TRIGGER_NAME, EVENT_MANIPULATION"}
	return v.line.each(v.ctx, reading, q, func(row [][]byte) error {
		if guard := string(row[0]); !strings.HasPrefix(guard, "dossier_") {
			c.Triggers = append(c.Triggers, connectors.Trigger{Name: guard, On: string(row[1]), Writes: v.writes(string(row[2])), Unread: calls.MatchString(remark.ReplaceAllString(string(row[2]), " "))})
		}
		return nil
	})
}

var (
	remark    = regexp.MustCompile(`--[^\n]*|#[^\n]*|(?s:/\*.*?\*/)|'(?:[^'\\]|''|\\.)*'`)
	writtenTo = regexp.MustCompile("(?i)\\b(?:insert(?:\\s+(?:ignore|low_priority|delayed|high_priority))*(?:\\s+into)?|replace\\s+into|update(?:\\s+ignore)?|delete\\s+from)\\s+((?:(?:`(?:[^`]|``)+`|[\\p{L}_][\\p{L}\\p{N}_$]*)\\s*\\.\\s*)?(?:`(?:[^`]|``)+`|[\\p{L}_][\\p{L}\\p{N}_$]*))")
	calls     = regexp.MustCompile(`(?i)\bcall\s`)
	part      = regexp.MustCompile("`(?:[^`]|``)+`|[^`.\\s]+")
)

// writes finds the tables written to in the text of a trigger. What procedures it calls write is not seen.
func (v *view) writes(body string) []string {
	var out []string
	for _, m := range writtenTo.FindAllStringSubmatch(remark.ReplaceAllString(body, " "), -1) {
		var names []string
		for _, p := range part.FindAllString(m[1], -1) {
			if inner, ok := strings.CutPrefix(p, "`"); ok {
				p = strings.ReplaceAll(strings.TrimSuffix(inner, "`"), "``", "`")
			}
			names = append(names, p)
		}
		n := names[0]
		if len(names) > 1 {
			n = v.called(names[0], names[1])
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

var _ connectors.Inspector = (*store)(nil)
