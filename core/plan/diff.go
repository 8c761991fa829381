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
	type key struct{ system, collection, class string }
	by := map[key]*Change{}
	count := func(p *Plan, add func(*Change, int64)) {
		for _, s := range p.Systems {
			for _, c := range s.Collections {
				for _, a := range c.Actions {
					if a.Action == NothingFound {
						continue
					}
					k := key{s.Name, c.Name, class(a)}
					if by[k] == nil {
						by[k] = &Change{System: s.Name, Collection: c.Name, Action: a.Action, Reason: a.Reason.Code}
					}
					add(by[k], a.Rows)
				}
			}
		}
	}
	count(old, func(c *Change, n int64) { c.Old += n })
	count(now, func(c *Change, n int64) { c.New += n })
	out := []Change{}
	for _, c := range by {
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
