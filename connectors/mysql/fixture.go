package mysql

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

// Load lays tables out, in place of what they held. A table that is missing, or lacks a field, is made anew from the values of its rows:
// id is its key where every row has a number for it, else a number nobody sees; fields whose names end in _ci ignore the case of letters.
func (s *store) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	defer s.catalog.Forget()
	return with(ctx, s.pool, func(l *line) error {
		for _, at := range slices.Sorted(maps.Keys(rows)) {
			if err := s.load(ctx, l, at, rows[at]); err != nil {
				return fmt.Errorf("laying out %s: %w", at, err)
			}
		}
		return nil
	})
}

func (s *store) load(ctx context.Context, l *line, at string, rows []connectors.Row) error {
	fields := map[string]bool{}
	for _, r := range rows {
		for f := range r {
			fields[f] = true
		}
	}
	names := slices.Sorted(maps.Keys(fields))
	have, err := s.view(ctx, l).readTable(at)
	if err != nil && !errors.Is(err, connectors.ErrNoCollection) {
		return err
	}
	lacks := have == nil || slices.ContainsFunc(names, func(n string) bool {
		return !slices.ContainsFunc(have.Columns, func(c relational.Column) bool { return c.Name == n })
	})
	switch {
	case have == nil && len(names) == 0:
		return nil // nothing is known of it, and nothing is in it
	case lacks:
		if have != nil {
			err = l.run(ctx, "DROP TABLE IF EXISTS "+quote(s.own())+"."+quote(have.pinName())+", "+quote(s.own())+"."+quote(have.heldName()), "DROP TABLE "+have.base().Table(dialect{}))
		}
		if err == nil || errors.Is(err, connectors.ErrNoCollection) {
			err = l.run(ctx, s.create(at, names, rows))
		}
		if err != nil {
			return err
		}
		if have, err = s.ready(ctx, l, at); err != nil {
			return err
		}
	default:
		emptying := []string{"DELETE FROM " + have.base().Table(dialect{})}
		if have.held {
			emptying = append(emptying, "DELETE FROM "+s.marks()+" WHERE in_table = "+literal(have.address()), "DELETE FROM "+have.Arms[1].Table(dialect{}))
		}
		if err := l.run(ctx, emptying...); err != nil {
			return err
		}
	}
	return s.fill(ctx, l, have, rows)
}

// ready makes it possible to restrict rows of a table that has a key.
func (s *store) ready(ctx context.Context, l *line, at string) (*table, error) {
	v := s.view(ctx, l)
	t, err := v.readTable(at)
	if err != nil || len(t.key) == 0 {
		return t, err
	}
	common, err := v.common()
	if err != nil {
		return nil, err
	}
	more, err := v.installing(t)
	if err != nil {
		return nil, err
	}
	if err := l.run(ctx, append(common, more...)...); err != nil {
		return nil, err
	}
	return s.view(ctx, l).readTable(at)
}

// create writes the table that rows fit into.
func (s *store) create(at string, names []string, rows []connectors.Row) string {
	cols, key := []string{}, ""
	plain, folding := "utf8mb4_0900_bin", "utf8mb4_0900_as_ci"
	if s.server.maria {
		plain, folding = "utf8mb4_nopad_bin", "utf8mb4_unicode_520_nopad_ci"
	}
	for _, n := range names {
		t := typeFor(n, rows)
		switch {
		case t != "LONGTEXT":
		case strings.HasSuffix(n, "_ci"):
			t += " CHARACTER SET utf8mb4 COLLATE " + folding
		default:
			t += " CHARACTER SET utf8mb4 COLLATE " + plain
		}
		if n == "id" && !slices.ContainsFunc(rows, func(r connectors.Row) bool { _, ok := r[n].(int64); return !ok }) {
			key = n
		}
		cols = append(cols, quote(n)+" "+t)
	}
	if key == "" {
		key = "dossier_row"
		cols = append(cols, key+" BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE")
	}
	return "CREATE TABLE " + quote(s.name) + "." + quote(at) + " (" + strings.Join(cols, ", ") + ", PRIMARY KEY (" + quote(key) + ")) ENGINE=InnoDB"
}

// typeFor is the type under which values of a field come back as they were.
func typeFor(name string, rows []connectors.Row) string {
	t := "LONGTEXT"
	for _, r := range rows {
		switch r[name].(type) {
		case bool:
			t = "TINYINT(1)"
		case int64:
			t = "BIGINT"
		case float64:
			t = "DOUBLE"
		case []byte:
			t = "LONGBLOB"
		case time.Time:
			t = "TIMESTAMP(6) NULL DEFAULT NULL"
		case connectors.Decimal:
			t = "DECIMAL(65,30)"
		case connectors.JSON:
			t = "JSON"
		}
	}
	return t
}

func (s *store) fill(ctx context.Context, l *line, t *table, rows []connectors.Row) error {
	w := &work{ctx: ctx, store: s, line: l, view: s.view(ctx, l)}
	for _, r := range rows {
		st := w.about(t, t.base())
		var cols, values []string
		for _, f := range slices.Sorted(maps.Keys(r)) {
			col, err := t.Column(f)
			if err != nil {
				return err
			}
			v, err := st.d.Bound(col, r[f], st.Bind)
			if err != nil {
				return err
			}
			cols, values = append(cols, quote(f)), append(values, v)
		}
		if _, err := l.exec(ctx, "inserting", st.query("INSERT INTO "+t.base().Table(st.d)+" ("+strings.Join(cols, ", ")+") VALUES ("+strings.Join(values, ", ")+")")); err != nil {
			return err
		}
	}
	return nil
}

// Dump reads every table back, and bytes of any size as bytes.
func (s *store) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	schema, err := s.Inspect(ctx)
	if err != nil {
		return nil, err
	}
	var out map[string][]connectors.Row
	err = s.reading(ctx, s.pool, func(v *view) error {
		out, err = cells.Dump(reader{}, v.dialect(), v.relational, schema.Collections, func(q query, row func([][]byte) error) error { return v.line.each(ctx, "reading rows", q, row) })
		return err
	})
	return out, err
}

var _ connectors.Fixture = (*store)(nil)
