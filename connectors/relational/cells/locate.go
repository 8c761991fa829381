package cells

import (
	"errors"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Select writes a selection with its fields, after the person; false where nothing can match.
func Select[C any](r Reader[C], d relational.Dialect, catalog relational.Catalog, sel connectors.Selection) (relational.Query, []Field[C], bool, error) {
	var fields []Field[C]
	q, ok, err := relational.Select(d, catalog, sel, func(at relational.At) (cols []string, err error) {
		cols, fields, err = Fields(r, at, sel.Fields, 1)
		return cols, err
	})
	return q, fields, ok, err
}

// Values are those of the fields of a row.
func Values[C any](fields []Field[C], c connectors.Collection, row []C) []any {
	out := make([]any, len(fields))
	for i, f := range fields {
		out[i] = f.Value(c, row)
	}
	return out
}

// Into hands rows whose cells are texts to whoever located them.
func Into(fields []Field[[]byte], c connectors.Collection, out *connectors.Rows) func(row [][]byte) error {
	return func(row [][]byte) error {
		person, err := strconv.Atoi(string(row[0]))
		if err != nil {
			return errors.New("reading rows: the person of a row is no number")
		}
		return out.Add(person, Values(fields, c, row)...)
	}
}
