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
	ctx   context.Context
	line  *line
	store *store
	known *relational.Known[*table]
}

func (s *store) view(ctx context.Context, l *line) *view {
	v := &view{ctx: ctx, line: l, store: s}
	v.known = s.catalog.Known(v.readTable)
	return v
}

// forget has the schema read anew, and what may be known of it.
func (s *store) forget() {
	s.catalog.Forget()
	s.unseen.Forget()
}

func (v *view) dialect() dialect { return v.store.server.dialect() }

// table finds the table of a collection.
func (v *view) table(c connectors.Collection) (*table, error) { return v.known.Table(c, "MySQL") }

// relational is the catalog statements are written with.
func (v *view) relational(c connectors.Collection) (*relational.Table, error) {
	t, err := v.table(c)
	if err != nil {
		return nil, err
	}
	return &t.Table, nil
}
