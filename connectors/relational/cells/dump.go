package cells

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Dump reads all rows of tables, wherever they stand, with all their columns, bytes of any size as bytes. each gives the rows of a query.
func Dump[C any](r Reader[C], d relational.Dialect, catalog relational.Catalog, of []connectors.SchemaCollection, each func(relational.Query, func(row []C) error) error) (map[string][]connectors.Row, error) {
	out := map[string][]connectors.Row{}
	for _, c := range of {
		if c.View {
			continue
		}
		at := connectors.Collection{Name: c.Name, At: c.Name}
		t, err := catalog(at)
		if err != nil {
			return nil, err
		}
		q, err := whole(r, d, catalog, at, t.Columns)
		if err != nil {
			return nil, err
		}
		out[c.Name] = []connectors.Row{}
		err = each(q, func(cells []C) error {
			row := connectors.Row{}
			for i, c := range t.Columns {
				row[c.Name] = r.Read(c, cells[1+i])
			}
			out[c.Name] = append(out[c.Name], row)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// whole writes a selection of all rows of a collection with the columns given.
func whole[C any](r Reader[C], d relational.Dialect, catalog relational.Catalog, c connectors.Collection, columns []relational.Column) (relational.Query, error) {
	q, _, err := relational.Select(d, catalog, connectors.Selection{Collection: c, All: true}, func(at relational.At) ([]string, error) {
		var cols []string
		for _, c := range columns {
			expr, col, err := at.Field(c.Name)
			if err != nil {
				return nil, err
			}
			cols = append(cols, r.Plain(expr, col))
		}
		return cols, nil
	})
	return q, err
}
