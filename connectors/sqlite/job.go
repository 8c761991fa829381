package sqlite

import (
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
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
	if int64(len(todo)) > j.t.AtMost && j.t.Verb != connectors.Recount {
		return nil, tooMany(j.t)
	}
	return todo, nil
}

// name is the identity in a form that can be compared and be a map's key.
func (t target) name() any { return nameOf(t.id) }

func nameOf(id []any) any {
	if len(id) == 1 {
		if n, ok := id[0].(int64); ok {
			return n
		}
	}
	var k cells
	out := []byte{}
	for _, v := range id {
		out = append(k.add(out, v), ',')
	}
	return string(out)
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

// chosen is a condition that picks the rows by what names them, all in one parameter, the first.
func (t *table) chosen(rows []target) (string, any, error) {
	d := dialect{}
	names := t.Arms[0].Identity
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = d.Quote(n)
	}
	tuples := make([]connectors.Tuple, len(rows))
	for i, r := range rows {
		tuples[i].Values = r.id
	}
	array, kinds, err := d.array(make([]relational.Column, len(names)), tuples, false)
	if err != nil {
		return "", nil, err
	}
	cols := make([]string, len(names))
	for i, k := range kinds {
		cols[i] = k.read(i+1, relational.Column{})
	}
	return "(" + strings.Join(quoted, ", ") + ") IN (SELECT " + strings.Join(cols, ", ") + " FROM json_each(?1))", array, nil
}

// touches says whether one of the assigned fields is part of what names a row.
func (t *table) touches(assign []connectors.Assign) bool {
	for _, a := range assign {
		if strings.EqualFold(a.Field, t.alias) {
			return true
		}
		for _, n := range t.Arms[0].Identity {
			if strings.EqualFold(a.Field, n) {
				return true
			}
		}
	}
	return false
}
