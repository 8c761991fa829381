package postgres

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// job is one treatment and the rows it is about.
type job struct {
	t     connectors.Treatment
	table *table
	rows  []target
	late  bool // an earlier treatment of the call may have changed the rows
	out   connectors.Outcome
}

// target is one row: what names it, as text, the persons it was reached for, and how it stands to the treatment.
type target struct {
	held     bool // it stands where Block put it
	id       []string
	persons  []int
	standing connectors.Standing
	key      connectors.Row // of a row in conflict
}

// name is what names the row, as a map's key. It holds values.
func (t target) name() string { return nameOf(t.id) }

func nameOf(id []string) string { return strings.Join(id, "\x00") }

// sort counts the rows that are done and those in conflict, and gives those to be changed.
func (j *job) sort(rows []target) []target {
	var todo []target
	for _, t := range rows {
		switch t.standing {
		case connectors.Done:
			j.out.Already++
		case connectors.Conflict:
			j.out.Conflicts = append(j.out.Conflicts, t.key)
		default:
			todo = append(todo, t)
		}
	}
	return todo
}

// early says whether it is known from the selection how many rows would change at most.
func (j *job) early() bool { return j.t.Verb == connectors.Delete || j.t.Verb == connectors.Set }

// within is an error where more rows would change than may.
func (j *job) within(n int) error {
	if int64(n) > j.t.AtMost {
		return fmt.Errorf("treatment %s: %w: table %s, ceiling %d", j.t.ID, connectors.ErrMoreRows, j.t.On.Collection.Name, j.t.AtMost)
	}
	return nil
}

// count writes the outcome of rows that were changed.
func (j *job) count(changed []target) {
	for _, t := range changed {
		j.out.Changed++
		for _, p := range t.persons {
			j.out.ByPerson[p]++
		}
	}
}

// picked are the rows with these names.
func picked(rows []target, names map[string]bool) []target {
	var out []target
	for _, t := range rows {
		if names[t.name()] {
			out = append(out, t)
		}
	}
	return out
}
