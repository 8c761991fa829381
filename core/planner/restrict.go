package planner

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Restricted is what a restriction does with one collection.
type Restricted struct {
	System, Collection string
	Method             string             // a method of the connector; "" nothing is blocked there
	Mark               string             // the column that shows it; "" the executor alone keeps the mark
	Marked             []connectors.Tuple // keys of the rows others own too, which go on
}

// ByMark is the method of what is only marked, ByHand of what a person blocks.
const (
	ByMark = "mark"
	ByHand = datamap.BlockTask
)

// restriction builds the plan of an art. 18 request: the person's own rows are put out of reach where the map says how, rows others
// own too are marked and go on, and what no connector can block is a person's task.
type restriction struct {
	*erasure
	mark string // what a mark's column is given
}

// MarkText is what stands in the column of a mark: when the restriction was planned, in the zone of the system's own dates.
func MarkText(asOf time.Time, sys *datamap.System) string {
	zone := sys.Zone
	if zone == nil {
		zone = time.UTC
	}
	return asOf.In(zone).Format(time.DateTime)
}

func (s *survey) planRestriction(out *Result) error {
	fates, err := s.judgeShared()
	if err != nil {
		return err
	}
	for c, f := range fates {
		inside, err := s.othersInside(c)
		if err != nil {
			return err
		}
		f.shared = anyOf(f.shared, among(c.Key, inside))
	}
	r := &restriction{erasure: &erasure{survey: s, fates: fates, out: out}}
	rows := map[string]int64{}
	order, _ := s.Graph.Systems()
	for _, sys := range order {
		if s.reached(sys) == nil || !s.terms.SystemInScope(sys) {
			continue
		}
		s.progress(sys.Name)
		if err := r.planSystem(sys, rows); errors.Is(err, connectors.ErrTryLater) {
			s.down[sys.Name] = "it does not answer now"
		} else if err != nil {
			return fmt.Errorf("%s: %w", sys.Name, err)
		}
	}
	if err := s.planManual(out, PaperLockAway, nil); err != nil {
		return err
	}
	s.remember(out)
	return s.listRecipients(out, rows)
}

func (r *restriction) planSystem(sys *datamap.System, told map[string]int64) error {
	r.out.Work.Systems = append(r.out.Work.Systems, SystemWork{System: sys.Name})
	r.work = &r.out.Work.Systems[len(r.out.Work.Systems)-1]
	r.sys = r.planOf(sys)
	r.mark = MarkText(r.terms.AsOf, sys)
	var blocks, marks stage
	for _, c := range r.Graph.ReferrersFirst(sys) {
		n, err := r.planCollection(r.fates[c], &blocks, &marks)
		if err != nil {
			return err
		}
		for _, x := range c.Recipients {
			told[x.Name] += n
		}
	}
	for _, st := range []stage{blocks, marks} { // a mark is set on what is held already: no trigger of the application sees it
		r.work.Treatments = append(r.work.Treatments, st.do...)
		r.work.Purposes = append(r.work.Purposes, st.of...)
	}
	r.sys.Transaction = "one"
	return r.planWitnesses(sys)
}

// planCollection gives the number of rows that come under the restriction.
func (r *restriction) planCollection(f *fate, blocks, marks *stage) (int64, error) {
	c := f.c
	open := r.system(c)
	reach := reachInto(r.terms.Scope, c)
	if open == nil || reach == beyond || len(r.matches(c, false)) == 0 {
		return 0, nil
	}
	n, err := open.Count(r.ctx, r.reach(c, but(f.shared)...), r.reach(c, f.shared))
	if err != nil {
		return 0, err
	}
	alone, shared := n[0], n[1]
	if isNever(f.shared) {
		shared = 0
	}
	f.gone, f.sharedRows = alone, shared // whose neighbours are watched
	col := r.collection(c)
	col.Total = alone + shared
	if err := r.guardShare(c, col.Total); err != nil || col.Total == 0 {
		return 0, err
	}
	if r.foreign(c) {
		r.act(c, plan.Action{Action: plan.Refer, Rows: col.Total, Reason: r.elsewhere(holdingRules(c))})
		return 0, nil
	}
	held := Restricted{System: c.System.Name, Collection: c.Name, Mark: c.Restrict.Mark, Method: ByMark}
	switch method, why := r.method(open, c); {
	case reach == partly:
		r.byHand(c, col.Total, "only some of its fields are asked for, and a row is blocked whole")
		held.Method = ByHand
	case alone == 0:
	case method == "":
		r.byHand(c, alone, why)
		held.Method = ByHand
	default:
		held.Method = method
		r.block(f, method, alone, blocks)
	}
	if err := r.marking(f, &held, shared, marks); err != nil {
		return 0, err
	}
	r.out.Work.Restricts = append(r.out.Work.Restricts, held)
	return col.Total, nil
}

