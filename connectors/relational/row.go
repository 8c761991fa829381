package relational

import (
	"errors"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Row is a row of a table in a statement: where its fields and the statement's parameters come from.
type Row interface {
	Field(name string) (string, Column, error)
	Bind(v any) string
}

// Taken writes that the row holds what is assigned to every field of one of the keys: of a key the assignments fill, without a NULL, one row
// is enough.
func Taken(d Dialect, at Row, keys [][]string, assign []connectors.Assign) (string, error) {
	var out []string
	for _, key := range keys {
		test, err := holds(d, at, key, assign)
		if err != nil {
			return "", err
		}
		if test != "" {
			out = append(out, test)
		}
	}
	return strings.Join(out, " OR "), nil
}

// holds writes that a row has the assigned values in key; "" where one of them is not assigned or empty.
func holds(d Dialect, at Row, key []string, assign []connectors.Assign) (string, error) {
	var parts []string
	for _, k := range key {
		i := slices.IndexFunc(assign, func(a connectors.Assign) bool { return strings.EqualFold(a.Field, k) })
		if i < 0 || assign[i].To == nil {
			return "", nil
		}
		expr, col, err := at.Field(k)
		if err != nil {
			return "", err
		}
		v, err := d.Bound(col, assign[i].To, at.Bind)
		if errors.Is(err, ErrForeign) {
			return "FALSE", nil
		}
		if err != nil {
			return "", err
		}
		parts = append(parts, expr+" = "+v)
	}
	return "(" + strings.Join(parts, " AND ") + ")", nil
}
