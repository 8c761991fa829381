package sqlite

import (
	"database/sql/driver"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// resolve finds the rows of a treatment, how each stands to it, and the link keys wanted of them: one statement,
// which gives persons too. It reads no further than the ceiling.
func (w *work) resolve(j *job) error {
	var err error
	if j.table, err = w.view.table(j.t.On.Collection); err != nil {
		return err
	}
	if j.t.Verb == connectors.Ensure {
		return w.resolveEnsure(j)
	}
	r := &resolver{job: j, seen: map[any]int{}}
	q, ok, err := relational.Select(dialect{}, w.view.relational, j.t.On, r.output)
	if err != nil {
		return err
	}
	if len(j.t.Capture) > 0 {
		j.out.LinkKeys = &connectors.Keys{Fields: j.t.Capture}
	}
	if !ok {
		return nil
	}
	return w.view.each(w.ctx, q, r.row)
}

// resolver takes in the rows of one treatment.
type resolver struct {
	job     *job
	seen    map[any]int // position of a row in job.rows, by what names it
	todo    int64
	capture []field
	key     []field
	stands  int // column of the standing; 0: every row is to do
	width   int // of the held flag and the identity
}

// output selects identity, captured fields and, where rows can conflict, key and standing.
func (r *resolver) output(at relational.At) ([]string, error) {
	cols := append([]string{at.Held()}, stored(at.Identity())...)
	r.width = len(cols)
	add := func(names []string) ([]field, error) {
		more, fields, err := fieldsOf(at, names)
		for i := range fields {
			fields[i].shift(len(cols))
		}
		cols = append(cols, more...)
		return fields, err
	}
	var err error
	if r.capture, err = add(r.job.t.Capture); err != nil {
		return nil, err
	}
	if r.job.t.Verb != connectors.Set {
		return cols, nil
	}
	if r.key, err = add(r.job.t.On.Collection.Key); err != nil {
		return nil, err
	}
	stands, err := standing(at, r.job.t)
	r.stands = 1 + len(cols)
	return append(cols, stands), err
}

// row takes in one row reached for one person.
func (r *resolver) row(row []driver.Value) error {
	j, person := r.job, int(row[0].(int64))
	if len(r.capture) > 0 {
		t := connectors.Tuple{Person: person}
		for _, f := range r.capture {
			t.Values = append(t.Values, f.value(j.t.On.Collection, row))
		}
		j.out.LinkKeys.Tuples = append(j.out.LinkKeys.Tuples, t)
	}
	t := target{held: row[1] == int64(1), id: values(row[2 : 1+r.width]), persons: []int{person}}
	name := t.name()
	if i, ok := r.seen[name]; ok { // another person's too
		j.rows[i].persons = append(j.rows[i].persons, person)
		return nil
	}
	r.seen[name] = len(j.rows)
	if r.stands > 0 {
		t.stand(j.t.On.Collection, row[r.stands], r.key, row)
	}
	j.rows = append(j.rows, t)
	if t.standing == connectors.ToDo {
		r.todo++
	}
	if r.todo > j.t.AtMost && !j.late && j.early() {
		return tooMany(j.t) // there is no need to read on
	}
	return nil
}

// stand takes in how the row stands, and its key if it is in conflict.
func (t *target) stand(c connectors.Collection, standing driver.Value, key []field, row []driver.Value) {
	t.standing, t.key = connectors.Standing(standing.(int64)), nil
	if t.standing != connectors.Conflict {
		return
	}
	t.key = connectors.Row{}
	for i, f := range key {
		t.key[c.Key[i]] = f.value(c, row)
	}
}

func tooMany(t connectors.Treatment) error {
	return fmt.Errorf("%w: table %s, ceiling %d", connectors.ErrMoreRows, t.On.Collection.Name, t.AtMost)
}
