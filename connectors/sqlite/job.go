package sqlite

import (
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

// target is one row: what names it, the persons it was reached for, and how it stands to the treatment.
type target struct {
	held     bool // it stands where Block put it
	id       []any
	persons  []int
	standing connectors.Standing
	key      connectors.Row // of a row in conflict
}

// sort counts the rows that are done and those in conflict, and gives those to be changed, if there are not too many.
func (j *job) sort() ([]target, error) {
	var todo []target
	for _, t := range j.rows {
		switch t.standing {
		case connectors.Done:
			j.out.Already++
		case connectors.Conflict:
			j.out.Conflicts = append(j.out.Conflicts, t.key)
		default:
			todo = append(todo, t)
		}
	}
	if int64(len(todo)) > j.t.AtMost && j.early() {
		return nil, tooMany(j.t)
	}
	return todo, nil
}

// early says whether it is known from the selection how many rows would change at most.
func (j *job) early() bool { return j.t.Verb == connectors.Delete || j.t.Verb == connectors.Set }

// name is what names the row, in a form that can be compared and be a map's key.
func (t target) name() any { return nameOf(t.held, t.id) }

type heldName struct{ name any }

func nameOf(held bool, id []any) any {
	var name any
	if n, ok := id[0].(int64); ok && len(id) == 1 {
		name = n
	} else {
		var k holding
		out := []byte{}
		for _, v := range id {
			out = append(k.add(out, v), ',')
		}
		name = string(out)
	}
	if held {
		return heldName{name}
	}
	return name
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
