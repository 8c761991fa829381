package planner

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// joint is what several persons are judged by together: whose rows are whose, over all of them, and what becomes of a row. What is
// said of a row is the same whoever it was reached for, so that a row two of them own goes when nobody else owns it and nothing
// keeps it for either. How many rows that are, and what is told of them, each person's own planning counts. It is not changed any
// more once it is made.
type joint struct {
	fates    map[*datamap.Collection]*fate
	ours     map[*datamap.Collection]connectors.Cond
	everyone map[*datamap.Collection]connectors.Cond // ours, and what is of the persons judged apart from these
	then     map[*datamap.Collection]connectors.Cond // see [erasure.heldThen]
}

// fatesFor are the conditions for one person's own counting.
func (j *joint) fatesFor(s *survey) map[*datamap.Collection]*fate {
	out := map[*datamap.Collection]*fate{}
	for c, f := range j.fates {
		var holds []policy.Hold // this person's own: until when differs
		of := c
		for hops := 0; len(of.Rules) == 0 && len(f.holds) > 0 && of.DerivedFrom != nil && hops < MaxRounds; hops++ {
			of = of.DerivedFrom
		}
		if len(f.holds) > 0 {
			for _, r := range of.Rules {
				holds = append(holds, s.holdOf(of, r))
			}
		}
		out[c] = &fate{c: c, holds: holds, held: f.held, shared: f.shared, shells: f.shells, fields: f.fields, stay: f.stay,
			heldParents: f.heldParents, sharedParents: f.sharedParents, judged: true, shell: f.shell, stays: f.stays}
	}
	return out
}

// gathered is one survey of the rows of several persons, each by its index.
func gathered(of []message, p *Planner) *survey {
	first := of[0].meets
	s := &survey{Planner: p, ctx: first.ctx, in: first.in, terms: first.terms, lang: first.lang,
		known: map[string]*values{}, given: map[string]*values{},
		roots: map[*datamap.Collection][]root{}, isRoot: map[*datamap.Collection]map[string]bool{}, rootsSent: map[*datamap.Collection]int{},
		links: map[*datamap.Edge]*tuples{}, foundBy: map[string][]string{},
		down: map[string]string{}, candidates: map[*datamap.Collection]*candidate{},
		witnesses: map[*datamap.Collection]*tuples{}, schemas: map[string]*connectors.Schema{}, lapsed: map[*datamap.Collection]*tuples{},
	}
	s.in.Progress = nil
	for _, m := range of {
		for system, why := range m.meets.down {
			s.down[system] = why
		}
		for c, rs := range m.meets.roots {
			for _, r := range rs {
				r.person = m.person
				s.roots[c] = append(s.roots[c], r)
			}
		}
		for e, t := range m.meets.links {
			if s.links[e] == nil {
				s.links[e] = &tuples{fields: t.fields}
			}
			for _, v := range t.list {
				v.Person = m.person
				s.links[e].add(v)
			}
		}
		for c, t := range m.meets.lapsed {
			if s.lapsed[c] == nil {
				s.lapsed[c] = &tuples{fields: t.fields}
			}
			for _, v := range t.list {
				s.lapsed[c].add(v)
			}
		}
	}
	return s
}

