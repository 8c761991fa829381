package state

import (
	"slices"
	"strings"
)

// Total is the person index of a count over all persons of a batch, in which a shared row stands once.
const Total = -1

// Count is how many rows of one collection one step treated in one way, by how it is known.
type Count struct {
	Step       int64
	Collection string
	Treatment  string
	Person     int   // index in the batch, 0 for a single request; [Total]
	Planned    int64 // by the plan
	Prepared   int64 // reported before the commit
	Committed  int64 // acknowledged after it
	Inferred   int64 // prepared was recorded, the acknowledgement was lost, the retry found the rows gone
}

// countsAtOnce is how many counts one statement stores.
const countsAtOnce = 100

// PutCount stores counts under the step's fence, replacing earlier ones of the same collection, treatment and person.
func (tx *Tx) PutCount(s Step, counts ...Count) error {
	if err := tx.HoldStep(s); err != nil {
		return err
	}
	for some := range slices.Chunk(counts, countsAtOnce) {
		args := make([]any, 0, 8*len(some))
		for _, c := range some {
			args = append(args, s.ID, c.Collection, c.Treatment, c.Person, c.Planned, c.Prepared, c.Committed, c.Inferred)
		}
		err := tx.do("count", `INSERT INTO step_count (step, collection, treatment, person, planned, prepared, committed, inferred) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`+
			strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?)", len(some)-1)+`
		ON CONFLICT (step, collection, treatment, person) DO UPDATE SET planned = excluded.planned, prepared = excluded.prepared,
		committed = excluded.committed, inferred = excluded.inferred`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// Counts lists a step's counts.
func (tx *Tx) Counts(step int64) ([]Count, error) {
	return all(tx, "counts", scanCount, `SELECT step, collection, treatment, person, planned, prepared, committed, inferred FROM step_count WHERE step = ?
		ORDER BY collection, treatment, person`, step)
}

// SystemCount is the sum of one person's counts in one system.
type SystemCount struct {
	System string
	Count
}

// SumCounts adds up the counts of a plan's steps for one person (0 for a single request, [Total] for all), by system, collection and
// treatment. Step is zero in what it returns.
func (tx *Tx) SumCounts(plan int64, person int) ([]SystemCount, error) {
	return all(tx, "counts", func(s scanner) (c SystemCount, err error) {
		return c, s.Scan(&c.System, &c.Collection, &c.Treatment, &c.Person, &c.Planned, &c.Prepared, &c.Committed, &c.Inferred)
	}, `SELECT s.system, c.collection, c.treatment, c.person, sum(c.planned), sum(c.prepared), sum(c.committed), sum(c.inferred)
		FROM step_count c JOIN step s ON s.id = c.step WHERE s.plan = ? AND c.person = ?
		GROUP BY s.system, c.collection, c.treatment ORDER BY s.system, c.collection, c.treatment`, plan, person)
}

func scanCount(s scanner) (Count, error) {
	var c Count
	return c, s.Scan(&c.Step, &c.Collection, &c.Treatment, &c.Person, &c.Planned, &c.Prepared, &c.Committed, &c.Inferred)
}
