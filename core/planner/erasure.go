package planner

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// planErasure works out what goes, what is anonymised and what stays (art. 17; Code B.V, C).
func (s *survey) planErasure(out *Result) error {
	fates, err := s.judgeAll()
	if err != nil {
		return err
	}
	for i, c := range s.Graph.TopDown() {
		s.at(1, i, 0)
		s.progress(c.System.Name)
		if err := s.readKept(fates[c], fates); err != nil {
			return err
		}
	}
	if err := s.findShells(fates); err != nil {
		return err
	}
	for i, c := range s.Graph.Collections() {
		s.at(3, i, 0)
		if err := s.listProof(fates[c]); err != nil {
			return err
		}
	}
	if s.byCategory() {
		s.narrow(fates)
	}
	s.lookBelow(fates)
	for i, c := range s.Graph.Collections() {
		s.at(4, i, 0)
		if err := s.readLapsed(fates[c]); err != nil {
			return err
		}
	}
	e := &erasure{survey: s, fates: fates, out: out}
	order, needs := s.Graph.Systems()
	for i, sys := range order {
		s.at(5+i, 0, 0)
		if s.reached(sys) == nil || !s.terms.SystemInScope(sys) || !s.worked(sys) {
			continue
		}
		if err := e.planSystem(sys); errors.Is(err, connectors.ErrTryLater) {
			s.down[sys.Name] = "it does not answer now"
		} else if err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
		work := &out.Work.Systems[len(out.Work.Systems)-1]
		for _, user := range needs[sys] {
			if s.reached(user) != nil && user.Pool == nil && s.worked(user) {
				work.After = append(work.After, user.Name)
			}
		}
	}
	s.at(5+len(order), 0, 0)
	e.addLater()
	if err := e.planArrivals(); err != nil {
		return err
	}
	e.addPlaceholders()
	if err := s.planManual(out, PaperDestroy, fates); err != nil {
		return err
	}
	s.at(6+len(order), 0, 0)
	if err := s.tellRecipients(out, fates); err != nil {
		return err
	}
	s.at(7+len(order), 0, 0)
	if err := s.keepPromises(out, fates); err != nil {
		return err
	}
	s.seedsFor(out.Work, fates)
	s.weighDue(out, fates)
	return nil
}

// erasure builds actions and treatments.
type erasure struct {
	*survey
	fates map[*datamap.Collection]*fate
	out   *Result
	work  *SystemWork
	sys   *plan.System
	later []laterTreatment

	standIns []*datamap.Collection // whose placeholder persons will be named
}

func (e *erasure) planSystem(sys *datamap.System) error {
	e.out.Work.Systems = append(e.out.Work.Systems, SystemWork{System: sys.Name})
	e.work = &e.out.Work.Systems[len(e.out.Work.Systems)-1]
	e.sys = e.planOf(sys)
	if sys.Backups.N > 0 {
		e.sys.Backups = sys.Backups.Add(e.terms.Today()).Format(time.DateOnly)
	}
	order := e.Graph.ReferrersFirst(sys)
	var sets, deletes, recounts stage
	for i, c := range order {
		e.atPlace(i)
		f := e.fates[c]
		col := e.collection(c)
		col.Total = f.gone + f.kept + f.sharedRows
		if err := e.guardShare(c, col.Total); err != nil {
			return err
		}
		if len(e.matches(c, false)) > 0 && e.byCategory() {
			if err := e.planCategories(f, &sets); err != nil {
				return err
			}
			if err := e.planFields(f, &sets); err != nil {
				return err
			}
		} else if len(e.matches(c, false)) > 0 {
			if err := e.spareInside(f); err != nil {
				return err
			}
			e.planGone(f, &sets, &deletes)
			if err := e.planShells(f, &sets); err != nil {
				return err
			}
			if err := e.planFields(f, &sets); err != nil {
				return err
			}
			if err := e.planReferences(f); err != nil {
				return err
			}
			e.placeholdersIn(f)
		}
		e.atPart(afterParts)
		if err := e.planCounters(c, &recounts); err != nil {
			return err
		}
		e.listKept(f)
	}
	for _, st := range []stage{sets, deletes, recounts} {
		e.work.Treatments = append(e.work.Treatments, st.do...)
		e.work.Purposes = append(e.work.Purposes, st.of...)
	}
	var changes int64
	for i := range e.work.Purposes {
		c := &e.work.Purposes[i]
		changes += c.Planned
		if col := sys.Collection(c.Collection); col != nil {
			c.Leaf = len(e.Graph.Children(col)) == 0
		}
	}
	if e.sys.Transaction = "one"; sys.AtOnce() > 0 && changes > int64(sys.AtOnce()) {
		e.sys.Transaction = "slices"
	}
	if from, to, ok := strings.Cut(sys.Window, "-"); ok && changes > 0 {
		e.warn(fmt.Sprintf("%s may be written to from %s to %s; approved at another hour, it waits until then.", sys.Name, from, to))
	}
	if sys.Pool != nil && changes > 0 {
		e.sys.PooledUntil = sys.PoolEnds(e.in.AsOf, e.in.DueOn, e.Graph.Map.Zone).Format(time.DateOnly)
		if today := e.terms.Today().Format(time.DateOnly); e.sys.PooledUntil < today {
			e.sys.PooledUntil = today
		}
	}
	e.atPlace(len(order))
	if err := e.planChecks(sys); err != nil {
		return err
	}
	e.atPlace(len(order) + 1)
	if err := e.planWitnesses(sys); err != nil {
		return err
	}
	e.atPlace(len(order) + 2)
	e.giveUp(sys)
	return e.inspect(sys)
}

