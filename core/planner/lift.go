package planner

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Lifted is a restriction that a plan ends, as the executor knows it.
type Lifted struct {
	Of    string
	Parts []LiftedPart
}

// LiftedPart is what it holds in one collection.
type LiftedPart struct {
	Restricted
	Keys   []connectors.Tuple // of the blocked rows
	Beside []connectors.Tuple // rows whose mark other restrictions in force still count on
	Texts  []any              // what restrictions have written into the mark's column
}

// lift builds the plan of the end of a restriction (art. 18(3)).
type lift struct {
	*erasure
	of string
}

func (s *survey) planLift(out *Result) error {
	fates := map[*datamap.Collection]*fate{}
	for _, c := range s.Graph.Collections() {
		fates[c] = &fate{c: c, shared: never, held: never}
	}
	l := &lift{erasure: &erasure{survey: s, fates: fates, out: out}, of: s.in.Lift.Of}
	rows := map[string]int64{}
	order, _ := s.Graph.Systems()
	for _, sys := range order {
		parts := s.in.Lift.in(sys)
		if s.reached(sys) == nil || len(parts) == 0 {
			continue
		}
		s.progress(sys.Name)
		if err := l.planSystem(sys, parts, rows); errors.Is(err, connectors.ErrTryLater) {
			s.down[sys.Name] = "it does not answer now"
		} else if err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
	}
	if err := s.planManual(out, PaperLift, nil); err != nil {
		return err
	}
	s.remember(out)
	for _, p := range s.in.Lift.Parts {
		out.Work.Restricts = append(out.Work.Restricts, p.Restricted)
	}
	return s.listRecipients(out, rows)
}

// in are the parts of a restriction in one system.
func (l *Lifted) in(sys *datamap.System) []LiftedPart {
	var out []LiftedPart
	for _, p := range l.Parts {
		if p.System == sys.Name {
			out = append(out, p)
		}
	}
	return out
}

func (l *lift) planSystem(sys *datamap.System, parts []LiftedPart, told map[string]int64) error {
	l.out.Work.Systems = append(l.out.Work.Systems, SystemWork{System: sys.Name})
	l.work = &l.out.Work.Systems[len(l.out.Work.Systems)-1]
	l.sys = l.planOf(sys)
	var unmarks, releases stage
	order := l.Graph.ReferrersFirst(sys)
	slices.Reverse(order) // what rows refer to is back before them
	for _, c := range order {
		for _, p := range parts {
			if p.Collection != c.Name {
				continue
			}
			n, err := l.planPart(c, p, &unmarks, &releases)
			if err != nil {
				return err
			}
			for _, x := range c.Recipients {
				told[x.Name] += n
			}
		}
	}
	for _, p := range parts {
		if sys.Collection(p.Collection) == nil {
			l.attend(plan.Attention{Code: "conflict", System: sys.Name, Collection: p.Collection, Blocks: true,
				Text: fmt.Sprintf("%s/%s holds restricted rows, and the map does not know it any more; put it back into the map", sys.Name, p.Collection)})
		}
	}
	for _, st := range []stage{unmarks, releases} { // the mark goes while rows are still held: no trigger of the application sees it
		l.work.Treatments = append(l.work.Treatments, st.do...)
		l.work.Purposes = append(l.work.Purposes, st.of...)
	}
	l.sys.Transaction = "one"
	return nil
}

func (l *lift) planPart(c *datamap.Collection, p LiftedPart, unmarks, releases *stage) (int64, error) {
	col := l.collection(c)
	col.Total = int64(len(p.Keys) + len(p.Marked))
	switch p.Method {
	case ByHand:
		l.act(c, plan.Action{Action: plan.Manual, Reason: plan.Reason{Code: plan.Requested, Explain: "a task for " + department(c.System) + ", who blocked it"}})
		l.out.Plan.Tasks = append(l.out.Plan.Tasks, plan.Task{System: c.System.Name, Collection: c.Name, Kind: "manual", Department: c.System.Department,
			Text: "let rows that were blocked by hand be read and changed again"})
	case ByMark:
	default:
		if err := l.release(c, p, releases); err != nil {
			return 0, err
		}
	}
	if n := int64(len(p.Marked)); n > 0 {
		l.act(c, plan.Action{Action: plan.Lift, Rows: n, Ceiling: n, Reason: plan.Reason{Code: plan.Shared, Explain: "the mark; another person holds it too"}})
	}
	return col.Total, l.unmark(c, p, unmarks)
}

