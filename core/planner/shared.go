package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// candidate are rows of one collection that may be the person's.
type candidate struct {
	matched []string
	why     string
	keys    *tuples
}

// settleShared decides about the rows that shared identifiers alone led to, once the unique ones lead no
// further. A verified value is enough only where it stands on no other
// person's row, or where the map says one_person_per_value. All are weighed before any is taken: where two verified
// values stand on rows of different persons, neither decides. Where a person has said whose a row is, that decides, within what no
// answer can change: a row that holds somebody else's unique identifier is not taken. It says whether a row was accepted.
func (s *survey) settleShared() (grew bool, err error) {
	if err := s.hear(); err != nil {
		return false, err
	}
	s.candidates = map[*datamap.Collection]*candidate{}
	var taken []*sighting
	for _, kind := range sortedNames(s.given) {
		given := s.given[kind]
		for _, value := range given.order {
			taken = append(taken, s.settleValue(kind, value, given.verified[value])...)
		}
	}
	if !s.onePerson(taken) {
		for _, x := range taken {
			s.propose(x, "verified identifiers stand on rows of different persons")
		}
		return false, nil
	}
	for _, x := range taken {
		how := x.kind
		if x.said != nil {
			how = FoundConfirmed
		}
		if s.accept(x.c, x.row, x.c.Field(x.row.by), x.row.value, x.ids, how) {
			grew = true
		}
	}
	return grew, nil
}

// settleValue gives the rows a value decides about; the others become candidates.
func (s *survey) settleValue(kind, value string, verified bool) (taken []*sighting) {
	var of []*sighting
	for i := range s.shared {
		if x := &s.shared[i]; x.kind == kind && x.value == value && !s.isRoot[x.c][rowID(x.row)] {
			x.other = x.other || s.contradicts(x.ids)
			of = append(of, x)
		}
	}
	why := s.whyNot(of, verified)
	for _, x := range of {
		switch {
		case x.other:
			s.witness(x.c, x.row.key)
			s.overrule(x)
		case x.denied():
			s.witness(x.c, x.row.key)
		case x.said != nil, why == "", verified && x.c.OnePerson:
			taken = append(taken, x)
		default:
			s.propose(x, why)
		}
	}
	return taken
}

// sayConflicts tells of rows that hold a verified shared value of the request and another person's number: a household's
// e-mail, or a telephone given out again. They are never this person's, and somebody should know.
func (s *survey) sayConflicts() {
	rows, kinds := map[*datamap.Collection]*tuples{}, map[*datamap.Collection][]string{}
	for i := range s.shared {
		x := &s.shared[i]
		if !x.other || !s.given[x.kind].verified[x.value] || s.isRoot[x.c][rowID(x.row)] {
			continue
		}
		if rows[x.c] == nil {
			rows[x.c] = &tuples{fields: x.c.Key}
		}
		rows[x.c].add(connectors.Tuple{Values: x.row.key})
		if !slices.Contains(kinds[x.c], x.kind) {
			kinds[x.c] = append(kinds[x.c], x.kind)
		}
	}
	for _, c := range s.Graph.Collections() {
		if rows[c] == nil {
			continue
		}
		slices.Sort(kinds[c])
		s.attend(plan.Attention{Code: "conflict", System: c.System.Name, Collection: c.Name, Rows: int64(len(rows[c].list)),
			Text: fmt.Sprintf("another person's row holds this request's %s; it is not this person's, and nothing is done with it", strings.Join(kinds[c], " and "))})
	}
}

// onePerson stops the plan where rows about to be taken hold different unique identifiers of one kind.
func (s *survey) onePerson(taken []*sighting) bool {
	one := map[string]string{}
	for _, x := range taken {
		for kind, n := range x.ids {
			if one[kind] != "" && one[kind] != n {
				text := fmt.Sprintf("verified identifiers of the request stand on rows of different persons (%s); a person decides whose request this is", kind)
				if slices.ContainsFunc(taken, func(x *sighting) bool { return x.said != nil }) {
					text = fmt.Sprintf("rows that were confirmed as this person's, or found by a verified identifier, are of different persons (%s); they are asked about again", kind)
				}
				s.attend(plan.Attention{Code: "conflict", System: x.c.System.Name, Collection: x.c.Name, Rows: 1, Blocks: true, Text: text})
				return false
			}
			one[kind] = n
		}
	}
	return true
}

// whyNot says why a value does not decide; "" where it does.
func (s *survey) whyNot(of []*sighting, verified bool) string {
	if !verified {
		return "the request does not say that the value was verified as this person's"
	}
	var persons []map[string]string
	for _, x := range of {
		if x.other || x.denied() {
			return "the same value stands on another person's row"
		}
		var ok bool
		if persons, ok = meet(persons, x.ids); !ok {
			return "the same value stands on rows of more than one person"
		}
	}
	if len(persons) > 1 {
		return "the same value stands on rows of more than one person"
	}
	return ""
}

// meet adds a row's unique identifiers to the persons they meet; ok is false where they tie different ones together.
func meet(persons []map[string]string, ids map[string]string) (out []map[string]string, ok bool) {
	if len(ids) == 0 {
		return persons, true
	}
	one := maps.Clone(ids)
	for _, p := range persons {
		same := false
		for kind, n := range one {
			same = same || p[kind] == n
		}
		if !same {
			out = append(out, p)
			continue
		}
		for kind, n := range p {
			if one[kind] != "" && one[kind] != n {
				return nil, false
			}
			one[kind] = n
		}
	}
	return append(out, one), true
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
	c.keys.add(connectors.Tuple{Values: x.row.key})
	if !slices.Contains(c.matched, x.kind) {
		c.matched = append(c.matched, x.kind)
	}
	c.why = why
}

// listCandidates puts them into the plan, in map order, and asks whose they are. A row that edges lead to is the person's already.
func (s *survey) listCandidates() ([]plan.Candidate, []Question, error) {
	var out []plan.Candidate
	var asks []Question
	for _, col := range s.Graph.Collections() {
		c := s.candidates[col]
		if c == nil || s.system(col) == nil {
			continue
		}
		rows, err := s.look(request.AttentionCandidate, col, c.keys.list, but(s.ours(col))...)
		if err != nil {
			return nil, nil, err
		}
		if len(rows) == 0 {
			continue
		}
		out = append(out, plan.Candidate{System: col.System.Name, Collection: col.Name, Rows: int64(len(rows)), Matched: c.matched, Why: c.why})
		asks = append(asks, askAbout(request.AttentionCandidate, col, rows, c.why))
	}
	return out, asks, nil
}
