package planner

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// ValidFor is how long a plan may be approved and applied.
const ValidFor = 7 * 24 * time.Hour

// outline is the plan's frame: what it is of, who was found where, which systems it speaks of.
func (s *survey) outline() *plan.Plan {
	m := s.Graph.Map
	p := s.supplements(&plan.Plan{Format: plan.Format, Request: s.in.Request.ID, Right: string(s.in.Request.Right), Ground: s.in.Request.Ground,
		AsOf: s.terms.AsOf, ExpiresAt: s.terms.AsOf.Add(ValidFor), Map: m.Digest, Commitment: s.in.Commitment})
	order, _ := s.Graph.Systems()
	order = slices.Clone(order)
	slices.Reverse(order)                                         // who provides keys first: that is how a reader follows them
	slices.SortStableFunc(order, func(a, b *datamap.System) int { // paper last
		return map[bool]int{true: 1}[byHand(a)] - map[bool]int{true: 1}[byHand(b)]
	})
	for _, sys := range order {
		if !s.terms.SystemInScope(sys) || !s.worked(sys) || byHand(sys) && s.in.Request.Right == request.Portability { // paper is not ported (art. 20(1)(b))
			continue
		}
		ps := plan.System{Name: sys.Name, Label: sys.Label.In(s.lang), LeftOut: s.leftOut(sys)}
		ps.Manual = byHand(sys)
		if open := s.reached(sys); ps.Manual {
			ps.Reached = !ps.LeftOut
		} else if open != nil {
			ps.Reached = true
			p.Connectors = append(p.Connectors, plan.Connector{System: sys.Name, Name: open.Card.Name, Version: open.Card.Version, SHA256: open.SHA256})
		} else {
			ps.Unreached = s.down[sys.Name]
		}
		var keys []string
		for _, c := range sys.Collections {
			ps.Roots += int64(len(s.roots[c]))
			for _, r := range s.roots[c] {
				keys = append(keys, c.Name+"\x00"+connectors.Tuple{Values: r.key}.ID())
			}
		}
		if len(keys) > 0 {
			sort.Strings(keys)
			mac := hmac.New(sha256.New, s.RootKey)
			for _, k := range keys {
				_, _ = fmt.Fprintf(mac, "%d:%s", len(k), k)
			}
			ps.RootsDigest = hex.EncodeToString(mac.Sum(nil))
		}
		if kinds := s.foundBy[sys.Name]; len(kinds) > 0 {
			p.FoundBy = append(p.FoundBy, plan.FoundBy{System: sys.Name, Kinds: kinds})
		}
		p.Systems = append(p.Systems, ps)
	}
	return p
}

// finish adds what only shows when all systems are worked: candidates, attention, totals, whether it may run.
func (s *survey) finish(out *Result) error {
	p := out.Plan
	var asks []Question
	var err error
	if p.Candidates, asks, err = s.listCandidates(); err != nil {
		return err
	}
	if s.in.Lift == nil { // it goes by what the restriction holds, whoever else may be named there
		out.Asks = append(s.asks, asks...)
	}
	p.Decisions = s.decided()
	p.Attention = s.attention
	p.Warnings = append(p.Warnings, s.warnings...)
	p.Complete = true
	for i := range p.Systems {
		sys := &p.Systems[i]
		if why := s.down[sys.Name]; why != "" && !sys.LeftOut {
			sys.Reached, sys.Unreached = false, why
			p.Complete = false
			text := sys.Name + " is not in this plan. Plan again when it answers"
			if users := s.users(s.Graph.Map.System(sys.Name)); len(users) == 0 || !s.in.Request.Right.Mutates() {
				text += fmt.Sprintf(", or leave it for a plan of its own: dossier plan %s --without %s", p.Request, sys.Name)
			} else {
				text += ": rows of " + strings.Join(users, ", ") + " hang on its rows"
			}
			p.Blockers = append(p.Blockers, text)
		}
		for j := range sys.Collections {
			c := &sys.Collections[j]
			if len(c.Actions) == 0 && c.Total == 0 {
				c.Actions = []plan.Action{{Action: plan.NothingFound}}
			}
		}
	}
	s.missing(p)
	for _, a := range p.Attention {
		if a.Blocks {
			p.Blockers = append(p.Blockers, a.Text)
		}
	}
	p.Applicable = len(p.Blockers) == 0
	p.Totals = totals(p)
	p.Seal()
	return nil
}

