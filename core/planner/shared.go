package planner

import (
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/plan"
)

// candidate counts rows of one collection that may be the person's.
type candidate struct {
	rows    int64
	matched []string
	why     string
	keys    *tuples
}

// settleShared decides about the rows that shared identifiers alone led to, once the unique ones lead no
// further (correctness: whose row is it). A verified value is enough only where it stands on no other
// person's row, or where the map says one_person_per_value. It says whether a row was accepted.
func (s *survey) settleShared() (grew bool) {
	for kind, given := range s.given {
		for _, value := range given.order {
			if s.settleValue(kind, value, given.verified[value]) {
				grew = true
			}
		}
	}
	return grew
}

func (s *survey) settleValue(kind, value string, verified bool) (grew bool) {
	var of []*sighting
	for i := range s.shared {
		if x := &s.shared[i]; x.kind == kind && x.value == value && !s.isRoot[x.c][rowID(x.row)] {
			x.other = x.other || s.contradicts(x.ids)
			of = append(of, x)
		}
	}
	why := s.whyNot(of, verified)
	for _, x := range of {
		decides := why == "" || verified && x.c.OnePerson
		switch {
		case x.other:
			s.witness(x.c, x.row.key)
			s.uncandidate(x)
		case decides:
			f := x.c.Field(x.row.by)
			if s.accept(x.c, x.row, f, x.row.value, x.ids) {
				grew = true
			}
			s.uncandidate(x)
		default:
			s.propose(x, why)
		}
	}
	return grew
}

// whyNot says why a value does not decide; "" where it does.
func (s *survey) whyNot(of []*sighting, verified bool) string {
	if !verified {
		return "the request does not say that the value was verified as this person's"
	}
	persons := map[string]bool{}
	for _, x := range of {
		if x.other {
			return "the same value stands on another person's row"
		}
		if len(x.ids) > 0 {
			persons[identityOf(x.ids)] = true
		}
	}
	if len(persons) > 1 {
		return "the same value stands on rows of more than one person"
	}
	return ""
}

func identityOf(ids map[string]string) string {
	var b []byte
	for _, k := range slices.Sorted(maps.Keys(ids)) {
		b = append(append(append(b, k...), 0), ids[k]...)
		b = append(b, 0)
	}
	return string(b)
}

// contradicts says whether one of the unique identifiers is of a kind we know, and another's.
func (s *survey) contradicts(ids map[string]string) bool {
	for kind, n := range ids {
		if known := s.known[kind]; known != nil && len(known.order) > 0 && known.raw[n] == nil {
			return true
		}
	}
	return false
}

func rowID(r root) string { return connectors.Tuple{Values: r.key}.ID() }

func (s *survey) propose(x *sighting, why string) {
	c := s.candidates[x.c]
	if c == nil {
		c = &candidate{keys: &tuples{fields: x.c.Key}}
		s.candidates[x.c] = c
	}
	if c.keys.add(connectors.Tuple{Values: x.row.key}) {
		c.rows++
	}
	if !slices.Contains(c.matched, x.kind) {
		c.matched = append(c.matched, x.kind)
	}
	c.why = why
}

func (s *survey) uncandidate(x *sighting) {
	c := s.candidates[x.c]
	if c == nil {
		return
	}
	id := connectors.Tuple{Values: x.row.key}.ID()
	if !c.keys.seen[id] {
		return
	}
	delete(c.keys.seen, id)
	if c.rows--; c.rows == 0 {
		delete(s.candidates, x.c)
	}
}

// listCandidates puts them into the plan, in map order.
func (s *survey) listCandidates() []plan.Candidate {
	var out []plan.Candidate
	for _, col := range s.Graph.Collections() {
		if c := s.candidates[col]; c != nil {
			out = append(out, plan.Candidate{System: col.System.Name, Collection: col.Name, Rows: c.rows, Matched: c.matched, Why: c.why})
		}
	}
	return out
}
