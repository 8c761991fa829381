package planner

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Supplement says that a plan takes up some systems of a request that runs: left out, or not done. The rows that led to theirs may be
// gone by now; the values captured before that lead there in their stead.
type Supplement struct {
	Of      string   // the digest of the plan it supplements
	Systems []string // the only ones it works
	Seeds   []Seed
	Known   []Mark // unique identifiers the person was known by
	Lapsed  []Root // shells the request itself has made: their period was over, the dates that told it are gone
}

// Seed are the values captured over one edge.
type Seed struct {
	Edge   string
	Tuples []connectors.Tuple
}

// worked says whether a plan works a system: a supplementary one only its own.
func (s *survey) worked(sys *datamap.System) bool {
	return s.in.Supplement == nil || slices.Contains(s.in.Supplement.Systems, sys.Name)
}

// takeUp prepares for a supplementary plan.
func (s *survey) takeUp() {
	if s.in.Supplement == nil {
		return
	}
	for _, k := range s.in.Supplement.Known {
		if kind := s.Graph.Map.Identifiers[k.Kind]; kind != nil && kind.Unique {
			s.valuesOf(s.known, kind).add(k.Value, true)
		}
	}
	for _, r := range s.in.Supplement.Lapsed {
		sys := s.Graph.Map.System(r.System)
		if sys == nil || sys.Collection(r.Collection) == nil {
			continue
		}
		c := sys.Collection(r.Collection)
		if s.lapsed[c] == nil {
			s.lapsed[c] = &tuples{fields: c.Key}
		}
		s.lapsed[c].add(connectors.Tuple{Values: r.Key})
	}
}

// seed lets the captured values lead on, once the identifiers have led as far as they do. A value that stands on another person's row now
// is a key their store gave away again: nothing is done by it, a person decides.
func (s *survey) seed() error {
	if s.in.Supplement == nil {
		return nil
	}
	by := map[string]Seed{}
	for _, x := range s.in.Supplement.Seeds {
		y := by[x.Edge]
		by[x.Edge] = Seed{x.Edge, append(y.Tuples, x.Tuples...)}
	}
	for _, p := range s.Graph.TopDown() {
		for _, e := range s.Graph.Children(p) {
			x, ok := by[e.ID]
			if !ok {
				continue
			}
			taken, err := s.givenAway(e, x.Tuples)
			if err != nil {
				return err
			}
			for _, t := range x.Tuples {
				if taken[connectors.Tuple{Values: t.Values}.ID()] {
					continue
				}
				if s.links[e] == nil {
					_, from := e.Parent()
					s.links[e] = &tuples{fields: from}
				}
				s.links[e].add(t)
			}
		}
	}
	return s.search()
}

// givenAway are the keys by which rows that are not this person's lead over e now. Other values than keys may lead from several owners,
// and are weighed as such. What hangs on such a key is left alone whatever anybody says; approving the plan decides that the rest goes on
// without it, so that no task asks. What a verification finds so is asked about row by row: there nothing else is decided.
func (s *survey) givenAway(e *datamap.Edge, captured []connectors.Tuple) (map[string]bool, error) {
	p, up := e.Parent()
	open := s.system(p)
	out := map[string]bool{}
	if open == nil || len(captured) == 0 || !sameSet(up, p.Key) {
		return out, nil
	}
	values := &tuples{fields: up}
	for _, t := range captured {
		values.add(connectors.Tuple{Person: t.Person, Values: t.Values})
	}
	sel := connectors.Selection{Collection: place(p), Any: []connectors.Match{{Fields: up, Values: values.list}}, Where: but(s.ours(p)), Fields: up}
	err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
		out[connectors.Tuple{Values: vs}.ID()] = true
		return nil
	})
	if len(out) > 0 {
		s.attend(plan.Attention{Code: "reused_key", System: p.System.Name, Collection: p.Name, Rows: int64(len(out)), Asks: true,
			Text: fmt.Sprintf("keys of erased rows of %s/%s stand on other rows now; what hangs on them is left alone", p.System.Name, p.Name)})
	}
	return out, s.unreached(p, err)
}

// seedsFor keeps, for systems left out of this plan and for those that pool, the values that lead there: when they are worked, what led there
// is gone. What hangs on rows that others own too stays theirs.
func (s *survey) seedsFor(w *Work, fates map[*datamap.Collection]*fate) {
	for _, p := range s.Graph.TopDown() {
		for _, e := range s.Graph.Children(p) {
			if c, _ := e.Child(); !s.leftOut(c.System) && (c.System.Pool == nil || !s.worked(c.System)) || s.links[e].empty() {
				continue
			}
			seed := Seed{Edge: e.ID, Tuples: lessThose(s.links[e].list, fates[p].sharedParents[e])}
			w.Seeds = append(w.Seeds, seed)
		}
	}
}

// supplements says in a plan which one it supplements.
func (s *survey) supplements(p *plan.Plan) *plan.Plan {
	if s.in.Supplement != nil {
		p.Supplements = s.in.Supplement.Of
	}
	return p
}
