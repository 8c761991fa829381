package planner

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// meet judges all whose search has ended, those together of whom the same is decided as of whole persons.
func (p *Planner) meet(c *choir, ready []message) ([]answer, []*group) {
	out := make([]answer, len(ready))
	at := map[int]int{}
	groups := map[string][]message{}
	persons := map[Mark]string{}
	slices.SortFunc(ready, func(a, b message) int { return a.person - b.person })
	for i, m := range ready {
		at[m.person] = i
		if a := m.meets.alone(); a != nil {
			out[i].err = aside{*a, true}
			continue
		}
		if other, is := m.meets.met(persons); is {
			out[i].err = aside{plan.Attention{Code: "batch", Asks: true, Text: other.words()}, true}
			continue
		}
		key := TermsOf(m.meets.in).sameDay(p.Graph.Map.Zone) + m.meets.whole
		groups[key] = append(groups[key], m)
	}
	fail := func(err error) ([]answer, []*group) {
		for i := range out {
			out[i] = answer{err: err}
		}
		return out, nil
	}
	p.listen(true) // each one's own planning asks for the same rows again
	judged, err := p.judgeGroups(groups)
	p.listen(false)
	if err != nil {
		return fail(err)
	}
	var everybody []message
	for _, g := range judged {
		everybody = append(everybody, g.of...)
	}
	for _, g := range judged { // what nobody could be judged by, nobody goes on asking
		for system, why := range g.survey.down {
			for _, m := range ready {
				m.meets.down[system] = why
			}
			if c.down[system] == nil {
				c.down[system] = fmt.Errorf("%s: %w", system, connectors.ErrTryLater)
			}
		}
	}
	for _, g := range judged {
		g.joint.everyone = g.joint.ours
		apart := map[int]plan.Attention{}
		if len(judged) > 1 {
			all := gathered(everybody, p)
			g.joint.everyone = map[*datamap.Collection]connectors.Cond{}
			for c := range g.joint.ours {
				g.joint.everyone[c] = all.ours(c)
			}
			if apart, err = g.interwoven(all); err != nil {
				return fail(err)
			}
		}
		for _, m := range g.of {
			if a, ok := apart[m.person]; ok {
				out[at[m.person]].err = aside{a, false}
			} else {
				out[at[m.person]].joint = g.joint
			}
		}
	}
	return out, judged
}

// keptTogether says of the rows that stay because others own them too how many stand in more than one plan of a group. What else is kept
// is one person's.
func keptTogether(judged []*group, results []*Result) []Overlap {
	var out []Overlap
	for _, g := range judged {
		for _, c := range g.survey.Graph.Collections() {
			o := Overlap{System: c.System.Name, Collection: c.Name, Action: plan.Keep, Reason: plan.Shared, Rows: g.joint.fates[c].sharedRows}
			for _, m := range g.of {
				if r := results[m.person]; r != nil {
					o.Sum += keptAsShared(r.Plan, c)
				}
			}
			if o.Sum > o.Rows {
				out = append(out, o)
			}
		}
	}
	return out
}

func keptAsShared(p *plan.Plan, c *datamap.Collection) (n int64) {
	for _, pc := range systemIn(p, c.System).Collections {
		for _, a := range pc.Actions {
			if pc.Name == c.Name && a.Action == plan.Keep && a.Reason.Code == plan.Shared {
				n += a.Rows
			}
		}
	}
	return n
}

// group are persons judged together.
type group struct {
	of     []message
	joint  *joint
	survey *survey
}

// judgeGroups judges each group, and what differs within it only when it is judged, apart.
func (p *Planner) judgeGroups(groups map[string][]message) ([]*group, error) {
	var out []*group
	for _, key := range sortedNames(groups) {
		g := &group{of: groups[key]}
		var persons []int
		for _, m := range g.of {
			persons = append(persons, m.person)
		}
		var err error
		if g.joint, g.survey, err = judgeTogether(g.of, p); err != nil {
			return nil, err
		}
		copies, err := g.survey.copiesAsWhole(g.joint.fates, persons)
		if err != nil {
			return nil, err
		}
		parts := map[string][]message{}
		for _, m := range g.of {
			parts[copies[m.person]] = append(parts[copies[m.person]], m)
		}
		if len(parts) <= 1 {
			out = append(out, g)
			continue
		}
		more, err := p.judgeGroups(parts)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// interwoven finds who of a group owns rows together with a person judged apart: one of the two is planned after the other.
func (g *group) interwoven(all *survey) (map[int]plan.Attention, error) {
	wide, err := all.judgeShared()
	if err != nil {
		return nil, err
	}
	out := map[int]plan.Attention{}
	for _, c := range all.Graph.Collections() {
		open := g.survey.system(c)
		f := g.joint.fates[c]
		if open == nil || isNever(f.shared) || len(g.survey.matches(c, false)) == 0 {
			continue
		}
		n, err := open.Tallies(g.survey.ctx, g.survey.reach(c, append(but(wide[c].shared, f.held), f.shared)...))
		if err := g.survey.unreached(c, err); err != nil {
			return nil, err
		}
		for i := range n {
			for person, rows := range n[i].ByPerson {
				if _, said := out[person]; rows > 0 && !said {
					out[person] = plan.Attention{Code: "batch", System: c.System.Name, Collection: c.Name, Rows: rows, Asks: true,
						Text: fmt.Sprintf("rows of %s are owned together with another person of the batch of whom something else is kept; this request is planned by itself", c.Address())}
				}
			}
		}
	}
	return out, nil
}