// judgeTogether judges the rows of several persons as one.
func judgeTogether(of []message, p *Planner) (*joint, *survey, error) {
	s := gathered(of, p)
	s.stayed = map[*datamap.Collection]*tuples{}
	var fates map[*datamap.Collection]*fate
	for more := true; more; {
		var err error
		if fates, err = s.judgeAll(); err == nil {
			more, err = s.staying(fates)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	var err error
	for _, c := range s.Graph.TopDown() {
		if err := s.readKept(fates[c], fates); err != nil {
			return nil, nil, err
		}
	}
	if err := s.findShells(fates); err != nil {
		return nil, nil, err
	}
	j := &joint{fates: fates, ours: map[*datamap.Collection]connectors.Cond{}, then: map[*datamap.Collection]connectors.Cond{}}
	e := &erasure{survey: s, fates: fates}
	for c, f := range fates {
		j.ours[c] = s.ours(c)
		if f.held.HasExists() {
			if j.then[c], err = e.heldThen(f); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, f := range fates {
		f.shell = s.shellCond(f)
	}
	for _, f := range fates {
		f.stays = among(f.c.Key, f.stay.list)
		f.judged, f.shells.settled = true, true
	}
	return j, s, nil
}

// staying notes the rows that several of those judged together own and that something keeps. Of such a row an owner remains, so that
// each of them leaves it as if alone: it is shared, and so is what hangs on it. It says whether there are any that were not known.
func (s *survey) staying(fates map[*datamap.Collection]*fate) (more bool, err error) {
	for _, c := range s.Graph.Collections() {
		f := fates[c]
		open := s.system(c)
		if open == nil || isNever(f.held) || len(c.Key) == 0 || len(s.matches(c, false)) == 0 {
			continue
		}
		sel := s.reach(c, append(but(f.shared), f.held)...)
		n, err := open.Tallies(s.ctx, sel)
		if err := s.unreached(c, err); err != nil {
			return more, err
		}
		var sum int64
		for i := range n {
			for _, rows := range n[i].ByPerson {
				sum += rows
			}
			sum -= n[i].Total
		}
		if sum == 0 { // each of one person
			continue
		}
		sel.Fields = c.Key
		owner := map[string]int{}
		err = open.Each(s.ctx, sel, func(person int, key []any) error {
			row := connectors.Tuple{Values: slices.Clone(key)}
			if first, met := owner[row.ID()]; !met {
				owner[row.ID()] = person
			} else if first != person {
				if s.stayed[c] == nil {
					s.stayed[c] = &tuples{fields: c.Key}
				}
				more = s.stayed[c].add(row) || more
			}
			return nil
		})
		if err := s.unreached(c, err); err != nil {
			return more, err
		}
	}
	return more, nil
}

// asWhole is what is decided about a person as a whole, where no edge says it row by row: who differs in it cannot be judged by the
// same conditions.
func (s *survey) asWhole() (string, error) {
	var out []string
	for _, c := range s.Graph.Collections() {
		rules := slices.Clone(c.Rules)
		for _, f := range c.Fields {
			rules = append(rules, f.Rules...)
		}
		for i, r := range rules {
			h := s.holdOf(c, r)
			if h.Always || h.Never {
				out = append(out, fmt.Sprint(c.Address(), i, h.Always, h.Never))
				continue
			}
			if !h.Elsewhere {
				continue
			}
			k, err := s.keeps(c, h)
			if err != nil {
				return "", err
			}
			out = append(out, fmt.Sprint(c.Address(), i, isNever(k), s.spent(c, r.Purpose.Name)))
		}
	}
	if s.in.Due != nil {
		b, err := json.Marshal(s.in.Due.Held)
		if err != nil {
			return "", err
		}
		out = append(out, string(b))
	}
	return strings.Join(out, "\n"), nil
}

// copiesAsWhole adds what is decided about copies that go as soon as anything of their source does: of whom all of the source stays,
// theirs stay. By person.
func (s *survey) copiesAsWhole(fates map[*datamap.Collection]*fate, persons []int) (map[int]string, error) {
	out := map[int]string{}
	for _, c := range s.Graph.Collections() {
		source := fates[c.DerivedFrom]
		if c.DerivedFrom == nil || source == nil || len(c.Rules) > 0 || c.Erase.Mode == "keep" || slices.ContainsFunc(s.Graph.Parents(c), handsDown) ||
			source.c.Erase.Mode != "keep" && len(source.holds) > 0 && carries(c, source.holds) {
			continue
		}
		open := s.system(source.c)
		if open == nil {
			continue
		}
		sel := s.reach(source.c, but(source.held, source.shared)...)
		n, err := open.Tallies(s.ctx, sel)
		if err := s.unreached(source.c, err); err != nil {
			return nil, err
		}
		for _, p := range persons {
			if len(n) > 0 {
				out[p] += fmt.Sprint(c.Address(), n[0].ByPerson[p] == 0, "\n")
			}
		}
	}
	return out, nil
}

// metBy is the request of a batch that another one meets, and in what.
type metBy struct {
	request string
	row     *datamap.Collection // both take a row of it for their person's own; nil: they are of one person by a number of theirs
}

// words says why the request that meets it is left.
func (m metBy) words() string {
	if m.row == nil {
		return fmt.Sprintf("request %s of this batch is of the same person; one person has one request at a time", m.request)
	}
	return fmt.Sprintf("a row of %s is taken for this person's and for that of request %s of this batch: they are one person, or share what the map takes for one person's alone; this request is planned after that one",
		m.row.Address(), m.request)
}

// met gives the request that is of the same person as this one, or takes a row of this one's for its person's too. It notes by what this one's
// is known where there is none.
func (s *survey) met(persons map[Mark]string) (metBy, bool) {
	var own []Mark
	for kind, v := range s.known {
		for _, n := range v.order {
			m := Mark{Kind: kind, Value: n, Unique: true}
			if other, ok := persons[m]; ok {
				return metBy{request: other}, true
			}
			own = append(own, m)
		}
	}
	for _, c := range s.Graph.Collections() { // a person who has no number of their own
		for _, r := range s.roots[c] {
			m := Mark{Kind: c.Address(), Value: rowID(root{key: r.key})}
			if other, ok := persons[m]; ok {
				return metBy{other, c}, true
			}
			own = append(own, m)
		}
	}
	for _, m := range own {
		persons[m] = s.in.Request.ID
	}
	return metBy{}, false
}

// alone says why a person cannot be planned together with others: somebody has to look at them first, or decide. nil where nothing
// speaks against it.
func (s *survey) alone() *plan.Attention {
	for i := range s.attention {
		if a := &s.attention[i]; a.Blocks || a.Asks {
			return a
		}
	}
	if a := candidateOf(s.proposed); a != nil {
		return a
	}
	if len(s.limits) > 0 {
		return &plan.Attention{Code: plan.HeldElsewhere, Asks: true, Text: fmt.Sprintf("restriction %s of the same person is in force", s.limits[0].ID)}
	}
	return nil
}
