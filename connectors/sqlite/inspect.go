package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Inspect reads the live schema, views included and marked as such, in one snapshot.
func (s *store) Inspect(ctx context.Context) (*connectors.Schema, error) {
	out := &connectors.Schema{}
	err := s.reading(ctx, func(v *view) error {
		names, err := v.collections()
		if err != nil {
			return err
		}
		for _, n := range names {
			c, err := v.inspect(n)
			if err != nil {
				return err
			}
			out.Collections = append(out.Collections, c)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// seen is a name in the schema.
type seen struct{ name, kind string }

// collections are the tables and views that are the application's own.
func (v *view) collections() ([]seen, error) {
	rows, err := v.conn.QueryContext(v.ctx, `SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow'
		AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '`+strings.ReplaceAll(ownPrefix, "_", `\_`)+`%' ESCAPE '\' ORDER BY name`)
	if err != nil {
		return nil, failure(v.ctx, "reading the schema", err)
	}
	defer rows.Close()
	var out []seen
	for rows.Next() {
		var s seen
		if err := rows.Scan(&s.name, &s.kind); err != nil {
			return nil, failure(v.ctx, "reading the schema", err)
		}
		out = append(out, s)
	}
	return out, failure(v.ctx, "reading the schema", rows.Err())
}

// ownPrefix begins the names of what the executor keeps in the file.
const ownPrefix = "dossier_"

func (v *view) inspect(n seen) (connectors.SchemaCollection, error) {
	c := connectors.SchemaCollection{Name: n.name, View: n.kind != "table", Rows: -1}
	err := v.fields(&c)
	if err == nil && !c.View {
		err = v.indexes(&c)
	}
	if err == nil && !c.View {
		err = v.references(&c)
	}
	if err == nil {
		err = v.triggers(&c)
	}
	if err == nil && !c.View {
		err = v.conn.QueryRowContext(v.ctx, "SELECT count(*) FROM "+dialect{}.Quote(n.name)).Scan(&c.Rows)
	}
	return c, failure(v.ctx, "reading the schema", err)
}

func (v *view) fields(c *connectors.SchemaCollection) error {
	rows, err := v.conn.QueryContext(v.ctx, `SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid`, c.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := map[int]string{}
	for rows.Next() {
		var f connectors.SchemaField
		var pk, hidden int
		if err := rows.Scan(&f.Name, &f.Type, &f.NotNull, &pk, &hidden); err != nil {
			return err
		}
		f.Generated, f.Family = hidden >= 2, declared(f.Type).family()
		if pk > 0 {
			keys[pk] = f.Name
		}
		c.Fields = append(c.Fields, f)
	}
	for i := 1; i <= len(keys); i++ {
		c.Key = append(c.Key, keys[i])
	}
	return rows.Err()
}

func (v *view) indexes(c *connectors.SchemaCollection) error {
	rows, err := v.conn.QueryContext(v.ctx, `SELECT l.name, l."unique" AND NOT l.partial, l.origin = 'pk', x.name
		FROM pragma_index_list(?1) AS l, pragma_index_xinfo(l.name) AS x WHERE x.key ORDER BY l.seq, x.seqno`, c.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	type index struct {
		columns         []string
		unique, primary bool
		whole           bool // every column is one of the table's
	}
	var all []*index
	last := ""
	for rows.Next() {
		var name string
		var column sql.NullString
		var i index
		if err := rows.Scan(&name, &i.unique, &i.primary, &column); err != nil {
			return err
		}
		if name != last {
			i.whole = true
			all, last = append(all, &i), name
		}
		now := all[len(all)-1]
		if now.whole = now.whole && column.Valid; now.whole {
			now.columns = append(now.columns, column.String)
		}
	}
	for _, i := range all {
		if len(i.columns) > 0 {
			c.Indexes = append(c.Indexes, i.columns)
		}
		if i.whole && i.unique && !i.primary {
			c.Unique = append(c.Unique, i.columns)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := collect(v.ctx, v.conn, &c.Caseless, `SELECT DISTINCT x.name FROM pragma_index_list(?1) AS l, pragma_index_xinfo(l.name) AS x
		WHERE x.seqno = 0 AND x.name IS NOT NULL AND NOT l.partial AND x.coll = 'NOCASE' ORDER BY x.name`, c.Name); err != nil {
		return err
	}
	if len(c.Key) == 1 && !slices.ContainsFunc(all, func(i *index) bool { return i.primary }) {
		c.Indexes = append(c.Indexes, c.Key) // the row number itself
	}
	return rows.Err()
}

func (v *view) references(c *connectors.SchemaCollection) error {
	rows, err := v.conn.QueryContext(v.ctx, `SELECT f.id, f."table", f."from", f."to", lower(f.on_delete), lower(f.on_update)
		FROM pragma_foreign_key_list(?1) AS f ORDER BY f.id, f.seq`, c.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	last := -1
	for rows.Next() {
		var r connectors.Reference
		var id int
		var from string
		var to sql.NullString
		if err := rows.Scan(&id, &r.Target, &from, &to, &r.OnDelete, &r.OnUpdate); err != nil {
			return err
		}
		if id != last {
			c.References, last = append(c.References, r), id
		}
		now := &c.References[len(c.References)-1]
		now.Fields = append(now.Fields, from)
		if to.Valid {
			now.Targets = append(now.Targets, to.String)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return v.completeReferences(c)
}