// method is how the connector blocks rows of c; "" where it cannot, and why.
func (r *restriction) method(open *System, c *datamap.Collection) (method, why string) {
	method = c.Restrict.Block
	_, probes := connectors.As[connectors.Prober](open.Store)
	switch {
	case method == "", method == datamap.BlockTask:
		return "", "the map gives it to " + department(c.System)
	case !slices.Contains(open.Card.Blocking, method) || !open.Card.Does(connectors.Block) || !open.Card.Does(connectors.Release):
		return "", "connector " + open.Card.Name + " cannot block"
	case !probes:
		return "", "connector " + open.Card.Name + " cannot prove what it blocks"
	}
	return method, ""
}

func department(sys *datamap.System) string {
	if sys.Department == "" {
		return "a person"
	}
	return sys.Department
}

// block puts the person's own rows out of reach.
func (r *restriction) block(f *fate, method string, n int64, blocks *stage) {
	t := connectors.Treatment{ID: f.c.Name + "/block", Verb: connectors.Block, Method: method, Mark: r.in.Request.ID, AtMost: r.ceiling(f.c, n),
		On: r.reach(f.c, but(f.shared)...), Capture: slices.Clone(f.c.Key)}
	a := plan.Action{Action: plan.Block, Rows: n, Ceiling: t.AtMost, Reason: plan.Reason{Code: plan.Requested, Explain: "out of reach until it is lifted"}}
	if method == "move" {
		a.Action = plan.Move
	}
	blocks.add(t, Class{Collection: f.c.Name, Action: string(a.Action), Reason: plan.Requested, Planned: n})
	r.act(f.c, a)
}

// marking shows the restriction in the map's column and, where others own rows too, in the executor's own record.
func (r *restriction) marking(f *fate, held *Restricted, shared int64, marks *stage) error {
	c := f.c
	if shared > 0 {
		var err error
		if held.Marked, err = r.keysOf(c, f.shared); err != nil {
			return err
		}
		r.act(c, plan.Action{Action: plan.Mark, Rows: shared, Ceiling: r.ceiling(c, shared),
			Reason: plan.Reason{Code: plan.Shared, Explain: "another person holds it too: marked, and it goes on"}})
	}
	if held.Mark == "" {
		return nil
	}
	t := connectors.Treatment{ID: c.Name + "/mark", Verb: connectors.Set, On: r.reach(c, connectors.NullField(held.Mark)), Capture: slices.Clone(c.Key),
		Assign: []connectors.Assign{{Field: held.Mark, To: r.mark}}}
	n, err := r.system(c).Count(r.ctx, t.On)
	if err != nil {
		return err
	}
	t.AtMost = r.ceiling(c, n[0])
	marks.add(t, Class{Collection: c.Name, Action: string(plan.Mark), Reason: plan.Requested, Planned: n[0]})
	if n[0] > 0 {
		r.act(c, plan.Action{Action: plan.Mark, Rows: n[0], Ceiling: t.AtMost, Fields: []string{held.Mark},
			Reason: plan.Reason{Code: plan.Requested, Explain: held.Mark + " shows it"}})
	}
	return nil
}

// byHand makes blocking a person's task.
func (r *restriction) byHand(c *datamap.Collection, n int64, why string) {
	r.act(c, plan.Action{Action: plan.Manual, Rows: n, Reason: plan.Reason{Code: plan.Requested, Explain: "a task for " + department(c.System) + ": " + why}})
	r.out.Plan.Tasks = append(r.out.Plan.Tasks, plan.Task{System: c.System.Name, Collection: c.Name, Kind: "manual", Department: c.System.Department,
		Text: fmt.Sprintf("keep %d rows from being read or changed until the restriction is lifted; %s", n, why)})
}

// foreign says whether every purpose that holds rows of c is another controller's affair here.
func (s *survey) foreign(c *datamap.Collection) bool {
	rules := holdingRules(c)
	return len(rules) > 0 && !slices.ContainsFunc(rules, func(x *datamap.Rule) bool { return !plan.Elsewhere(s.terms.HoldOf(c, x).Reason.Code) })
}
