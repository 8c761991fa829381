package postgres

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// resolve begins the transaction, finds the rows of all treatments, how each stands, and the link keys wanted of them, and locks them, those
// referred to before those that refer to them, all in one round trip. Each statement sees what was committed before it began. Rows
// of which is asked whether others lead to them too are locked first and looked at under the lock: of two owners leaving at once
// the second sees that the first has gone.
func (w *work) resolve() error {
	asks := w.begin()
	for _, j := range w.topDown() {
		if j.t.Verb != connectors.Ensure && relational.AsksOthers(j.t.On) {
			locks, err := relational.Lock(dialect{}, w.view.relational, j.t.On)
			if err != nil {
				return j.failed(err)
			}
			for _, q := range locks {
				asks = append(asks, ask{q, "locking rows of " + j.table.Name, nil, nil})
			}
		}
		more, err := w.finding(j)
		if err != nil {
			return j.failed(err)
		}
		asks = append(asks, more...)
	}
	return w.line.send(w.ctx, asks...)
}

func (j *job) failed(err error) error { return fmt.Errorf("treatment %s: %w", j.t.ID, err) }

// topDown are the jobs, those of tables that are referred to before those of tables that refer to them; where none refers to the
// other, by name, so that two calls lock in the same order.
func (w *work) topDown() []*job {
	tables := map[string]*table{}
	for _, j := range w.jobs {
		tables[j.table.oid] = j.table
	}
	depths := map[string]int{}
	var depth func(oid string, left int) int
	depth = func(oid string, left int) int {
		t := tables[oid]
		if t == nil || left == 0 { // not treated, or a circle
			return 0
		}
		if d, ok := depths[oid]; ok {
			return d
		}
		d := 1
		for _, p := range t.parents {
			if p != oid {
				d = max(d, 1+depth(p, left-1))
			}
		}
		depths[oid] = d
		return d
	}
	out := slices.Clone(w.jobs)
	slices.SortStableFunc(out, func(a, b *job) int {
		return cmp.Or(cmp.Compare(depth(a.table.oid, len(tables)), depth(b.table.oid, len(tables))),
			cmp.Compare(a.table.schema, b.table.schema), cmp.Compare(a.table.Name, b.table.Name))
	})
	return out
}

// finding are the statements that find the rows of a treatment.
func (w *work) finding(j *job) ([]ask, error) {
	if j.t.Verb == connectors.Ensure {
		return w.findingEnsured(j)
	}
	r := &resolver{job: j, seen: map[string]int{}}
	queries, err := relational.SelectEach(dialect{}, w.view.relational, j.t.On, r.output, func(at relational.At) string {
		return " ORDER BY " + strings.Join(at.Identity(), ", ") + " FOR UPDATE OF " + at.Alias()
	})
	if err != nil {
		return nil, err
	}
	if len(j.t.Capture) > 0 {
		j.out.LinkKeys = &connectors.Keys{Fields: j.t.Capture}
	}
	var out []ask
	for _, q := range queries {
		out = append(out, ask{q, "finding rows of " + j.table.Name, r.row, nil})
	}
	return out, nil
}

// resolver takes in the rows of one treatment.
type resolver struct {
	job     *job
	seen    map[string]int // position of a row in job.rows, by what names it
	todo    int
	capture []field
	key     []field
	stands  int // column of the standing; 0: every row is to do
	width   int // of the held flag and the identity
}

// output selects identity, captured fields and, where rows can conflict, key and standing.
func (r *resolver) output(at relational.At) ([]string, error) {
	cols := append([]string{at.Held()}, at.Identity()...)
	r.width = len(cols)
	add := func(names []string) ([]field, error) {
		more, fields, err := fieldsOf(at, names, 1+len(cols))
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
func (r *resolver) row(row [][]byte) error {
	j := r.job
	person, err := strconv.Atoi(string(row[0]))
	if err != nil {
		return err
	}
	c := j.t.On.Collection
	if len(r.capture) > 0 {
		t := connectors.Tuple{Person: person}
		for _, f := range r.capture {
			t.Values = append(t.Values, f.value(c, row))
		}
		j.out.LinkKeys.Tuples = append(j.out.LinkKeys.Tuples, t)
	}
	t := target{held: string(row[1]) == "1", id: strs(row[2 : 1+r.width]), persons: []int{person}}
	name := t.name()
	if i, ok := r.seen[name]; ok { // another person's too
		j.rows[i].persons = append(j.rows[i].persons, person)
		return nil
	}
	r.seen[name] = len(j.rows)
	if r.stands > 0 {
		if err := t.stand(c, row[r.stands], r.key, row); err != nil {
			return err
		}
	}
	j.rows = append(j.rows, t)
	if t.standing == connectors.ToDo {
		r.todo++
	}
	if !j.late && j.early() {
		return j.within(r.todo) // there is no need to read on
	}
	return nil
}

// stand takes in how the row stands, and its key if it is in conflict.
func (t *target) stand(c connectors.Collection, standing []byte, key []field, row [][]byte) error {
	n, err := strconv.Atoi(string(standing))
	if err != nil {
		return err
	}
	t.standing, t.key = connectors.Standing(n), nil
	if t.standing != connectors.Conflict {
		return nil
	}
	t.key = connectors.Row{}
	for i, f := range key {
		t.key[c.Key[i]] = f.value(c, row)
	}
	return nil
}

func strs(row [][]byte) []string {
	out := make([]string, len(row))
	for i, b := range row {
		out[i] = string(b)
	}
	return out
}
