package state

import (
	"encoding/json"
	"fmt"
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

// PutCount stores counts under the step's fence, replacing earlier ones of the same collection, treatment and person.
func (tx *Tx) PutCount(s Step, counts ...Count) error {
	if err := tx.HoldStep(s); err != nil || len(counts) == 0 {
		return err
	}
	list := make([][]any, len(counts)) // as one parameter: binding thousands takes longer than storing them
	for i, c := range counts {
		list[i] = []any{c.Collection, c.Treatment, c.Person, c.Planned, c.Prepared, c.Committed, c.Inferred}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return tx.do("count", `INSERT INTO step_count (step, collection, treatment, person, planned, prepared, committed, inferred)
		SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?) WHERE TRUE
		ON CONFLICT (step, collection, treatment, person) DO UPDATE SET planned = excluded.planned, prepared = excluded.prepared,
		committed = excluded.committed, inferred = excluded.inferred`, s.ID, string(text))
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
		FROM step s CROSS JOIN step_count c INDEXED BY step_count_person ON c.step = s.id WHERE s.plan = ? AND c.person = ?
		GROUP BY s.system, c.collection, c.treatment ORDER BY s.system, c.collection, c.treatment`, plan, person)
}

func scanCount(s scanner) (Count, error) {
	var c Count
	return c, s.Scan(&c.Step, &c.Collection, &c.Treatment, &c.Person, &c.Planned, &c.Prepared, &c.Committed, &c.Inferred)
}