// missing adds what the plan cannot know because a system was not asked that others depend on: who the person is may stand
// in a system out of scope; which rows are theirs, whether others own them too and what keeps them, in a system left out.
func (s *survey) missing(p *plan.Plan) {
	for _, sys := range s.Graph.Map.Systems {
		if why := s.down[sys.Name]; why != "" && !s.leftOut(sys) && (!s.terms.SystemInScope(sys) || !s.worked(sys)) {
			p.Complete = false
			p.Blockers = append(p.Blockers, fmt.Sprintf("%s is not in this plan, but what leads from it is not known while it does not answer. Plan again when it does", sys.Name))
		}
		if !s.leftOut(sys) || !s.in.Request.Right.Mutates() {
			continue
		}
		for _, user := range s.users(sys) {
			p.Blockers = append(p.Blockers, fmt.Sprintf("%s cannot be left out: rows of %s hang on its rows. Leave out %s too, or plan again when %s answers", sys.Name, user, user, sys.Name))
		}
	}
}

// users are the systems in the plan whose rows hang on rows of sys.
func (s *survey) users(sys *datamap.System) []string {
	var out []string
	for _, c := range sys.Collections {
		for _, e := range s.Graph.Children(c) {
			child, _ := e.Child()
			if u := child.System; u != sys && s.terms.SystemInScope(u) && !s.leftOut(u) && s.worked(u) && !slices.Contains(out, u.Name) {
				out = append(out, u.Name)
			}
		}
	}
	return out
}

func totals(p *plan.Plan) []plan.Total {
	rows := map[plan.Act]int64{}
	var order []plan.Act
	for _, sys := range p.Systems {
		for _, c := range sys.Collections {
			for _, a := range c.Actions {
				if a.Action == plan.NothingFound || sys.Manual {
					continue
				}
				if _, met := rows[a.Action]; !met {
					order = append(order, a.Action)
				}
				rows[a.Action] += a.Rows
			}
		}
	}
	rank := []plan.Act{plan.Export, plan.Review, plan.Withhold, plan.Delete, plan.Anonymise, plan.Correct, plan.Supplement, plan.Mark, plan.Block, plan.Move, plan.Lift, plan.Recount, plan.Keep, plan.Refer, plan.Manual}
	slices.SortFunc(order, func(a, b plan.Act) int { return slices.Index(rank, a) - slices.Index(rank, b) })
	out := []plan.Total{}
	for _, a := range order {
		out = append(out, plan.Total{Action: a, Rows: rows[a]})
	}
	return out
}

// planOf is the plan's entry of a system.
func (e *erasure) planOf(sys *datamap.System) *plan.System { return systemIn(e.out.Plan, sys) }

func systemIn(p *plan.Plan, sys *datamap.System) *plan.System {
	for i := range p.Systems {
		if p.Systems[i].Name == sys.Name {
			return &p.Systems[i]
		}
	}
	return &plan.System{}
}

// collectionIn is the plan's entry of a collection, made where it is missing.
func collectionIn(p *plan.Plan, c *datamap.Collection, lang string) *plan.Collection {
	sys := systemIn(p, c.System)
	for i := range sys.Collections {
		if sys.Collections[i].Name == c.Name {
			return &sys.Collections[i]
		}
	}
	sys.Collections = append(sys.Collections, plan.Collection{Name: c.Name, Label: c.Label.In(lang), Actions: []plan.Action{}})
	return &sys.Collections[len(sys.Collections)-1]
}

func (e *erasure) collection(c *datamap.Collection) *plan.Collection {
	return collectionIn(e.out.Plan, c, e.lang)
}

func (e *erasure) act(c *datamap.Collection, a plan.Action) {
	col := e.collection(c)
	col.Actions = append(col.Actions, a)
}

func (s *survey) warn(text string) {
	if !slices.Contains(s.warnings, text) {
		s.warnings = append(s.warnings, text)
	}
}
