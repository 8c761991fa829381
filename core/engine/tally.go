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

// counted is what is counted apart: a treatment of the plan, in all and for each person of a batch.
type counted struct {
	treatment string
	person    int // [state.Total]: each row once
}

// tally keeps the counts of one system's work by how they are known: acknowledged, or inferred, so that no receipt shows a row as
// counted which nobody counted. It takes up what earlier, interrupted tries left.
type tally struct {
	class   map[string]classOf       // by the ID a treatment was sent under
	now     map[counted]*state.Count // by the plan's treatment
	pending map[counted]int64        // reported by an earlier try before its commit, and never acknowledged
	before  map[counted]int64        // acknowledged or inferred by earlier tries
	prepare map[counted]int64        // reported in the call under way
	stored  map[counted]state.Count  // as they stand in the state
	most    map[counted]int64        // the plan's ceilings; of a batch also those of each member's own plan
	units   bool                     // the work is committed in several parts: slices, or a store without transactions
	persons []int                    // of the batch, by the person of the work; nil: it is of one request
	first   map[string]int           // of a treatment without persons (a placeholder stands for all): whose it counts as
}

// newTally is the tally of a system's work; persons are those of the batch it is of, nil where it is one request's.
func newTally(work *planner.SystemWork, persons []int, was []state.Count, units bool) *tally {
	t := &tally{class: map[string]classOf{}, now: map[counted]*state.Count{}, pending: map[counted]int64{}, before: map[counted]int64{}, prepare: map[counted]int64{}, stored: map[counted]state.Count{},
		most: map[counted]int64{}, units: units, persons: persons, first: map[string]int{}}
	for i, x := range work.Treatments {
		c := work.Purposes[i]
		t.now[counted{x.ID, state.Total}] = &state.Count{Collection: c.Collection, Treatment: x.ID, Person: state.Total, Planned: c.Planned}
		t.most[counted{x.ID, state.Total}] = x.AtMost
		if persons == nil {
			continue
		}
		for p, n := range c.Each {
			who := persons[p]
			if most, ok := c.Most[p]; ok && x.Verb != connectors.Ensure {
				t.most[counted{x.ID, who}] = most
			}
			t.now[counted{x.ID, who}] = &state.Count{Collection: c.Collection, Treatment: x.ID, Person: who, Planned: n}
			if first, ok := t.first[x.ID]; x.Verb == connectors.Ensure && (!ok || who < first) {
				t.first[x.ID] = who
			}
		}
	}
	for _, c := range was {
		k := counted{c.Treatment, c.Person}
		now := t.now[k]
		if now == nil {
			continue
		}
		t.stored[k] = c
		now.Committed, now.Inferred = c.Committed, c.Inferred
		t.before[k] = c.Committed + c.Inferred
		t.pending[k] = max(c.Prepared-c.Committed-c.Inferred, 0)
	}
	return t
}

// send notes under which IDs treatments go to the store.
func (t *tally) send(id string, as classOf) { t.class[id] = as }

func (t *tally) add(to map[counted]int64, outcomes []connectors.Outcome) {
	for _, o := range outcomes {
		c, ok := t.class[o.ID]
		if !ok {
			continue
		}
		count := func(person int, n int64) {
			if k := (counted{c.treatment, person}); t.now[k] != nil {
				to[k] += n
			}
		}
		count(state.Total, o.Changed)
		if who, ok := t.first[c.treatment]; ok {
			count(who, o.Changed)
			continue
		}
		for p, n := range o.ByPerson {
			if p >= 0 && p < len(t.persons) {
				count(t.persons[p], n)
			}
		}
	}
}

// report takes what a store says it is about to commit.
func (t *tally) report(outcomes []connectors.Outcome) { t.add(t.prepare, outcomes) }

// over names a treatment of which more would change than the plan allows; "" none. The store refuses that by itself; a connector that
// does not is refused here, before anything is committed. Of several persons the store knows what they may lose together: what each may,
// by the plan of their own, is judged here alone.
func (t *tally) over() string {
	for k, n := range t.prepare {
		most, bounded := t.most[k]
		if c := t.now[k]; bounded && n > 0 && c.Committed+c.Inferred+n > most {
			return k.treatment
		}
	}
	return ""
}

// acknowledge takes what it says it has committed; the call under way is over.
func (t *tally) acknowledge(outcomes []connectors.Outcome) {
	sum := map[counted]int64{}
	t.add(sum, outcomes)
	for k, n := range sum {
		t.now[k].Committed += n
	}
	clear(t.prepare)
}

// acknowledgeSome takes what it says it has committed, where more of what it was about to commit may have been, without anybody hearing it.
func (t *tally) acknowledgeSome(outcomes []connectors.Outcome) {
	sum := map[counted]int64{}
	t.add(sum, outcomes)
	for k, n := range sum {
		t.now[k].Committed += n
		t.prepare[k] = max(t.prepare[k]-n, 0)
	}
}

// infer settles what earlier tries left open, when everything is done: what they had reported and this one no longer
// found was committed then, without anybody hearing it. Of work in units the last one reported may not have been touched, so the plan's
// number bounds it.
func (t *tally) infer() {
	for k, pending := range t.pending {
		c := t.now[k]
		found := c.Committed + c.Inferred - t.before[k] // by this try
		gone := pending - found
		if t.units {
			gone = min(pending, c.Planned-t.before[k]-found)
		}
		c.Inferred += max(gone, 0)
	}
	clear(t.pending)
}

// changed is what this treatment has changed so far.
func (t *tally) changed(id string) int64 {
	c, ok := t.class[id]
	if now := t.now[counted{c.treatment, state.Total}]; ok && now != nil {
		return now.Committed + now.Inferred
	}
	return 0
}

// worked is how many rows this try has changed.
func (t *tally) worked() (n int64) {
	for k, c := range t.now {
		if k.person == state.Total {
			n += c.Committed + c.Inferred - t.before[k]
		}
	}
	return n
}

// counts are those to be stored: as they are not stored yet.
func (t *tally) counts(step int64) []state.Count {
	var out []state.Count
	for k := range t.now {
		if x := t.count(step, k); x != t.stored[k] {
			out = append(out, x)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Treatment != out[j].Treatment {
			return out[i].Treatment < out[j].Treatment
		}
		return out[i].Person < out[j].Person
	})
	return out
}

// count is how one stands.
func (t *tally) count(step int64, k counted) state.Count {
	x := *t.now[k]
	open := max(t.pending[k], t.prepare[k]) // one transaction, tried again: the same rows
	if t.units {
		open = t.pending[k] + t.prepare[k]
	}
	x.Step, x.Prepared = step, x.Committed+x.Inferred+open
	return x
}

// keep notes that counts were stored as they are.
func (t *tally) keep(step int64) {
	for k := range t.now {
		t.stored[k] = t.count(step, k)
	}
}
