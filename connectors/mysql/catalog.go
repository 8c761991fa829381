package mysql

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// catalog keeps what was read of the schema.
type catalog = relational.Memory[*table]

// view is the schema as one call sees it: what it has read once stays.
type view struct {
	ctx    context.Context
	line   *line
	store  *store
	tables map[string]*table
}

func (s *store) view(ctx context.Context, l *line) *view {
	return &view{ctx: ctx, line: l, store: s, tables: map[string]*table{}}
}

func (v *view) dialect() dialect { return v.store.server.dialect() }

// table finds the table of a collection.
func (v *view) table(c connectors.Collection) (*table, error) {
	if c.Rows != nil {
		return nil, connectors.Diagnostics{{Severity: connectors.Error, Path: c.Name,
			Summary: "collection " + c.Name + " asks for rows inside objects, and MySQL has tables only", Detail: "leave out rows:"}}
	}
	if t := v.tables[c.At]; t != nil {
		return t, nil
	}
	t, err := v.store.catalog.Table(c.At, func() (*table, error) { return v.readTable(c.At) })
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