// stage collects treatments of one kind, with their classes.
type stage struct {
	do []connectors.Treatment
	of []Class
}

func (st *stage) add(t connectors.Treatment, c Class) {
	st.do = append(st.do, t)
	st.of = append(st.of, c)
}

// planGone treats the rows nothing keeps and that lead to nothing kept.
func (e *erasure) planGone(f *fate, sets, deletes *stage) {
	c, shell := f.c, e.shellCond(f)
	n := f.gone - f.shellRows
	t := connectors.Treatment{ID: c.Name + "/delete", Verb: connectors.Delete, On: e.reach(c, but(f.held, f.shared, shell)...), AtMost: e.ceiling(c, n)}
	act := plan.Delete
	reason := e.goneReason(f)
	if c.Erase.Mode == "anonymise" {
		t.ID, t.Verb, t.Assign = c.Name+"/anonymise", connectors.Set, e.anonymous(f)
		act = plan.Anonymise
	}
	if c.Erase.Mode != "keep" {
		st := deletes
		if t.Verb == connectors.Set {
			st = sets
		}
		class := Class{Collection: c.Name, Action: string(act), Reason: reason.Code, Planned: n}
		e.capture(c, &t, &class)
		st.add(t, class)
	}
	if n > 0 {
		a := plan.Action{Action: act, Rows: n, Ceiling: t.AtMost, Reason: reason}
		if act == plan.Anonymise {
			a.Fields = assigned(t.Assign)
		}
		e.act(c, a)
	}
}

// planShells reduces rows that stay only because they lead to kept ones: key, the columns edges use, what
// the kept rows need; the rest goes.
func (e *erasure) planShells(f *fate, sets *stage) error {
	if f.shellRows == 0 {
		return nil
	}
	t := connectors.Treatment{ID: f.c.Name + "/shell", Verb: connectors.Set, AtMost: e.ceiling(f.c, f.shellRows),
		On: e.reach(f.c, append(but(f.held, f.shared), e.shellCond(f))...), Assign: e.shellAssign(f)}
	a := plan.Action{Action: plan.Anonymise, Rows: f.shellRows, Ceiling: t.AtMost, Shell: true, Fields: assigned(t.Assign),
		Reason: plan.Reason{Code: plan.LeadsToKept, Explain: "it leads to rows that are kept", Purpose: f.lastKept.reason.Purpose, Law: f.lastKept.reason.Law}, Until: f.lastKept.end()}
	changes := f.shellRows
	if len(t.Assign) > 0 && !e.lapsed[f.c].empty() { // some are shells already
		t.On.Where = append(t.On.Where, otherwise(t.Assign))
		n, err := e.countIn(f.c, t.On)
		if err != nil {
			return err
		}
		changes, t.AtMost = n, e.ceiling(f.c, n)
		f.sameShells = f.shellRows - n
	}
	if a.Rows, a.Ceiling = changes, t.AtMost; len(t.Assign) > 0 {
		class := Class{Collection: f.c.Name, Action: string(plan.Anonymise), Reason: plan.LeadsToKept, Planned: changes}
		e.capture(f.c, &t, &class)
		sets.add(t, class)
	} else {
		f.sameShells, a.Rows = f.shellRows, 0
	}
	if a.Rows > 0 {
		e.act(f.c, a)
	}
	if a.Action, a.Rows, a.Ceiling, a.Fields = plan.Keep, f.sameShells, 0, nil; a.Rows > 0 {
		e.act(f.c, a)
	}
	return nil
}

