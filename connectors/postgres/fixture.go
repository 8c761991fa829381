package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
)

// folding is a collation that tells no capitals from small letters, for fields whose names end in _ci.
const folding = "dossier_ci"

// Load lays tables out, in place of what they held. A table that is missing, or lacks a field, is made anew from the values of its rows:
// id is its key where every row has a number for it, and fields whose names end in _ci ignore the case of letters.
func (s *store) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	defer s.catalog.Forget()
	return with(ctx, s.pool, func(l *line) error {
		if err := l.send(ctx, run("SET client_min_messages = warning"), run("BEGIN")); err != nil {
			return err
		}
		err := l.send(ctx, run("CREATE COLLATION IF NOT EXISTS "+folding+" (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"))
		for _, at := range slices.Sorted(maps.Keys(rows)) {
			if err == nil {
				err = load(ctx, l, at, rows[at])
			}
		}
		if err != nil {
			return errors.Join(err, ignore(l.send(context.WithoutCancel(ctx), run("ROLLBACK"))))
		}
		return l.send(ctx, run("COMMIT"))
	})
}

func load(ctx context.Context, l *line, at string, rows []connectors.Row) error {
	fields := map[string]bool{}
	for _, r := range rows {
		for f := range r {
			fields[f] = true
		}
	}
	names := slices.Sorted(maps.Keys(fields))
	have, err := readTable(ctx, l, at)
	if err != nil && !errors.Is(err, connectors.ErrNoCollection) {
		return err
	}
	table := quote(at)
	if have != nil {
		table = have.base().Table(dialect{})
	}
	lacks := have == nil || slices.ContainsFunc(names, func(n string) bool {
		return !slices.ContainsFunc(have.Columns, func(c relational.Column) bool { return c.Name == n })
	})
	switch {
	case have == nil && len(names) == 0:
		return nil // nothing is known of it, and nothing is in it
	case !lacks:
		err = l.send(ctx, run("DELETE FROM "+table))
	default:
		drop := []ask{run("DROP TABLE IF EXISTS " + table + " CASCADE")}
		if have != nil && have.held != nil {
			drop = append(drop, run("DROP TABLE "+have.Arms[1].Table(dialect{})))
		}
		if have != nil && have.guarded {
			drop = append(drop, run("DROP TABLE "+have.guardedTable()))
		}
		err = l.send(ctx, append(drop, run(create(table, names, rows)))...)
	}
	if err != nil {
		return fmt.Errorf("laying out %s: %w", at, err)
	}
	if have, err = ready(ctx, l, at); err != nil {
		return fmt.Errorf("laying out %s: %w", at, err)
	}
	var asks []ask
	for _, r := range rows {
		a, err := have.insert(r)
		if err != nil {
			return fmt.Errorf("laying out %s: %w", at, err)
		}
		asks = append(asks, a)
	}
	for part := range slices.Chunk(asks, 500) {
		if err := l.send(ctx, part...); err != nil {
			return fmt.Errorf("laying out %s: %w", at, err)
		}
	}
	return nil
}

// ready makes it possible to restrict rows of a table that has a key, and lifts what is restricted.
func ready(ctx context.Context, l *line, at string) (*table, error) {
	t, err := readTable(ctx, l, at)
	if err != nil || len(t.key) == 0 {
		return t, err
	}
	if t.held != nil && t.guarded {
		return t, l.send(ctx, run("DELETE FROM "+marksTable+" WHERE in_table = $1", t.address()), run("DELETE FROM "+t.Arms[1].Table(dialect{})), run("DELETE FROM "+t.guardedTable()))
	}
	v := (&catalog{}).view(ctx, l)
	var asks []ask
	for _, method := range []string{methodMove, methodPolicies} {
		common, err := v.common(method)
		if err != nil {
			return nil, err
		}
		more, err := v.lacks(t, method)
		if err != nil {
			return nil, err
		}
		for _, text := range append(common, more...) {
			asks = append(asks, run(text))
		}
	}
	if err := l.send(ctx, asks...); err != nil {
		return nil, err
	}
	return readTable(ctx, l, at)
}

// create writes the table that rows fit into.
func create(table string, names []string, rows []connectors.Row) string {
	var cols []string
	for _, n := range names {
		t := typeFor(n, rows)
		col := quote(n) + " " + t.cast
		if strings.HasSuffix(n, "_ci") && t.kind == text {
			col += " COLLATE " + folding
		}
		if n == "id" && !slices.ContainsFunc(rows, func(r connectors.Row) bool { _, ok := r[n].(int64); return !ok }) {
			col += " PRIMARY KEY"
		}
		cols = append(cols, col)
	}
	return "CREATE TABLE " + table + " (" + strings.Join(cols, ", ") + ")"
}

// typeFor is the type under which values of a field come back as they were.
func typeFor(name string, rows []connectors.Row) typed {
	t := typed{kind: text, cast: "text"}
	for _, r := range rows {
		switch r[name].(type) {
		case bool:
			t = typed{kind: boolean, cast: "boolean"}
		case int64:
			t = typed{kind: whole, name: "int8", cast: "bigint"}
		case float64:
			t = typed{kind: inexact, cast: "double precision"}
		case []byte:
			t = typed{kind: raw, cast: "bytea"}
		case time.Time:
			t = typed{kind: instant, cast: "timestamptz"}
		case connectors.Decimal:
			t = typed{kind: exact, cast: "numeric"}
		case connectors.JSON:
			t = typed{kind: nested, cast: "json"}
		}
	}
	return t
}

func (t *table) insert(r connectors.Row) (ask, error) {
	s := t.on()
	var cols, values []string
	for _, f := range slices.Sorted(maps.Keys(r)) {
		col, err := t.Column(f)
		if err != nil {
			return ask{}, err
		}
		v, err := dialect{}.Bound(col, r[f], s.Bind)
		if err != nil {
			return ask{}, err
		}
		cols, values = append(cols, quote(f)), append(values, v)
	}
	table := t.base().Table(dialect{})
	text := "INSERT INTO " + table + " (" + strings.Join(cols, ", ") + ") VALUES (" + strings.Join(values, ", ") + ")"
	if len(cols) == 0 {
		text = "INSERT INTO " + table + " DEFAULT VALUES"
	}
	return s.ask("inserting", text), nil
}

// Dump reads every table back, and every bytea of any size as bytes.
func (s *store) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	schema, err := s.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	var out map[string][]connectors.Row
	err = s.reading(ctx, s.pool, func(v *view) error {
		out, err = cells.Dump(reader{}, dialect{}, v.relational, schema.Collections, func(q query, row func([][]byte) error) error { return v.line.each(ctx, "reading rows", q, row) })
		return err
	})
	return out, err
}

var _ connectors.Fixture = (*store)(nil)
