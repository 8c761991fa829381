package rowfile

import (
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Intent is what the treatments of a call that were resolved so far will have made of a row: the next one finds it so.
type Intent struct {
	Gone  bool
	Set   connectors.Row // new values of fields
	Marks []string       // the restrictions that hold it
}

// Standing is how a row stands to a treatment; row holds its values with Set in them.
func (i Intent) Standing(t connectors.Treatment, row connectors.Row) connectors.Standing {
	marked := slices.Contains(i.Marks, t.Mark)
	switch {
	case t.Verb == connectors.Block && marked, t.Verb == connectors.Release && !marked:
		return connectors.Done
	}
	return t.Standing(row)
}

// Add adds what a treatment will do; set are the values it gives the row.
func (i *Intent) Add(t connectors.Treatment, set connectors.Row) {
	switch t.Verb {
	case connectors.Delete:
		i.Gone = true
	case connectors.Block:
		i.Marks = append(slices.Clone(i.Marks), t.Mark)
	case connectors.Release:
		i.Marks = Without(i.Marks, t.Mark)
	default:
		merged := connectors.Row{}
		maps.Copy(merged, i.Set)
		maps.Copy(merged, set)
		i.Set = merged
	}
}

// Without are the marks but one.
func Without(marks []string, mark string) []string {
	return slices.DeleteFunc(slices.Clone(marks), func(m string) bool { return m == mark })
}
