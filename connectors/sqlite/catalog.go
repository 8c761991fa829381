package sqlite

import (
	"context"
	"database/sql"
	"strings"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// catalog keeps what was read of the schema for as long as the file says that the schema is the same.
type catalog struct {
	mu      sync.Mutex
	version int64
	tables  map[string]*table // by address in lower case; never changed once here
}

// view is the schema as one transaction sees it.
type view struct {
	ctx     context.Context
	conn    *sql.Conn
	catalog *catalog
	version int64
	heldIn  map[string]bool   // by table: whether rows of it are held
	local   map[string]*table // by name in lower case: tables this transaction has changed
}

// view looks at the schema's version; call it inside the transaction that relies on what it finds.
func (c *catalog) view(ctx context.Context, conn *sql.Conn) (*view, error) {
	v := &view{ctx: ctx, conn: conn, catalog: c, heldIn: map[string]bool{}, local: map[string]*table{}}
	if err := conn.QueryRowContext(ctx, "PRAGMA schema_version").Scan(&v.version); err != nil {
		return nil, failure(ctx, "reading the schema", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tables == nil || c.version != v.version {
		c.version, c.tables = v.version, map[string]*table{}
	}
	return v, nil
}

// table finds the table of a collection.
func (v *view) table(c connectors.Collection) (*table, error) {
	if c.Rows != nil {
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: c.Name,
			Summary: "collection " + c.Name + " asks for rows inside objects, and SQLite has tables only", Detail: "leave out rows:"}}
	}
	t, err := v.known(c.At)
	if err != nil || t.held == nil {
		return t, err
	}
	if yes, err := v.occupied(t); err != nil || !yes {
		return t, err
	}
	return t.withHeld()
}

// known gives a table as its schema is, without regard to what is held.
func (v *view) known(name string) (*table, error) {
	at := strings.TrimPrefix(strings.ToLower(name), "main.")
	if t := v.local[at]; t != nil {
		return t, nil
	}
	v.catalog.mu.Lock()
	t := v.catalog.tables[at]
	if v.catalog.version != v.version {
		t = nil // another transaction has seen a newer schema
	}
	v.catalog.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t, err := readTable(v.ctx, v.conn, name)
	if err != nil {
		return nil, err
	}
	v.catalog.mu.Lock()
	if v.catalog.version == v.version && len(v.local) == 0 {
		v.catalog.tables[at] = t
	}
	v.catalog.mu.Unlock()
	return t, nil
}

// reload reads a table anew, after this transaction has installed something or moved rows.
func (v *view) reload(name string) (*table, error) {
	t, err := readTable(v.ctx, v.conn, name)
	if err != nil {
		return nil, err
	}
	v.local[strings.ToLower(name)] = t
	delete(v.heldIn, t.Name)
	return v.table(connectors.Collection{Name: name, At: name})
}

// relational is the catalog statements are written with.
func (v *view) relational(c connectors.Collection) (*relational.Table, error) {
	t, err := v.table(c)
	if err != nil {
		return nil, err
	}
	return &t.Table, nil
}
