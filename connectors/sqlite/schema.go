package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// table is what the connector knows of one table.
type table struct {
	relational.Table
	key   []string // primary key, in its order
	rowid string   // a name of the row number no column shadows; "" WITHOUT ROWID
	alias string   // the column that is the row number
	held  *heldTable
	// numbersOnce says that the row numbers of deleted rows are given to no other (AUTOINCREMENT).
	numbersOnce bool
}

// readTable reads one table of the main schema; ErrNoCollection where there is none.
func readTable(ctx context.Context, c *sql.Conn, at string) (*table, error) {
	name := strings.TrimPrefix(at, "main.")
	var kind, created string
	var without, strict bool
	err := c.QueryRowContext(ctx, `SELECT l.name, l.type, l.wr, l.strict, coalesce(s.sql, '') FROM pragma_table_list AS l
		LEFT JOIN sqlite_schema AS s ON s.name = l.name AND s.type IN ('table', 'view')
		WHERE l.schema = 'main' AND l.name = ?1 COLLATE NOCASE`, name).Scan(&name, &kind, &without, &strict, &created)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, fmt.Errorf("table %s: %w", at, connectors.ErrNoCollection)
	case err != nil:
		return nil, failure(ctx, "reading the schema", err)
	}
	if err := usable(at, kind); err != nil {
		return nil, err
	}
	t := &table{Table: relational.Table{Name: name, Collated: strings.Contains(strings.ToUpper(created), "COLLATE")}}
	if err := t.readColumns(ctx, c, strict); err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	if err := t.readUnique(ctx, c, without); err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	identity := t.key
	if !without {
		if t.rowid == "" {
			return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: name,
				Summary: "table " + name + " names columns rowid, oid and _rowid_, so that nothing is left to name its rows by"}}
		}
		identity = []string{t.rowid}
	}
	t.Arms = []relational.Arm{{From: name, Identity: identity}}
	if err := t.indexed(ctx, c, &t.Arms[0]); err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	t.numbersOnce = strings.Contains(strings.ToUpper(created), "AUTOINCREMENT")
	var points []string
	if err := collect(ctx, c, &points, `SELECT lower("from") FROM pragma_foreign_key_list(?1)`, name); err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	for i, col := range t.Columns {
		t.Columns[i].Points = slices.Contains(points, strings.ToLower(col.Name))
	}
	return t, failure(ctx, "reading the schema", t.readHeld(ctx, c))
}

// usable refuses what is no table of its own.
func usable(at, kind string) error {
	var why string
	switch kind {
	case "view":
		why = "is a view, whose rows belong to other tables; map those, and the rows are found where they are kept"
	case "virtual":
		why = "is a virtual table, whose rows are kept by its module; map the tables behind it"
	case "shadow":
		why = "belongs to a virtual table, which keeps it in order itself"
	default:
		return nil
	}
	return connectors.Diagnostics{{Severity: connectors.Error, Path: at, Summary: at + " " + why}}
}

func (t *table) readColumns(ctx context.Context, c *sql.Conn, strict bool) error {
	rows, err := c.QueryContext(ctx, `SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(?1) ORDER BY cid`, t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	keys := map[int]string{}
	taken := map[string]bool{}
	for rows.Next() {
		var col relational.Column
		var pk, hidden int
		if err := rows.Scan(&col.Name, &col.Type, &col.NotNull, &pk, &hidden); err != nil {
			return err
		}
		col.Class = declared(col.Type).class(strict)
		col.Computed = hidden >= 2
		t.Columns = append(t.Columns, col)
		taken[strings.ToLower(col.Name)] = true
		if pk > 0 {
			keys[pk] = col.Name
		}
	}
	for i := 1; i <= len(keys); i++ {
		t.key = append(t.key, keys[i])
	}
	for _, name := range []string{"rowid", "_rowid_", "oid"} {
		if !taken[name] {
			t.rowid = name
			break
		}
	}
	return rows.Err()
}

// readUnique reads the keys no two rows share, and whether the primary key is the row number itself.
func (t *table) readUnique(ctx context.Context, c *sql.Conn, without bool) error {
	if without {
		t.rowid = ""
	}
	rows, err := c.QueryContext(ctx, `SELECT l.name, l.origin, x.name FROM pragma_index_list(?1) AS l, pragma_index_xinfo(l.name) AS x
		WHERE l."unique" AND NOT l.partial AND x.key ORDER BY l.seq, x.seqno`, t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	last, indexed := "", false
	skip := map[string]bool{} // indexes over expressions
	byIndex := map[string][]string{}
	var order []string
	for rows.Next() {
		var index, origin string
		var column sql.NullString
		if err := rows.Scan(&index, &origin, &column); err != nil {
			return err
		}
		indexed = indexed || origin == "pk"
		skip[index] = skip[index] || !column.Valid
		byIndex[index] = append(byIndex[index], column.String)
		if index != last {
			order, last = append(order, index), index
		}
	}
	for _, index := range order {
		if !skip[index] {
			t.Unique = append(t.Unique, byIndex[index])
		}
	}
	if len(t.key) == 1 && !indexed && !without {
		t.alias = t.key[0]
		t.Unique = append(t.Unique, t.key)
	}
	return rows.Err()
}
