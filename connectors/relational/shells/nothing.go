package shells

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// Least writes the least a column that may not be NULL can hold. In one of a unique key it names the held row, by its number, so that there can be
// many shells. "" where there is no such value.
type Least func(c relational.Column, unique bool, number string) string

// Nothing is what a column of a shell holds; number is that of the held row as SQL.
func Nothing(t *relational.Table, c relational.Column, number string, least Least) (string, error) {
	if !c.NotNull {
		return "NULL", nil
	}
	unique := slices.ContainsFunc(t.Unique, func(key []string) bool { return slices.Contains(key, c.Name) })
	if value := least(c, unique, number); value != "" {
		return value, nil
	}
	return "", jobs.Conflict(connectors.Diagnostic{Severity: connectors.Error, Path: t.Name + "." + c.Name,
		Summary: fmt.Sprintf("column %s of table %s may not be NULL, and there is no empty value of type %s to stand for a restricted one", c.Name, t.Name, c.Type),
		Detail:  "treat the rows that refer to the restricted ones too, so that they move whole"})
}

// Placeholders writes what becomes of the columns that keep nothing, each after prefix; of a row of keys and nothing else, that the first of
// those that may be written stays.
func Placeholders(d relational.Dialect, t *relational.Table, key []string, refs []Reference, prefix, number string, least Least) (string, error) {
	var out []string
	for _, c := range Emptied(t, key, refs) {
		value, err := Nothing(t, c, number, least)
		if err != nil {
			return "", err
		}
		out = append(out, prefix+d.Quote(c.Name)+" = "+value)
	}
	if len(out) == 0 {
		stays := key[0]
		if i := slices.IndexFunc(Stored(t), func(c relational.Column) bool { return !c.Numbered }); i >= 0 {
			stays = Stored(t)[i].Name
		}
		return prefix + d.Quote(stays) + " = u." + d.Quote(stays), nil
	}
	return strings.Join(out, ", "), nil
}

// Content writes the columns of a table that are stored, and what a shell holds of each where the whole row stands under alias.
func Content(d relational.Dialect, t *relational.Table, key []string, refs []Reference, alias, number string, least Least) (columns, values []string, err error) {
	emptied := Emptied(t, key, refs)
	for _, c := range Stored(t) {
		value := alias + "." + d.Quote(c.Name)
		if slices.ContainsFunc(emptied, func(e relational.Column) bool { return e.Name == c.Name }) {
			if value, err = Nothing(t, c, number, least); err != nil {
				return nil, nil, err
			}
		}
		columns, values = append(columns, d.Quote(c.Name)), append(values, value)
	}
	return columns, values, nil
}
