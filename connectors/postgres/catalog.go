package postgres

import (
	"context"
	"encoding/json"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// catalog keeps what was read of the schema.
type catalog struct{ relational.Memory[*table] }

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
	t, err := v.catalog.Table(c.At, func() (*table, error) { return readTable(v.ctx, v.line, c.At) })
	if err != nil {
		return nil, err
	}
	v.tables[c.At] = t
	return t, nil
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
