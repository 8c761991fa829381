package postgres

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// entangled are the deletions from the i-th treatment on that follow each other, where rows of a table that comes later refer to rows of one that
// comes before; none where each can go by itself. Tables that refer to each other in a circle stand in no order in which they could.
func (w *work) entangled(i int) jobs.Call[*table] {
	run := w.Call[i:]
	if n := slices.IndexFunc(run, func(j *job) bool { return j.Do.Verb != connectors.Delete }); n >= 0 {
		run = run[:n]
	}
	for k, later := range run {
		if slices.ContainsFunc(run[:k], func(j *job) bool {
			return len(j.Rows) > 0 && len(later.Rows) > 0 && j.Table.oid != later.Table.oid && slices.Contains(later.Table.parents, j.Table.oid)
		}) {
			return run
		}
	}
	return nil
}

// deleteAsOne removes the rows of several treatments in one statement: foreign keys are looked at when it ends.
func (q *queue) deleteAsOne(call jobs.Call[*table]) error {
	if slices.ContainsFunc(call, func(j *job) bool { return q.renames[j.Table.oid] }) {
		if err := q.flush(); err != nil {
			return err
		}
	}
	in := &series{joined: true}
	for _, j := range call {
		if err := q.remove(j, in); err != nil {
			return err
		}
	}
	q.asks, q.of = append(q.asks, in.asOne()), append(q.of, call[0])
	return nil
}

// series are statements about to be sent; those that are to be joined count their parameters on from one to the next.
type series struct {
	joined bool
	asks   []ask
	bound  int
}

// on begins the next.
func (in *series) on(t *table, arm relational.Arm) *statement {
	return &statement{table: t, arm: arm, before: in.bound}
}

func (in *series) add(a ask) {
	in.asks = append(in.asks, a)
	if in.joined {
		in.bound += len(a.Args)
	}
}

// asOne is one statement that does what all of them do, on what stood before any did.
func (in *series) asOne() ask {
	out := ask{doing: "deleting what refers to each other"}
	var with, counts []string
	for i, a := range in.asks {
		name := "d" + strconv.Itoa(i)
		with = append(with, name+" AS ("+a.SQL+" RETURNING 1)")
		counts = append(counts, "(SELECT count(*) FROM "+name+")")
		out.Args = append(out.Args, a.Args...)
	}
	out.SQL = "WITH " + strings.Join(with, ", ") + " SELECT " + strings.Join(counts, ", ")
	out.row = func(row [][]byte) error {
		for i, a := range in.asks {
			n, err := strconv.ParseInt(string(row[i]), 10, 64)
			if err != nil {
				return fmt.Errorf("deleting: counting: %w", err)
			}
			if a.done != nil {
				if err := a.done(n); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return out
}
