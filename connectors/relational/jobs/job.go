package jobs

import (
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// Table is what has to be known of a treatment's table.
type Table interface {
	comparable
	Title() string     // its name, for messages
	ID() string        // no two tables have the same
	Parents() []string // the IDs of tables its rows refer to by foreign keys
}

// Job is one treatment and the rows it is about.
type Job[T Table] struct {
	Do    connectors.Treatment
	Table T
	Rows  []Target
	Late  bool // an earlier treatment of the call may have changed the rows
	Out   connectors.Outcome
}

// New begins a job; late says that it is not the first of its call.
func New[T Table](do connectors.Treatment, table T, late bool) *Job[T] {
	return &Job[T]{Do: do, Table: table, Late: late, Out: connectors.Outcome{ID: do.ID, ByPerson: map[int]int64{}}}
}

// Sort counts the rows that are done and those in conflict, and gives those to be changed.
func (j *Job[T]) Sort(rows []Target) []Target {
	var todo []Target
	for _, t := range rows {
		switch t.Standing {
		case connectors.Done:
			j.Out.Already++
		case connectors.Conflict:
			j.Out.Conflicts = append(j.Out.Conflicts, t.Key)
		default:
			todo = append(todo, t)
		}
	}
	return todo
}

// Early says whether it is known from the selection how many rows would change at most.
func (j *Job[T]) Early() bool { return j.Do.Verb == connectors.Delete || j.Do.Verb == connectors.Set }

// Within is an error where more rows would change than may.
func (j *Job[T]) Within(n int) error {
	if int64(n) > j.Do.AtMost {
		return fmt.Errorf("treatment %s: %w: table %s, ceiling %d", j.Do.ID, connectors.ErrMoreRows, j.Do.On.Collection.Name, j.Do.AtMost)
	}
	return nil
}

// Count writes the outcome of rows that were changed.
func (j *Job[T]) Count(changed []Target) {
	for _, t := range changed {
		j.Out.Changed++
		for _, p := range t.Persons {
			j.Out.ByPerson[p]++
		}
	}
}

// Marked counts the rows whose marks were changed, and the others that are there as done; both are given by their names.
func (j *Job[T]) Marked(rows []Target, there, changed map[string]bool) error {
	done := Picked(rows, changed)
	if err := j.Within(len(done)); err != nil {
		return err
	}
	j.Count(done)
	j.Out.Already += int64(len(Picked(rows, there)) - len(done))
	return nil
}

// Failed says of which treatment an error is.
func (j *Job[T]) Failed(err error) error { return fmt.Errorf("treatment %s: %w", j.Do.ID, err) }
