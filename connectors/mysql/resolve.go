package mysql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/cells"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// resolve finds the rows of all treatments and locks them, those referred to before those that refer to them. What a statement
// reads without locking is from before it waited for a lock: so rows are found, locked by what names them, and found again; what is found then
// and is locked, stays as it was found. Rows of which is asked whether others lead to them too are locked whatever the answer, and asked
// about under the lock: of two owners leaving at once the second sees that the first has gone. What several treatments of a table are about is
// locked once for all of them.
func (w *work) resolve() error {
	locked := map[string]bool{} // of one table
	all := w.Call.TopDown()
	for i, j := range all {
		var err error
		if i == 0 || all[i-1].Table != j.Table {
			clear(locked)
			err = w.lockAll(all[i:], locked)
		}
		switch {
		case err != nil:
		case j.Do.Verb == connectors.Ensure:
			err = w.findEnsured(j)
		default:
			err = w.find(j, locked)
		}
		if err != nil {
			return j.Failed(err)
		}
	}
	return nil
}

// lockAll locks what the first of some treatments and those of the same table after it are about, whatever the answers about other rows.
func (w *work) lockAll(list []*job, locked map[string]bool) error {
	var sels []connectors.Selection
	for _, j := range list {
		if j.Table == list[0].Table && j.Do.Verb != connectors.Ensure {
			sels = append(sels, j.Do.On)
		}
	}
	for _, sel := range relational.Covering(sels) {
		r := &resolver{job: list[0], plain: true}
		if err := w.select_(sel, r); err != nil {
			return err
		}
		late := slices.DeleteFunc(r.found.Rows, func(t target) bool { return locked[place_(t)] })
		if err := w.lock(list[0].Table, late, locked); err != nil {
			return err
		}
	}
	return nil
}

// rounds is how often rows are found that nobody had found before, until others are asked to be quiet.
const rounds = 5

// find finds the rows of a treatment; those locked are locked already.
func (w *work) find(j *job, locked map[string]bool) error {
	for range rounds {
		r := &resolver{job: j}
		if len(j.Do.Capture) > 0 {
			r.keys = &connectors.Keys{Fields: j.Do.Capture}
		}
		if err := w.select_(j.Do.On, r); err != nil {
			return err
		}
		var late []target
		for _, t := range r.found.Rows {
			if !locked[place_(t)] {
				late = append(late, t)
			}
		}
		if len(late) == 0 {
			j.Rows, j.Out.LinkKeys = r.found.Rows, r.keys
			return nil
		}
		if err := w.lock(j.Table, late, locked); err != nil {
			return err
		}
	}
	return fmt.Errorf("finding rows of %s: %w: others write such rows without a pause", j.Table.Name, connectors.ErrTryLater)
}

// place_ is what names a row and where it stands.
func place_(t target) string { return strconv.FormatBool(t.Held) + t.Name() }

// lock locks rows in the order of what names them.
func (w *work) lock(t *table, rows []target, locked map[string]bool) error {
	rows = slices.Clone(rows)
	slices.SortFunc(rows, func(a, b target) int { return strings.Compare(a.Name(), b.Name()) })
	return w.each(t, rows, func(arm relational.Arm, rows []target) error {
		s := w.about(t, arm)
		from := s.given(rows)
		err := w.line.each(w.ctx, "locking rows of "+t.Name, s.query("SELECT 1 FROM "+from+" FOR UPDATE"), func([][]byte) error { return nil })
		for _, r := range rows {
			locked[place_(r)] = true // gone rows too: nobody brings them back as long as the call goes on, or they are found by the next round
		}
		return err
	})
}

// resolver takes in the rows of one treatment.
type resolver struct {
	job     *job
	plain   bool // nothing is captured
	found   jobs.Found
	keys    *connectors.Keys
	capture []field
	width   int // of the held flag and the identity
}

func (w *work) select_(sel connectors.Selection, r *resolver) error {
	q, ok, err := relational.Select(w.view.dialect(), w.view.relational, sel, r.output)
	if err != nil || !ok {
		return err
	}
	return w.line.each(w.ctx, "finding rows of "+r.job.Table.Name, q, r.row)
}

// output selects identity and captured fields.
func (r *resolver) output(at relational.At) ([]string, error) {
	ids, _, err := identity(at)
	if err != nil {
		return nil, err
	}
	cols := append([]string{at.Held()}, ids...)
	r.width = len(cols)
	if r.plain {
		return cols, nil
	}
	more, fields, err := cells.Fields(reader{}, at, r.job.Do.Capture, 1+len(cols))
	r.capture = fields
	return append(cols, more...), err
}

// row takes in one row reached for one person.
func (r *resolver) row(row [][]byte) error {
	j := r.job
	person, err := strconv.Atoi(string(row[0]))
	if err != nil {
		return err
	}
	if len(r.capture) > 0 {
		t := connectors.Tuple{Person: person, Values: cells.Values(r.capture, j.Do.On.Collection, row)}
		r.keys.Tuples = append(r.keys.Tuples, t)
	}
	r.found.Add(person, string(row[1]) == "1", jobs.Texts(row[2:1+r.width]))
	if !r.plain && j.Do.Verb == connectors.Delete && !j.Late {
		return j.Within(len(r.found.Rows)) // there is no need to read on
	}
	return nil
}
