package postgres

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// believed is how long what was read of the schema is taken to be so. A statement that speaks of what is there no more fails, and is
// tried again with what is there then.
const believed = 2 * time.Second

// catalog keeps what was read of the schema.
type catalog struct {
	mu     sync.Mutex
	tables map[string]remembered // by address
}

type remembered struct {
	*table
	at time.Time
}

// forget has everything read anew.
func (c *catalog) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tables = nil
}

// view is the schema as one call sees it: what it has read once stays.
type view struct {
	ctx     context.Context
	line    *line
	catalog *catalog
	tables  map[string]*table
}

func (c *catalog) view(ctx context.Context, l *line) *view {
	return &view{ctx: ctx, line: l, catalog: c, tables: map[string]*table{}}
}

// table finds the table of a collection.
func (v *view) table(c connectors.Collection) (*table, error) {
	if c.Rows != nil {
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: c.Name,
			Summary: "collection " + c.Name + " asks for rows inside objects, and PostgreSQL has tables only", Detail: "leave out rows:"}}
	}
	if t := v.tables[c.At]; t != nil {
		return t, nil
	}
	v.catalog.mu.Lock()
	known := v.catalog.tables[c.At]
	v.catalog.mu.Unlock()
	if known.table == nil || time.Since(known.at) > believed {
		t, err := readTable(v.ctx, v.line, c.At)
		if err != nil {
			return nil, err
		}
		known = remembered{t, time.Now()}
		v.catalog.mu.Lock()
		if v.catalog.tables == nil {
			v.catalog.tables = map[string]remembered{}
		}
		v.catalog.tables[c.At] = known
		v.catalog.mu.Unlock()
	}
	v.tables[c.At] = known.table
	return known.table, nil
}

// relational is the catalog statements are written with.
func (v *view) relational(c connectors.Collection) (*relational.Table, error) {
	t, err := v.table(c)
	if err != nil {
		return nil, err
	}
	return &t.Table, nil
}

// texts reads a JSON array of texts; nil where there is none.
func texts(b []byte) []string {
	var out []string
	_ = json.Unmarshal(b, &out) // the database wrote it
	return out
}
