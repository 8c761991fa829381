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

// tally keeps the counts of one system's work by how they are known (correctness: carrying out and verifying):
// acknowledged, or inferred. It takes up what earlier, interrupted tries left.
type tally struct {
	class   map[string]classOf      // by the ID a treatment was sent under
	now     map[string]*state.Count // by the plan's treatment
	pending map[string]int64        // reported by an earlier try before its commit, and never acknowledged
	before  map[string]int64        // acknowledged or inferred by earlier tries
	prepare map[string]int64        // reported in the call under way
	most    map[string]int64        // the plan's ceilings
	units   bool                    // the work is committed in several parts: slices, or a store without transactions
}

func newTally(work *planner.SystemWork, was []state.Count, units bool) *tally {
	t := &tally{class: map[string]classOf{}, now: map[string]*state.Count{}, pending: map[string]int64{}, before: map[string]int64{}, prepare: map[string]int64{}, most: map[string]int64{}, units: units}
	for i, x := range work.Treatments {
		c := work.Purposes[i]
		t.now[x.ID] = &state.Count{Collection: c.Collection, Treatment: x.ID, Person: state.Total, Planned: c.Planned}
		t.most[x.ID] = x.AtMost
	}
	for _, c := range was {
		now := t.now[c.Treatment]
		if now == nil || c.Person != state.Total {
			continue
		}
		now.Committed, now.Inferred = c.Committed, c.Inferred
		t.before[c.Treatment] = c.Committed + c.Inferred
		t.pending[c.Treatment] = max(c.Prepared-c.Committed-c.Inferred, 0)
	}
	return t
}

// send notes under which IDs treatments go to the store.
func (t *tally) send(id string, as classOf) { t.class[id] = as }

func (t *tally) add(to map[string]int64, outcomes []connectors.Outcome) {
	for _, o := range outcomes {
		if c, ok := t.class[o.ID]; ok && t.now[c.treatment] != nil {
			to[c.treatment] += o.Changed
		}
	}
}

// report takes what a store says it is about to commit.
func (t *tally) report(outcomes []connectors.Outcome) { t.add(t.prepare, outcomes) }

// over names a treatment of which more would change than the plan allows; "" none. The store refuses that by itself; a connector that
// does not is refused here, before anything is committed.
func (t *tally) over() string {
	for id, n := range t.prepare {
		if c := t.now[id]; n > 0 && c.Committed+c.Inferred+n > t.most[id] {
			return id
		}
	}
	return ""
}

// acknowledge takes what it says it has committed; the call under way is over.
func (t *tally) acknowledge(outcomes []connectors.Outcome) {
	sum := map[string]int64{}
	t.add(sum, outcomes)
	for id, n := range sum {
		t.now[id].Committed += n
	}
	clear(t.prepare)
}

// infer settles what earlier tries left open, when everything is done: what they had reported and this one no longer
// found was committed then, without anybody hearing it. Of work in units the last one reported may not have been touched, so the plan's
// number bounds it.
func (t *tally) infer() {
	for id, pending := range t.pending {
		c := t.now[id]
		found := c.Committed + c.Inferred - t.before[id] // by this try
		gone := pending - found
		if t.units {
			gone = min(pending, c.Planned-t.before[id]-found)
		}
		c.Inferred += max(gone, 0)
	}
	clear(t.pending)
}

// changed is what this treatment has changed so far.
func (t *tally) changed(id string) int64 {
	if c, ok := t.class[id]; ok && t.now[c.treatment] != nil {
		return t.now[c.treatment].Committed + t.now[c.treatment].Inferred
	}
	return 0
}

// counts are as they are to be stored.
func (t *tally) counts(step int64) []state.Count {
	var out []state.Count
	for id, c := range t.now {
		x := *c
		open := max(t.pending[id], t.prepare[id]) // one transaction, tried again: the same rows
		if t.units {
			open = t.pending[id] + t.prepare[id]
		}
		x.Step, x.Prepared = step, c.Committed+c.Inferred+open
		out = append(out, x)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Treatment < out[j].Treatment })
	return out
}
