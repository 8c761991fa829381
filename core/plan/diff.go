package plan

import "sort"

// Change is one class that differs between two plans.
type Change struct {
	System     string `json:"system"`
	Collection string `json:"collection"`
	Action     Act    `json:"action"`
	Reason     string `json:"reason"`
	Old        int64  `json:"old"`
	New        int64  `json:"new"`
}

// Diff lists the classes whose numbers differ, by system and collection. Empty: the plans do the same.
func Diff(old, now *Plan) []Change {
	d := differing{}
	d.count(old, func(c *Change, n int64) { c.Old += n })
	d.count(now, func(c *Change, n int64) { c.New += n })
	return d.changes()
}

// BatchDiff lists the classes whose numbers differ between two batch plans, and the requests that only one of them has.
func BatchDiff(old, now *Batch) (changes []Change, gone, joined []string) {
	d := differing{}
	d.countBatch(old, func(c *Change, n int64) { c.Old += n })
	d.countBatch(now, func(c *Change, n int64) { c.New += n })
	return d.changes(), old.without(now), now.without(old)
}

// without are the requests of b that the other has not.
func (b *Batch) without(other *Batch) []string {
	has := map[string]bool{}
	for _, m := range other.Requests {
		has[m.Request] = true
	}
	out := []string{}
	for _, m := range b.Requests {
		if !has[m.Request] {
			out = append(out, m.Request)
		}
	}
	return out
}

type classKey struct{ system, collection, class string }

// differing are the numbers of two plans by class.
type differing map[classKey]*Change

func (d differing) at(system, collection, class string, act Act, reason string) *Change {
	k := classKey{system, collection, class}
	if d[k] == nil {
		d[k] = &Change{System: system, Collection: collection, Action: act, Reason: reason}
	}
	return d[k]
}

func (d differing) count(p *Plan, add func(*Change, int64)) {
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				if a.Action != NothingFound {
					add(d.at(s.Name, c.Name, class(a), a.Action, a.Reason.Code), a.Rows)
				}
			}
		}
	}
}

func (d differing) countBatch(b *Batch, add func(*Change, int64)) {
	for _, s := range b.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				k := class(Action{Action: a.Action, Reason: a.Reason, Shell: a.Shell})
				add(d.at(s.Name, c.Name, k, a.Action, a.Reason.Code), a.Rows)
			}
		}
	}
}

// changes are those whose numbers differ, in order.
func (d differing) changes() []Change {
	out := []Change{}
	for _, c := range d {
		if c.Old != c.New {
			out = append(out, *c)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if a.System != b.System {
			return a.System < b.System
		}
		if a.Collection != b.Collection {
			return a.Collection < b.Collection
		}
		return a.Action+"\x00"+Act(a.Reason) < b.Action+"\x00"+Act(b.Reason)
	})
	return out
}
