package mysql

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// The server looks at a foreign key as each row goes, and can be told neither to wait for the end of the transaction nor for that of the
// statement. So rows go after those that refer to them, whatever the order of the treatments; in a circle of tables references of rows that
// go are emptied first.

// carryOut changes what all treatments are about, in their order, but for deletions that follow each other.
func (w *work) carryOut() error {
	left := slices.Clone(w.Call)
	for len(left) > 0 {
		j, stuck, err := w.next(left)
		if err == nil {
			err = w.change(j)
		}
		if stuck && number(err) == parentRow {
			err = entangled(j)
		}
		if err != nil {
			return j.Failed(err)
		}
		left = slices.DeleteFunc(left, func(x *job) bool { return x == j })
	}
	return nil
}

// next is the one of several jobs to be carried out now. stuck says that rows which go later refer to its rows, by columns that cannot be emptied.
func (w *work) next(left []*job) (j *job, stuck bool, err error) {
	run := left
	if n := slices.IndexFunc(left, func(j *job) bool { return j.Do.Verb != connectors.Delete }); n >= 0 {
		run = left[:n]
	}
	if len(run) < 2 {
		return left[0], false, nil
	}
	for _, j := range run {
		if !slices.ContainsFunc(run, func(k *job) bool { return len(refersTo(k, j)) > 0 }) {
			return j, false, nil
		}
	}
	for _, j := range run {
		fixed := func(k *job) bool {
			return slices.ContainsFunc(refersTo(k, j), func(r reference) bool { return k.Table.loose(r) == "" })
		}
		if slices.ContainsFunc(run, fixed) {
			continue
		}
		for _, k := range run {
			if refs := refersTo(k, j); len(refs) > 0 && err == nil {
				err = w.unhook(k.Table, refs, jobs.Only(k.Rows, false))
			}
		}
		return j, false, err
	}
	return run[0], true, nil
}

// refersTo are the foreign keys by which rows of k may stand in the way of those of j.
func refersTo(k, j *job) (out []reference) {
	if k == j || len(k.Rows) == 0 || len(j.Rows) == 0 {
		return nil
	}
	for _, r := range k.Table.refs {
		if r.toSchema+"."+r.toTable == j.Table.address() && r.onDelete != "cascade" && r.onDelete != "set null" {
			out = append(out, r)
		}
	}
	return out
}

// loose is the column of a reference that can be emptied, after which it leads nowhere; "" where none can.
func (t *table) loose(r reference) string {
	for _, c := range r.from {
		if own := t.own(c); !own.NotNull && !own.Computed && !slices.Contains(t.base().Identity, c) {
			return c
		}
	}
	return ""
}

// entangled says why rows that refer to each other cannot go.
func entangled(j *job) error {
	note := connectors.Diagnostic{Severity: connectors.Error, Path: j.Table.Name,
		Summary: "rows of table " + j.Table.Name + " and rows of other tables refer to each other by columns that may not be NULL: the server lets none of them go first",
		Detail:  "let one of these columns be NULL, so that it can be emptied before the rows go, or have one of the foreign keys say ON DELETE CASCADE"}
	j.Out.Notes = connectors.Diagnostics{note}
	return jobs.Conflict(note)
}
