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
	ctx   context.Context
	line  *line
	known *relational.Known[*table]
}

func (c *catalog) view(ctx context.Context, l *line) *view {
	return &view{ctx: ctx, line: l, known: c.Known(func(at string) (*table, error) { return readTable(ctx, l, at) })}
}

// table finds the table of a collection.
func (v *view) table(c connectors.Collection) (*table, error) { return v.known.Table(c, "PostgreSQL") }

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
