package oracle

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/core/graph"
)

// eyes see what a case has laid out as applications do.
type eyes interface {
	// read is what an application reads of every table, each value as it is stored: by row and column. NULL is [nothing].
	read(ctx context.Context, e *estate) (map[*coll]map[string]map[string]string, error)
	// own is how many rows the executor has of its own.
	own(ctx context.Context) (int, error)
}

// nothing is how eyes see NULL.
const nothing = "null NULL"

// doors are the database files of a case, as an application opens them.
type doors map[string]*sql.DB

// way lays the systems out in files whose tables have the map's keys.
func (d doors) way(e *estate) way {
	open := func(t *testing.T, n int, system string) (connectors.Store, connectors.Description, error) {
		file := filepath.Join(t.TempDir(), fmt.Sprintf("%d-%s.db", n, system))
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			return nil, connectors.Description{}, err
		}
		db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: file}).EscapedPath())
		if err != nil {
			return nil, connectors.Description{}, err
		}
		d[system] = db
		for _, c := range e.colls {
			if c.sys.name != system {
				continue
			}
			if _, err := db.ExecContext(t.Context(), c.table()); err != nil {
				return nil, connectors.Description{}, err
			}
		}
		s, err := sqlite.Connector{}.Open(t.Context(), connectors.Config{"file": file})
		return s, sqlite.Connector{}.Describe(), err
	}
	return way{name: "sqlite", open: open, card: func(*connectors.Description) {}}
}

func (d doors) close() {
	for _, db := range d {
		_ = db.Close()
	}
}

// table is the statement that makes it.
func (c *coll) table() string {
	var cols []string
	for _, name := range c.columns() {
		kind := " TEXT"
		if slices.ContainsFunc(c.rows, func(r row) bool { _, is := r.v[name].(int64); return is }) {
			kind = " INTEGER"
		}
		cols = append(cols, name+kind)
	}
	return fmt.Sprintf("CREATE TABLE %s (%s, PRIMARY KEY (%s))", c.name, strings.Join(cols, ", "), strings.Join(c.key, ", "))
}

// read is what an application reads of every table, each value as it is stored, with its type: by row and column.
func (d doors) read(ctx context.Context, e *estate) (map[*coll]map[string]map[string]string, error) {
	out := map[*coll]map[string]map[string]string{}
	for _, c := range e.colls {
		var cols []string
		for _, name := range c.columns() {
			cols = append(cols, "typeof("+name+") || ' ' || quote("+name+")")
		}
		var key []string
		for _, k := range c.key {
			key = append(key, k+" || '|'")
		}
		var err error
		if out[c], err = c.stored(ctx, d[c.sys.name], "SELECT "+strings.Join(key, " || ")+", "+strings.Join(cols, ", ")+" FROM "+c.name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// stored are the rows of a query whose first column is the key and whose others are those of c.
func (c *coll) stored(ctx context.Context, db *sql.DB, query string) (map[string]map[string]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]map[string]string{}
	vs := make([]string, 1+len(c.columns()))
	into := make([]any, len(vs))
	for i := range vs {
		into[i] = &vs[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r := map[string]string{}
		for i, name := range c.columns() {
			r[name] = vs[1+i]
		}
		out[vs[0]] = r
	}
	return out, rows.Err()
}

// own is how many rows the executor has of its own in the files.
func (d doors) own(ctx context.Context) (int, error) {
	all := 0
	for _, db := range d {
		var names string
		if err := db.QueryRowContext(ctx, "SELECT coalesce(group_concat(name), '') FROM sqlite_schema WHERE type = 'table' AND name LIKE 'dossier\\_%' ESCAPE '\\'").Scan(&names); err != nil {
			return 0, err
		}
		for name := range strings.SplitSeq(names, ",") {
			if name == "" {
				continue
			}
			var n int
			if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+name).Scan(&n); err != nil {
				return 0, err
			}
			all += n
		}
	}
	return all, nil
}

// probe asks the store itself how many of rows of one collection an ordinary account can read, and change.
func (h *house) probe(ctx context.Context, c *coll, rows []at) (readable, writable int64, err error) {
	place := h.m.System(c.sys.name).Collection(c.name)
	p, is := connectors.As[connectors.Prober](h.stores[c.sys.name])
	if !is {
		return 0, 0, connectors.ErrNotSupported
	}
	var keys []connectors.Tuple
	for _, a := range rows {
		key := connectors.Tuple{}
		for _, k := range place.Key {
			key.Values = append(key.Values, a.row().v[k])
		}
		keys = append(keys, key)
	}
	return p.Probe(ctx, connectors.Selection{Collection: graph.Place(place), Any: []connectors.Match{{Fields: place.Key, Values: keys}}})
}

// probeAll tries all rows of every collection: those that are to be out of reach together, and the others; where a number is not what it should
// be, one by one. Where a trial is dear, it tries those of one collection, another each time.
func (h *house) probeAll(ctx context.Context, blocked func(at) bool, say func(a at, format string, args ...any)) {
	h.probed++
	for n, c := range h.e.colls {
		if h.way.dear && n != h.probed%len(h.e.colls) {
			continue
		}
		var groups [2][]at
		for i := range c.rows {
			a, g := at{c, i}, 0
			if blocked(a) {
				g = 1
			}
			groups[g] = append(groups[g], a)
		}
		for g, rows := range groups {
			if len(rows) == 0 {
				continue
			}
			want := int64(len(rows) * (1 - g))
			r, w, err := h.probe(ctx, c, rows)
			if err == nil && r == want && w == want {
				continue
			}
			say(rows[0], "with %d rows like it: an ordinary account reads %d and changes %d of them (%v)", len(rows)-1, r, w, err)
			for _, a := range rows {
				r, w, err := h.probe(ctx, c, []at{a})
				if one := int64(1 - g); err != nil || r != one || w != one {
					say(a, "an ordinary account reads %d and changes %d, wanted %d (%v)", r, w, one, err)
				}
			}
		}
	}
}
