package postgres

import (
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// resolve begins the transaction, finds the rows of all treatments, how each stands, and the link keys wanted of them, and locks them, those
// referred to before those that refer to them, all in one round trip. Each statement sees what was committed before it began. Rows
// of which is asked whether others lead to them too are locked first and looked at under the lock: of two owners leaving at once
// the second sees that the first has gone.
func (w *work) resolve() error {
	asks := w.begin()
	all := w.Call.TopDown()
	for i, j := range all {
		if i == 0 || all[i-1].Table != j.Table {
			locks, err := w.locking(all[i:])
			if err != nil {
				return j.Failed(err)
			}
			asks = append(asks, locks...)
		}
		more, err := w.finding(j)
		if err != nil {
			return j.Failed(err)
		}
		asks = append(asks, more...)
	}
	return w.line.send(w.ctx, asks...)
}

// locking are the statements that lock, for the first of some treatments and those of the same table after it, the rows of which is asked
// whether others lead to them.
func (w *work) locking(list []*job) ([]ask, error) {
	var sels []connectors.Selection
	for _, j := range list {
		if j.Table != list[0].Table {
			break
		}
		if j.Do.Verb != connectors.Ensure && relational.AsksOthers(j.Do.On) {
			sels = append(sels, j.Do.On)
		}
	}
	var out []ask
	for _, sel := range relational.Covering(sels) {
		queries, err := relational.Lock(dialect{}, w.view.relational, sel)
		if err != nil {
			return nil, err
		}
		for _, q := range queries {
			out = append(out, ask{q, "locking rows of " + list[0].Table.Name, nil, nil})
		}
	}
	return out, nil
}

// finding are the statements that find the rows of a treatment.
func (w *work) finding(j *job) ([]ask, error) {
	if j.Do.Verb == connectors.Ensure {
		return w.findingEnsured(j)
	}
	r := &resolver{job: j}
	queries, err := relational.SelectEach(dialect{}, w.view.relational, j.Do.On, r.output, func(at relational.At) string {
		return " ORDER BY " + strings.Join(at.Identity(), ", ") + " FOR UPDATE OF " + at.Alias()
	})
	if err != nil {
		return nil, err
	}
	if len(j.Do.Capture) > 0 {
		j.Out.LinkKeys = &connectors.Keys{Fields: j.Do.Capture}
	}
	var out []ask
	for _, q := range queries {
		out = append(out, ask{q, "finding rows of " + j.Table.Name, r.row, nil})
	}
	return out, nil
}

// resolver takes in the rows of one treatment.
type resolver struct {
	job     *job
	found   jobs.Found
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
		more, fields, err := cells.Fields(reader{}, at, names, 1+len(cols))
		cols = append(cols, more...)
		return fields, err
	}
	var err error
	if r.capture, err = add(r.job.Do.Capture); err != nil {
		return nil, err
	}
	if r.job.Do.Verb != connectors.Set {
		return cols, nil
	}
	if r.key, err = add(r.job.Do.On.Collection.Key); err != nil {
		return nil, err
	}
	stands, err := standing(at, r.job.Do)
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
	c := j.Do.On.Collection
	if len(r.capture) > 0 {
		t := connectors.Tuple{Person: person, Values: cells.Values(r.capture, c, row)}
		j.Out.LinkKeys.Tuples = append(j.Out.LinkKeys.Tuples, t)
	}
	i, again := r.found.Add(person, string(row[1]) == "1", jobs.Texts(row[2:1+r.width]))
	if j.Rows = r.found.Rows; again { // another person's too
		return nil
	}
	if r.stands > 0 {
		if err := stand(&j.Rows[i], c, row[r.stands], r.key, row); err != nil {
			return err
		}
	}
	if j.Rows[i].Standing == connectors.ToDo {
		r.todo++
	}
	if !j.Late && j.Early() {
		return j.Within(r.todo) // there is no need to read on
	}
	return nil
}

// stand takes in how the row stands, and its key if it is in conflict.
func stand(t *target, c connectors.Collection, standing []byte, key []field, row [][]byte) error {
	n, err := strconv.Atoi(string(standing))
	if err != nil {
		return err
	}
	t.Standing, t.Key = connectors.Standing(n), nil
	if t.Standing != connectors.Conflict {
		return nil
	}
	t.Key = connectors.Row{}
	for i, f := range key {
		t.Key[c.Key[i]] = f.Value(c, row)
	}
	return nil
}
