package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

func term(at relational.Row, field string) (relational.Term, error) {
	expr, col, err := at.Field(field)
	return relational.Term{SQL: expr, Column: col}, err
}

// standing writes [connectors.Treatment.Standing] in SQL: old values compare as the store compares, new ones byte for byte, so
// that a correction of capitals is one in a column that does not tell them apart.
func standing(at relational.Row, t connectors.Treatment) (string, error) {
	return relational.Standing(t, func(a connectors.Assign) (string, error) {
		of, err := term(at, a.Field)
		if err != nil {
			return "", err
		}
		want, err := wanted(at, t, a)
		return same(of, want), err
	}, func(a connectors.Assign) (string, error) {
		of, err := term(at, a.Field)
		if err != nil {
			return "", err
		}
		return holdsOne(at, of, a)
	})
}

// compared is a column's value as what can be compared: some types know no equality but that of their texts.
func compared(t typed, x string) string {
	if t.name == "json" || t.kind == other {
		return "(" + x + ")::text"
	}
	return x
}

// same writes that a column holds exactly a value.
func same(of relational.Term, want string) string {
	t := typeOf(of.Column)
	if t.kind == text {
		return `((` + of.SQL + `::text COLLATE "C") IS NOT DISTINCT FROM ((` + want + `)::text COLLATE "C"))`
	}
	return "(" + compared(t, of.SQL) + " IS NOT DISTINCT FROM " + compared(t, want) + ")"
}

// holdsOne writes that the field holds one of the old values of a correction; NULL can be one of them.
func holdsOne(at relational.Row, of relational.Term, a connectors.Assign) (string, error) {
	t := typeOf(of.Column)
	var binds []string
	for _, v := range a.From {
		if v == nil {
			continue
		}
		of := of.Column
		if t.kind == other { // nobody knows whether its type would take the old value
			of.Own = typed{kind: text, cast: "text"}
		}
		arg, err := dialect{}.Bound(of, v, at.Bind)
		if errors.Is(err, relational.ErrForeign) {
			continue
		}
		if err != nil {
			return "", err
		}
		binds = append(binds, compared(t, arg))
	}
	out := "FALSE"
	if len(binds) > 0 {
		x := compared(t, of.SQL)
		out = "(" + x + " IS NOT NULL AND " + x + " IN (" + strings.Join(binds, ", ") + "))"
	}
	if slices.Contains(a.From, nil) {
		out = "(" + of.SQL + " IS NULL OR " + out + ")"
	}
	return out, nil
}

// wanted writes the value an assignment gives.
func wanted(at relational.Row, t connectors.Treatment, a connectors.Assign) (string, error) {
	of, err := term(at, a.Field)
	if err != nil {
		return "", err
	}
	switch a.How {
	case connectors.Value:
		return assigned(of.Column, a, at.Bind)
	case connectors.Year, connectors.Month:
		return cut(of, a.How, t.On.Collection.Zone), nil
	case connectors.Derive:
		var key []relational.Term
		for _, k := range t.On.Collection.Key {
			x, err := term(at, k)
			if err != nil {
				return "", err
			}
			key = append(key, x)
		}
		return derive(a.Derive, key, at.Bind), nil
	}
	return "", fmt.Errorf("%w: field %s: no way to assign %q", connectors.ErrNotSupported, a.Field, a.How)
}

// assigned is a given value as the column will hold it: a number or a time is rounded as the column rounds it, a text is never cut.
func assigned(col relational.Column, a connectors.Assign, bind func(any) string) (string, error) {
	x, err := dialect{}.Bound(col, a.To, bind)
	if errors.Is(err, relational.ErrForeign) {
		return "", jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: col.Name,
			Summary: "the value for field " + a.Field + " is none of its type, " + col.Type, Detail: "give the field a value the column can hold"})
	}
	if t := typeOf(col); err == nil && a.To != nil && (t.kind == exact || t.kind == stamp || t.kind == instant) {
		x = t.as(x)
		if t.full != "" {
			x += "::" + t.full
		}
	}
	return x, err
}
