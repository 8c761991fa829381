package sqlite

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// standing writes [connectors.Treatment.Standing] in SQL: old values compare as the store compares, new ones byte for byte, so
// that a correction of capitals is one in a column that does not tell them apart.
func standing(at relational.Row, t connectors.Treatment) (string, error) {
	return relational.Standing(t, func(a connectors.Assign) (string, error) {
		expr, _, err := at.Field(a.Field)
		if err != nil {
			return "", err
		}
		want, err := wanted(at, t, a)
		return "(" + expr + " IS (" + want + ") COLLATE BINARY)", err
	}, func(a connectors.Assign) (string, error) { return holdsOne(at, a) })
}

// holdsOne writes that the field holds one of the old values of a correction; NULL can be one of them.
func holdsOne(at relational.Row, a connectors.Assign) (string, error) {
	expr, col, err := at.Field(a.Field)
	if err != nil {
		return "", err
	}
	var binds []string
	for _, v := range a.From {
		arg, err := dialect{}.Value(col, v)
		if err != nil {
			return "", err
		}
		if v != nil {
			binds = append(binds, at.Bind(arg))
		}
	}
	text := "(" + expr + " IS NOT NULL AND " + expr + " IN (" + strings.Join(binds, ", ") + "))"
	if slices.Contains(a.From, nil) {
		text = "(" + expr + " IS NULL OR " + text + ")"
	}
	return text, nil
}

// wanted writes the value an assignment gives.
func wanted(at relational.Row, t connectors.Treatment, a connectors.Assign) (string, error) {
	expr, col, err := at.Field(a.Field)
	if err != nil {
		return "", err
	}
	switch a.How {
	case connectors.Value:
		v, err := dialect{}.Value(col, a.To)
		return at.Bind(v), err
	case connectors.Year, connectors.Month:
		return call(fnCut, expr, at.Bind(string(a.How)), at.Bind(t.On.Collection.Zone)), nil
	case connectors.Derive:
		args := []string{at.Bind(a.Derive)}
		for _, k := range t.On.Collection.Key {
			key, _, err := at.Field(k)
			if err != nil {
				return "", err
			}
			args = append(args, key)
		}
		return call(fnDerive, args...), nil
	}
	return "", fmt.Errorf("%w: field %s: no way to assign %q", connectors.ErrNotSupported, a.Field, a.How)
}
