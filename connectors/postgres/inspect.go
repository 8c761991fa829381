package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Inspect reads the live schema, views included and marked as such, in one snapshot. Partitions are parts of their table, and not
// listed beside it. The names of tables that stand outside the account's search path begin with their schema.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	out := &connectors.Schema{}
	err := s.reading(ctx, s.pool, func(v *view) error { return v.inspect(out) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// ownSchema is where the executor keeps what is its own.
const ownSchema = "dossier"

// described gives each table as one JSON object.
const described = `WITH mine AS (
	SELECT c.oid, c.relnamespace, c.relkind, c.reltuples, CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname AS name
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', $1) AND n.nspname !~ '^pg_(toast|temp)')
SELECT json_build_object('Name', m.name, 'View', m.relkind IN ('v', 'm', 'f'), 'Rows', CASE WHEN m.relkind IN ('r', 'p') THEN m.reltuples::int8 ELSE -1 END,
	'Closed', NOT (has_schema_privilege(m.relnamespace, 'USAGE') AND has_table_privilege(m.oid, 'SELECT')),
	'Fields', (SELECT json_agg(json_build_object('Name', a.attname, 'Type', format_type(a.atttypid, a.atttypmod), 'NotNull', a.attnotnull,
		'Generated', a.attgenerated <> '' OR a.attidentity = 'a') ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = m.oid AND a.attnum > 0 AND NOT a.attisdropped),
	'Keys', (SELECT json_agg(json_build_object('Primary', i.indisprimary, 'Unique', i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL, 'Columns',
		(SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(att, n)
			LEFT JOIN pg_attribute AS a ON a.attrelid = m.oid AND a.attnum = k.att AND k.att > 0 WHERE k.n <= i.indnkeyatts)) ORDER BY i.indexrelid)
		FROM pg_index AS i WHERE i.indrelid = m.oid AND i.indisvalid),
	'References', (SELECT json_agg(json_build_object('Target', CASE WHEN pg_table_is_visible(f.confrelid) THEN '' ELSE tn.nspname || '.' END || t.relname,
		'Fields', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.att),
		'Targets', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.att),
		'OnDelete', f.confdeltype, 'OnUpdate', f.confupdtype, 'Deferred', f.condeferred) ORDER BY f.oid)
		FROM pg_constraint AS f JOIN pg_class AS t ON t.oid = f.confrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace WHERE f.conrelid = m.oid AND f.contype = 'f' AND NOT t.relispartition),
	'Triggers', (SELECT json_agg(json_build_object('Name', g.tgname, 'Kind', g.tgtype, 'Body', p.prosrc) ORDER BY g.tgname)
		FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid JOIN pg_namespace AS pn ON pn.oid = p.pronamespace
		WHERE g.tgrelid = m.oid AND NOT g.tgisinternal AND pn.nspname <> $1 AND g.tgenabled <> 'D'))
FROM mine AS m ORDER BY m.name`

// told is one table as the database describes it.
type told struct {
	connectors.SchemaCollection
	Closed bool // the account may not read it: staff, say, which is no business of the executor's
	Keys   []struct {
		Primary, Unique bool
		Columns         []*string // nil: an expression
	}
	Triggers []struct {
		Name, Body string
		Kind       int
	}
}

func (v *view) inspect(out *connectors.Schema) error {
	var closed []bool
	err := v.line.each(v.ctx, "reading the schema", query{SQL: described, Args: []any{ownSchema}}, func(row [][]byte) error {
		var t told
		if err := json.Unmarshal(row[0], &t); err != nil {
			return fmt.Errorf("reading the schema: %w", err)
		}
		out.Collections = append(out.Collections, t.collection())
		closed = append(closed, t.Closed)
		return nil
	})
	if err != nil {
		return err
	}
	return v.number(out, closed)
}

var actions = map[string]string{"a": "no action", "r": "restrict", "c": "cascade", "n": "set null", "d": "set default"}

func (t told) collection() connectors.SchemaCollection {
	c := t.SchemaCollection
	for _, k := range t.Keys {
		var cols []string
		for _, name := range k.Columns {
			if name == nil {
				break
			}
			cols = append(cols, *name)
		}
		if len(cols) > 0 {
			c.Indexes = append(c.Indexes, cols)
		}
		switch {
		case k.Primary:
			c.Key = cols
		case k.Unique && len(cols) == len(k.Columns):
			c.Unique = append(c.Unique, cols)
		}
	}
	for i, r := range c.References {
		c.References[i].OnDelete, c.References[i].OnUpdate = actions[r.OnDelete], actions[r.OnUpdate]
	}
	for _, g := range t.Triggers {
		for _, e := range []struct {
			bit int
			on  string
		}{{4, "insert"}, {8, "delete"}, {16, "update"}} {
			if g.Kind&e.bit != 0 {
				c.Triggers = append(c.Triggers, connectors.Trigger{Name: g.Name, On: e.on, Writes: writes(g.Body)})
			}
		}
	}
	return c
}

// guessed is above how many rows the database's estimate is taken for their number.
const guessed = 100_000

// number counts the rows of tables that are small, or of which nothing is known.
func (v *view) number(out *connectors.Schema, closed []bool) error {
	var parts []string
	for i := range out.Collections {
		c := &out.Collections[i]
		switch {
		case c.View || c.Rows > guessed:
			continue
		case closed[i]:
			c.Rows = -1
			continue
		}
		t, err := v.table(connectors.Collection{Name: c.Name, At: c.Name})
		if err != nil {
			return err
		}
		parts = append(parts, fmt.Sprintf("SELECT %d, count(*) FROM %s", i, t.base().Table(dialect{})))
	}
	if len(parts) == 0 {
		return nil
	}
	return v.line.each(v.ctx, "counting rows", query{SQL: strings.Join(parts, "\nUNION ALL ")}, func(row [][]byte) error {
		i, err := strconv.Atoi(string(row[0]))
		if err == nil {
			out.Collections[i].Rows, err = strconv.ParseInt(string(row[1]), 10, 64)
		}
		return err
	})
}

var (
	remark    = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)|'(?:[^']|'')*'`)
	writtenTo = regexp.MustCompile(`(?i)\b(?:insert\s+into|update(?:\s+only)?|delete\s+from(?:\s+only)?)\s+((?:(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\.)?(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*))`)
)

// writes finds the tables written to in the text of a trigger's function. What it puts together at run time is not seen.
func writes(body string) []string {
	var out []string
	for _, m := range writtenTo.FindAllStringSubmatch(remark.ReplaceAllString(body, " "), -1) {
		var parts []string
		for _, p := range strings.Split(m[1], ".") {
			if n, quoted := strings.CutPrefix(p, `"`); quoted {
				parts = append(parts, strings.ReplaceAll(strings.TrimSuffix(n, `"`), `""`, `"`))
			} else {
				parts = append(parts, strings.ToLower(p))
			}
		}
		if n := strings.Join(parts, "."); n != "set" && !slices.Contains(out, n) { // ON CONFLICT DO UPDATE SET
			out = append(out, n)
		}
	}
	return out
}

var _ connectors.Inspector = (*store)(nil)
