package engine

import (
	"sort"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// classOf ties a treatment as it was sent to the one of the plan.
type classOf struct {
	treatment string
	planner.Class
}

// tally keeps the counts of one apply by how they are known (correctness: carrying out and verifying).
type tally struct {
	class map[string]classOf
	now   map[string]*state.Count // by the plan's treatment
	was   map[string]state.Count  // as an earlier, interrupted try left them
}

func newTally(class map[string]classOf, before []state.Count) *tally {
	t := &tally{class: class, now: map[string]*state.Count{}, was: map[string]state.Count{}}
	for _, c := range before {
		if c.Person == state.Total {
			t.was[c.Treatment] = c
		}
	}
	for _, c := range class {
		if t.now[c.treatment] == nil {
			was := t.was[c.treatment]
			t.now[c.treatment] = &state.Count{Collection: c.Collection, Treatment: c.treatment, Person: state.Total, Planned: c.Planned, Prepared: was.Prepared}
		}
	}
	return t
}

func (t *tally) of(o connectors.Outcome) *state.Count { return t.now[t.class[o.ID].treatment] }

// prepare takes what a store reports before it commits. One with transactions reports everything at once; one
// without, unit by unit.
func (t *tally) prepare(outcomes []connectors.Outcome, transactional bool) {
	if !transactional {
		for _, o := range outcomes {
			if c := t.of(o); c != nil {
				c.Prepared += o.Changed
			}
		}
		return
	}
	sum := t.sum(outcomes)
	for id, n := range sum {
		// A retry that finds less than was prepared before does not make that unprepared.
		t.now[id].Prepared = max(n, t.was[id].Prepared)
	}
}

func (t *tally) sum(outcomes []connectors.Outcome) map[string]int64 {
	out := map[string]int64{}
	for _, o := range outcomes {
		if t.of(o) != nil {
			out[t.class[o.ID].treatment] += o.Changed
		}
	}
	return out
}

// commit takes the acknowledgement. What an earlier try had prepared and this one no longer found was committed then,
// without anybody hearing it: inferred, never counted.
func (t *tally) commit(outcomes []connectors.Outcome, resumed, transactional bool) {
	sum := t.sum(outcomes)
	for id, c := range t.now {
		c.Committed = sum[id]
		if !resumed {
			continue
		}
		was := t.was[id].Prepared
		if !transactional { // of the units prepared, the last may not have been touched
			was = min(was, max(c.Planned-c.Committed, 0))
		} else {
			was = max(was-c.Committed, 0)
		}
		c.Inferred = was + t.was[id].Inferred
	}
}

// overCeiling names a treatment split into several parts whose sum passes the plan's ceiling; "" none. Within one
// part the store itself refuses.
func (t *tally) overCeiling() string { return "" }

func (t *tally) counts(step int64) []state.Count {
	var out []state.Count
	for _, c := range t.now {
		c.Step = step
		out = append(out, *c)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Treatment < out[j].Treatment })
	return out
}
