package shells

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Reference is a foreign key, as one of the two tables sees it.
type Reference struct {
	Table    string   // the other, as SQL
	Address  string   // by which the connector finds the other
	From, To []string // columns of the table that refers, and those of the other they refer to
}

// Joins writes that the row under the alias from refers to that under to.
func (r Reference) Joins(d relational.Dialect, from, to string) string {
	return relational.Same(d, r.To, to, r.From, from)
}

// Full writes that the row under an alias refers to some row, there or not: in one with a NULL in it nothing is referred to.
func (r Reference) Full(d relational.Dialect, alias string) string {
	parts := make([]string, len(r.From))
	for i, c := range r.From {
		parts[i] = alias + "." + d.Quote(c) + " IS NOT NULL"
	}
	return strings.Join(parts, " AND ")
}

// Referred writes whether by one of the foreign keys that point at its table another row refers to that under alias.
func Referred(d relational.Dialect, refs []Reference, alias string) string {
	parts := []string{"FALSE"}
	for _, r := range refs {
		parts = append(parts, "EXISTS (SELECT 1 FROM "+r.Table+" AS r WHERE "+r.Joins(d, "r", alias)+")")
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// Stored are the columns that hold values of their own.
func Stored(t *relational.Table) []relational.Column {
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c relational.Column) bool { return c.Computed })
}

// Emptied are the columns of a shell that keep nothing: all but those of the primary key, those others refer by, those that must refer to
// some row, and numbers nobody may write. refs point at the table.
func Emptied(t *relational.Table, key []string, refs []Reference) []relational.Column {
	return slices.DeleteFunc(Stored(t), func(c relational.Column) bool {
		return c.Numbered || slices.Contains(key, c.Name) || c.Points && c.NotNull || slices.ContainsFunc(refs, func(r Reference) bool { return slices.Contains(r.To, c.Name) })
	})
}

// Kept are those of the foreign keys of a table by which a shell still refers: away leads from the table, refs point at it.
func Kept(t *relational.Table, key []string, away, refs []Reference) []Reference {
	emptied := Emptied(t, key, refs)
	return slices.DeleteFunc(slices.Clone(away), func(r Reference) bool {
		return slices.ContainsFunc(emptied, func(c relational.Column) bool { return slices.Contains(r.From, c.Name) })
	})
}