// otherwise holds of rows that do not stand as assigned.
func otherwise(as []connectors.Assign) connectors.Cond {
	var cs []connectors.Cond
	for _, a := range as {
		switch {
		case a.How != "":
			return connectors.AllOf() // only the store can tell
		case a.To == nil:
			cs = append(cs, connectors.NotThat(connectors.NullField(a.Field)))
		default:
			cs = append(cs, connectors.NotThat(connectors.InValues(a.Field, a.To)))
		}
	}
	return anyOf(cs...)
}

// countIn counts rows of one collection; none where its system does not answer.
func (s *survey) countIn(c *datamap.Collection, sel connectors.Selection) (int64, error) {
	open := s.system(c)
	if open == nil {
		return 0, nil
	}
	n, err := open.Count(s.ctx, sel)
	if err != nil {
		return 0, s.unreached(c, err)
	}
	return n[0], nil
}

// listKept shows what stays, the longest last.
func (e *erasure) listKept(f *fate) {
	for _, r := range f.inOrder() {
		act := plan.Keep
		if plan.Elsewhere(r.reason.Code) {
			act = plan.Refer
		}
		a := plan.Action{Action: act, Rows: r.rows, Reason: r.reason, Until: r.end()}
		if below := f.below; below.longer(r) && below.reason.Code != "" && !below.last.IsZero() && !r.last.IsZero() {
			a.Detail = "shell until " + below.last.Format("2 Jan 2006")
		}
		e.act(f.c, a)
	}
	if f.sharedRows > 0 {
		e.act(f.c, plan.Action{Action: plan.Keep, Rows: f.sharedRows, Reason: plan.Reason{Code: plan.Shared, Explain: "another person holds it too"}})
	}
}

// ceiling is how many rows of a class may change before apply aborts: an approval stands for so many, however busy the system.
// Rows that name the person are exactly as many as the plan found.
func (e *erasure) ceiling(c *datamap.Collection, n int64) int64 {
	switch {
	case n == 0, c.Growth == "none", len(e.Graph.Parents(c)) == 0:
		return n
	case c.Growth == "any":
		return math.MaxInt64
	}
	return most(n)
}

// most is how many rows may be there where n were: a busy system grows while somebody decides.
func most(n int64) int64 { return max(n+10, int64(math.Ceil(1.1*float64(n)))) }

// goneReason says why the rows of a class go.
func (e *erasure) goneReason(f *fate) plan.Reason {
	if d := f.c.DerivedFrom; d != nil {
		return plan.Reason{Code: plan.CopyOf, Explain: "copy of " + d.Name}
	}
	var best plan.Reason
	for _, h := range f.holds {
		if h.Never {
			return h.Reason
		}
		best = h.Reason
		best.Code = plan.PeriodOver
	}
	if f.goneWhy.Code != "" {
		return f.goneWhy
	}
	if best.Code != "" {
		return best
	}
	if f.c.Inherits != nil {
		if p, _ := f.c.Inherits.Parent(); p != nil {
			return plan.Reason{Code: plan.GoesWith, Explain: "goes with " + p.Name}
		}
	}
	return plan.Reason{Code: plan.PeriodOver}
}

func assigned(as []connectors.Assign) []string {
	var out []string
	for _, a := range as {
		out = append(out, a.Field)
	}
	return out
}

func (e *erasure) fieldReason(c *datamap.Collection, field *datamap.Field) plan.Reason {
	h := e.holdOf(c, field.Rules[0])
	r := h.Reason
	if !h.Never {
		r.Code = plan.PeriodOver
	}
	return r
}