// release puts rows back that the restriction holds. Those another restriction holds too stay where they are.
func (l *lift) release(c *datamap.Collection, p LiftedPart, releases *stage) error {
	t := connectors.Treatment{ID: c.Name + "/lift", Verb: connectors.Release, Method: p.Method, Mark: l.of, Capture: slices.Clone(c.Key), On: l.held(c, p.Keys)}
	if len(t.On.Any) == 0 {
		return nil
	}
	n := int64(len(p.Keys))
	if c.Rows == nil && n > 0 {
		found, err := l.system(c).Count(l.ctx, connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: c.Key, Values: p.Keys}}})
		if err != nil {
			return err
		}
		n = found[0]
	}
	t.AtMost = most(n) // what came since and was held too
	a := plan.Action{Action: plan.Lift, Rows: n, Ceiling: t.AtMost, Reason: plan.Reason{Code: plan.Requested, Explain: "back as it was"}}
	if still := l.limited(c); still != nil {
		a.Reason.Explain = "stays out of reach: restriction " + still.ID + " holds it too"
	}
	releases.add(t, Class{Collection: c.Name, Action: string(plan.Lift), Reason: plan.Requested, Planned: n})
	l.act(c, a)
	return nil
}

// held selects what may be held of the person in c: by every way that leads there, and by the keys it was held under.
func (s *survey) held(c *datamap.Collection, keys []connectors.Tuple) connectors.Selection {
	on := s.reach(c)
	if c.Rows == nil && len(keys) > 0 { // rows of files have no key that outlives a rewrite
		on.Any = append(slices.Clip(on.Any), connectors.Match{Fields: c.Key, Values: keys})
	}
	return on
}

// unmark clears the map's column where a restriction wrote into it and no other one counts on it.
func (l *lift) unmark(c *datamap.Collection, p LiftedPart, unmarks *stage) error {
	if p.Mark == "" || l.limited(c) != nil {
		return nil
	}
	t := connectors.Treatment{ID: c.Name + "/unmark", Verb: connectors.Set, Capture: slices.Clone(c.Key), On: l.held(c, slices.Concat(p.Keys, p.Marked)),
		Assign: []connectors.Assign{{Field: p.Mark}}}
	t.On.Where = append(but(among(c.Key, p.Beside)), connectors.InValues(p.Mark, p.Texts...))
	open := l.system(c)
	if len(t.On.Any) == 0 || open == nil {
		return nil
	}
	n, err := open.Count(l.ctx, t.On)
	if err != nil {
		return err
	}
	t.AtMost = most(n[0])
	unmarks.add(t, Class{Collection: c.Name, Action: string(plan.Lift), Reason: plan.Shared, Planned: n[0]})
	if n[0] > 0 {
		l.act(c, plan.Action{Action: plan.Lift, Rows: n[0], Ceiling: t.AtMost, Fields: []string{p.Mark}, Reason: plan.Reason{Code: plan.Shared, Explain: p.Mark + " is cleared"}})
	}
	return nil
}

// giveUp ends, in one system, the restrictions the person gives up for an erasure: what the erasure leaves standing is free again.
func (e *erasure) giveUp(sys *datamap.System) {
	for _, l := range e.limits {
		if !l.GivenUp {
			continue
		}
		for _, c := range e.Graph.ReferrersFirst(sys) {
			open, f := e.system(c), e.fates[c]
			if open == nil || reachInto(l.Scope, c) == beyond || len(e.matches(c, false)) == 0 || !slices.Contains(open.Card.Blocking, c.Restrict.Block) {
				continue
			}
			n := f.kept + f.shellRows + f.sharedRows
			e.work.Treatments = append(e.work.Treatments, connectors.Treatment{ID: c.Name + "/" + l.ID + "/lift", Verb: connectors.Release, Method: c.Restrict.Block, Mark: l.ID,
				On: e.reach(c), AtMost: most(n)})
			e.work.Purposes = append(e.work.Purposes, Class{Collection: c.Name, Action: string(plan.Lift), Reason: plan.HeldElsewhere, Planned: f.kept + f.shellRows})
			if f.kept+f.shellRows > 0 {
				e.act(c, plan.Action{Action: plan.Lift, Rows: f.kept + f.shellRows, Ceiling: most(n), Reason: plan.Reason{Code: plan.HeldElsewhere,
					Explain: "kept, and free again (" + l.ID + " is given up)"}})
			}
		}
		if !slices.Contains(e.out.Work.GivesUp, l.ID) {
			e.out.Work.GivesUp = append(e.out.Work.GivesUp, l.ID)
		}
	}
}
