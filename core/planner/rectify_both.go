package planner

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

// awaited says whether a value is a new one of the request: on a row of the person's it contradicts nothing, and on others it
// makes no row the person's.
func (s *survey) awaited(kind *datamap.Identifier, normal string) bool {
	if kind.Category == nil {
		return false
	}
	return slices.ContainsFunc(s.renewed[kind.Category.Name], func(text string) bool {
		n, err := kind.Normalise(text)
		return err == nil && n == normal
	})
}

// awaits notes the new values of the request's corrections by category.
func (s *survey) awaits() {
	s.renewed = map[string][]string{}
	for _, c := range s.in.Request.Corrections {
		s.renewed[c.Category] = append(s.renewed[c.Category], c.To.Reveal())
	}
}

// findTaken looks for rows of other persons that hold a new identifier already. Of a kind that names one person each, it stops the plan: no
// answer could make that right, one of the rows or the request has to be. Of one that households share, a person decides by approving and not
// by a task: what there is to decide is the correction itself, and an approval signs just that.
func (r *rectification) findTaken() error {
	for _, ch := range r.changes {
		for _, kind := range ch.kinds {
			for _, c := range r.Graph.Collections() {
				if err := r.takenIn(ch, kind, c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (r *rectification) takenIn(ch *change, kind *datamap.Identifier, c *datamap.Collection) error {
	open := r.system(c)
	sel := connectors.Selection{Collection: place(c), Where: but(r.ours(c))}
	for _, f := range graph.Identifying(c) {
		if f.Identifier != kind {
			continue
		}
		for _, p := range ch.pairs {
			if n, err := kind.Normalise(p.to); err == nil && !p.exact {
				sel.Any = append(sel.Any, connectors.Match{Fields: []string{f.Name}, Values: tuplesOf(union(spellings(kind, n), []string{p.to}))})
			}
		}
	}
	if open == nil || len(sel.Any) == 0 {
		return nil
	}
	n, err := open.Count(r.ctx, sel)
	if err != nil || n[0] == 0 {
		return r.unreached(c, err)
	}
	ch.taken = true
	a := plan.Attention{Code: "taken", System: c.System.Name, Collection: c.Name, Rows: n[0], Blocks: kind.Unique, Asks: !kind.Unique}
	if kind.Unique {
		a.Text = fmt.Sprintf("the new %s stands on another person's row, and names one person each; a person decides whose it is", kind.Name)
	} else {
		a.Text = fmt.Sprintf("the new %s stands on another person's row too: they share it, or it is a slip; a person decides, and approves", kind.Name)
	}
	r.attend(a)
	return nil
}

// searchBoth lets everything that leads to the person's rows by an identifier that changes lead there by the new value as well: while it
// changes, some rows hold the one and some the other.
func (r *rectification) searchBoth() {
	for _, c := range r.Graph.Collections() {
		for _, root := range slices.Clone(r.roots[c]) {
			twin, changed := root, false
			if root.by != "" {
				twin.value, changed = r.renew(c.Field(root.by), root.value, true)
			}
			key := slices.Clone(root.key)
			for i, name := range c.Key {
				if v, ok := r.renew(c.Field(name), key[i], false); ok {
					key[i], changed = v, true
				}
			}
			if twin.key = key; changed {
				r.roots[c] = append(r.roots[c], twin)
			}
		}
	}
	for e, links := range r.links {
		p, fields := e.Parent()
		for _, t := range slices.Clone(links.list) {
			twin, changed := t, false
			twin.Values = slices.Clone(t.Values)
			for i, name := range fields {
				if v, ok := r.renew(p.Field(name), t.Values[i], false); ok {
					twin.Values[i], changed = v, true
				}
			}
			if changed {
				links.add(twin)
			}
		}
	}
	r.findSpots()
}

// renew is the new value of an identifier that changes, where v is its old one. A value that stands on others' rows too leads nowhere
// unless the row's own key stands beside it.
func (r *rectification) renew(f *datamap.Field, v any, beside bool) (any, bool) {
	if f == nil || f.Identifier == nil || f.Category == nil || f.ThirdPerson != "" {
		return v, false
	}
	for _, ch := range r.changes {
		if ch.category != f.Category.Name || ch.taken && !beside {
			continue
		}
		for _, p := range ch.pairs {
			if p.from != "" && ch.is(f, v, p.from, p.exact) {
				return p.to, true
			}
		}
	}
	return v, false
}

// identifiersLast orders the systems: those where no identifier changes, then those found by one that does, last those whose rows are found by
// another identifier too.
func (r *rectification) identifiersLast() []*datamap.System {
	order, _ := r.Graph.Systems()
	slices.SortStableFunc(order, func(a, b *datamap.System) int { return r.rank(a) - r.rank(b) })
	return order
}

func (r *rectification) rank(sys *datamap.System) int {
	changes, other := false, false
	for _, c := range sys.Collections {
		for _, f := range graph.Identifying(c) {
			here := slices.ContainsFunc(r.spots[c], func(sp *spot) bool { return slices.Contains(sp.fields, f) }) && c.Rectify.Mode == "replace"
			changes = changes || here
			other = other || !here && f.Identifier.Unique && len(r.roots[c]) > 0
		}
	}
	switch {
	case !changes:
		return 0
	case !other:
		return 1
	}
	return 2
}

// waitForOthers lets a system in which an identifier changes wait for those that may still be looked for by the old value.
func (r *rectification) waitForOthers() {
	for i := range r.out.Work.Systems {
		w := &r.out.Work.Systems[i]
		mine := r.rank(r.Graph.Map.System(w.System))
		for _, before := range r.out.Work.Systems[:i] {
			if mine > 0 && r.rank(r.Graph.Map.System(before.System)) < mine {
				w.After = append(w.After, before.System)
			}
		}
	}
}
