package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// keptReason groups kept rows of one collection by why they stay.
type keptReason struct {
	reason plan.Reason
	until  *plan.Until
	last   time.Time // the latest last day of the group; zero: none
	rows   int64
	days   map[string]int64 // of a group: its rows by their own last day
}

// longer says whether a is kept longer than b: what has no day is kept longest.
func (a keptReason) longer(b keptReason) bool {
	if b.reason.Code == "" {
		return true
	}
	if a.last.IsZero() || b.last.IsZero() {
		return a.last.IsZero() && !b.last.IsZero()
	}
	return a.last.After(b.last)
}

// outlasts is longer, and of reasons that keep equally long chooses one, so that it does not matter in which order a store gives its rows.
func (a keptReason) outlasts(b keptReason) bool {
	return a.longer(b) || !b.longer(a) && a.name() < b.name()
}

func (a keptReason) name() string {
	return a.reason.Code + "\x00" + a.reason.Purpose + "\x00" + a.reason.Explain
}

// inOrder has the reasons for which rows of a collection are kept in the order a plan shows them in: the longest last.
func (f *fate) inOrder() []keptReason {
	slices.SortStableFunc(f.reasons, func(a, b keptReason) int {
		return cmp.Or(a.last.Compare(b.last), strings.Compare(a.name(), b.name()))
	})
	return f.reasons
}

// end is the group's end as the plan says it.
func (a keptReason) end() *plan.Until {
	if a.until != nil || a.last.IsZero() {
		return a.until
	}
	return &plan.Until{Date: a.last.Format(time.DateOnly)}
}

// endsOn counts one row of a group by its own end.
func (a *keptReason) endsOn(end *plan.Until) {
	if end != nil && end.Date != "" {
		a.days[end.Date]++
	}
}

// readKept counts the rows of c by fate and reads those that stay: why, until when, and which rows lead to them.
func (s *survey) readKept(f *fate, fates map[*datamap.Collection]*fate) error {
	open := s.system(f.c)
	if open == nil || len(s.matches(f.c, false)) == 0 {
		return nil
	}
	n, err := open.Count(s.ctx, s.reach(f.c, but(f.held, f.shared)...), s.reach(f.c, f.shared))
	if err != nil {
		return s.unreached(f.c, err)
	}
	f.gone, f.sharedRows = n[0], n[1]
	if isNever(f.held) {
		return nil
	}
	sel := s.reach(f.c, append(but(f.shared), f.held)...)
	zone := sel.Collection.Location()
	for _, h := range f.holds {
		sel.Fields = union(sel.Fields, h.Fields())
	}
	elsewhere, err := s.readElsewhere(f.c, f.holds)
	if err != nil {
		return err
	}
	for _, e := range elsewhere {
		sel.Fields = union(sel.Fields, e.fields)
	}
	sel.Fields = s.leadFields(f.c, sel.Fields)
	if len(sel.Fields) == 0 || f.held.HasExists() {
		sel.Fields = union(sel.Fields, f.c.Key)
	}
	ups := newUps(s, f.c, zone)
	row := connectors.Row{}
	err = open.Each(s.ctx, sel, func(person int, vs []any) error {
		for i, name := range sel.Fields {
			row[name] = vs[i]
		}
		s.groupKept(f, s.why(f, fates, row, zone, elsewhere))
		ups.from(person, row, fates)
		if f.held.HasExists() && !f.judged {
			f.stay.add(connectors.Tuple{Values: row.Pick(f.c.Key)})
		}
		return nil
	})
	if err := s.unreached(f.c, err); err != nil {
		return err
	}
	_, err = ups.settle(fates)
	return err
}

// lookBelow notes for every collection how long the rows are kept that its rows lead to.
func (s *survey) lookBelow(fates map[*datamap.Collection]*fate) {
	order := s.Graph.TopDown()
	slices.Reverse(order)
	for _, c := range order {
		for _, e := range s.below(c) {
			child, _ := e.Child()
			for _, r := range []keptReason{fates[child].lastKept, fates[child].below} {
				if child != c && r.reason.Code != "" && r.longer(fates[c].below) {
					fates[c].below = r
				}
			}
		}
	}
}

// why finds the longest reason for which one row is kept.
func (s *survey) why(f *fate, fates map[*datamap.Collection]*fate, row connectors.Row, zone *time.Location, elsewhere map[*datamap.Rule]keptElsewhere) keptReason {
	var best keptReason
	for _, h := range f.holds {
		r := keptReason{reason: h.Reason, until: h.Until}
		if h.Elsewhere && !h.Always {
			e, ok := elsewhere[h.Rule]
			if !ok || h.Never || !fitsAll(h.When, row, zone) {
				continue
			}
			r = e.of(row)
		} else {
			v := s.terms.Judge(h, row, zone)
			if !v.Keeps {
				continue
			}
			r.reason.Code, r.last = v.Code, v.Last
		}
		if r.longer(best) {
			best = r
		}
	}
	if best.reason.Code == "" && f.limit != nil {
		best = keptReason{reason: s.limitedReason(f.limit), until: &limitedUntil}
	}
	if best.reason.Code != "" {
		return best
	}
	if s.heldBack(f.c, "") {
		return heldByPerson
	}
	if f.c.Inherits != nil && len(f.holds) == 0 {
		if p, _ := f.c.Inherits.Parent(); fates[p] != nil {
			best = fates[p].lastKept
		}
	}
	if d := f.c.DerivedFrom; best.reason.Code == "" && d != nil && f.c.Erase.Mode != "keep" {
		best = fates[d].lastKept
		best.reason.Code, best.reason.Explain, best.reason.Law = plan.CopyOf, "copy of "+d.Name, ""
	}
	if best.reason.Code == "" && f.c.Erase.Mode == "keep" {
		best = keptReason{reason: plan.Reason{Code: plan.Exception, Explain: f.c.Erase.Exception, Label: f.c.Erase.Because.In(s.lang)},
			until: &plan.Until{Criterion: f.c.Erase.Because.In(s.lang)}}
	}
	if best.reason.Code == "" {
		best = keptReason{reason: plan.Reason{Code: plan.Retention}}
	}
	return best
}

func fitsAll(cs []connectors.Cond, row connectors.Row, zone *time.Location) bool {
	for _, c := range cs {
		if !c.Fits(row, zone) {
			return false
		}
	}
	return true
}

func (s *survey) groupKept(f *fate, r keptReason) {
	f.kept++
	end := r.end()
	if r.outlasts(f.lastKept) {
		f.lastKept = r
	}
	if r.outlasts(f.ownKept) {
		f.ownKept = r
	}
	if r.reason.Code == plan.DateUnknown {
		s.attend(plan.Attention{Code: "unknown_date", System: f.c.System.Name, Collection: f.c.Name,
			Text: "rows whose date cannot be read, is zero or lies in the future are kept: an unknown date never lapses"})
	}
	if x := f.groupOf(r); x != nil {
		x.rows++
		x.endsOn(end)
		if r.last.After(x.last) {
			x.last = r.last
		}
		return
	}
	r.rows, r.days = 1, map[string]int64{}
	r.endsOn(end)
	f.reasons = append(f.reasons, r)
}

// groupOf is the group a reason belongs to; nil where it is the first of one.
func (f *fate) groupOf(r keptReason) *keptReason {
	for i := range f.reasons {
		x := &f.reasons[i]
		if x.reason.Code == r.reason.Code && x.reason.Purpose == r.reason.Purpose && (x.until == nil) == (r.until == nil) {
			return x
		}
	}
	return nil
}

// grouped is a reason as its group is told of.
func (f *fate) grouped(r keptReason) keptReason {
	if x := f.groupOf(r); x != nil {
		r.reason.Law = x.reason.Law
	}
	return r
}

// findShells goes up from the rows that stay: whatever leads to one of them stays as a shell, however far up.
func (s *survey) findShells(fates map[*datamap.Collection]*fate) error {
	order := s.Graph.TopDown()
	slices.Reverse(order)
	for round := 0; round < MaxRounds; round++ {
		grew := false
		for i, c := range order {
			s.at(2, round, i)
			g, err := s.shellsOf(fates[c], fates)
			if err != nil {
				return err
			}
			grew = grew || g
		}
		if !grew {
			return nil
		}
	}
	return tooManyRounds("rows that lead to kept ones")
}

func tooManyRounds(what string) error {
	return fmt.Errorf("%s come to no end within %d rounds", what, MaxRounds)
}

func (s *survey) shellsOf(f *fate, fates map[*datamap.Collection]*fate) (grew bool, err error) {
	shell := s.shellCond(f)
	open := s.system(f.c)
	if isNever(shell) || open == nil || len(s.matches(f.c, false)) == 0 {
		return false, nil
	}
	sel := s.reach(f.c, append(but(f.held, f.shared), shell)...)
	sel.Fields = s.leadFields(f.c, slices.Clone(f.c.Key))
	ups := newUps(s, f.c, sel.Collection.Location())
	f.shellRows = 0
	row := connectors.Row{}
	err = open.Each(s.ctx, sel, func(person int, vs []any) error {
		f.shellRows++
		for i, name := range sel.Fields {
			row[name] = vs[i]
		}
		if shell.HasExists() && !f.judged {
			f.stay.add(connectors.Tuple{Values: row.Pick(f.c.Key)})
		}
		grew = ups.from(person, row, fates) || grew
		return nil
	})
	if err := s.unreached(f.c, err); err != nil {
		return grew, err
	}
	for _, e := range s.below(f.c) {
		if child, _ := e.Child(); f.shellRows > 0 && fates[child].lastKept.reason.Code != "" && fates[child].lastKept.longer(f.lastKept) {
			f.lastKept = fates[child].lastKept
			grew = grew || f.judged // its rows are known, and how long they are kept still goes up
		}
	}
	more, err := ups.settle(fates)
	return grew || more, err
}

// shellCond holds of rows that nothing keeps for themselves, but that lead to a kept row or carry a field with
// a purpose of its own that still runs.
func (s *survey) shellCond(f *fate) connectors.Cond {
	if f.judged {
		return f.shell
	}
	cs := []connectors.Cond{f.shells.cond()}
	for _, field := range f.c.Fields {
		if len(field.Rules) > 0 || s.proves(field) {
			cs = append(cs, f.fields[field])
		}
	}
	return anyOf(cs...)
}
