package planner

import (
	"fmt"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// Due says that a plan takes up what an earlier erasure kept: it starts from the rows that were kept ([Input.Anchors]) and never
// searches for the person, who may be here again as a new one. Retention is judged anew, row by row, by the plan's own as_of.
type Due struct {
	Of    string     // the request that kept it
	Items []string   // what has come due
	Held  []HeldBack // what a person suspended
	Stay  []Stay     // how many rows stayed: more than these were never approved
	Asks  bool       // the map wants an approval again
}

// HeldBack is what one purpose keeps in one collection while a person holds it.
type HeldBack struct{ System, Collection, Purpose string }

// KeptUntil is until when an earlier erasure kept what one purpose holds in a collection. Where a period counts from rows elsewhere, these
// may have gone since with a period of their own; the end they told then still holds.
type KeptUntil struct{ System, Collection, Purpose, Until string } // Until "": until an event, or unknown

// keptUntil is the latest end an earlier erasure kept to; "" where none is known, or not of all.
func (s *survey) keptUntil(c *datamap.Collection, purpose string) (until string) {
	for _, k := range s.in.Ends {
		if k.System != c.System.Name || k.Collection != c.Name || k.Purpose != purpose {
			continue
		}
		if k.Until == "" {
			return ""
		}
		until = max(until, k.Until)
	}
	return until
}

// today is the day of the plan's as_of.
func (s *survey) today() string { return s.terms.Today().Format(time.DateOnly) }

// heldByPerson is the reason of rows that stay because somebody suspended their erasure.
var heldByPerson = keptReason{reason: plan.Reason{Code: plan.Exception, Explain: "held by a person"}, until: &plan.Until{Criterion: "until the hold is released"}}

// heldBack says whether a person suspended what a purpose keeps in c; "" any purpose.
func (s *survey) heldBack(c *datamap.Collection, purpose string) bool {
	if s.in.Due == nil {
		return false
	}
	for _, h := range s.in.Due.Held {
		if h.System == c.System.Name && h.Collection == c.Name && (purpose == "" || h.Purpose == purpose) {
			return true
		}
	}
	return false
}

// holdOf judges a rule of c by the request's terms, and by what a person suspended.
func (s *survey) holdOf(c *datamap.Collection, r *datamap.Rule) policy.Hold {
	h := s.terms.HoldOf(c, r)
	if s.heldBack(c, r.Purpose.Name) {
		h.Never, h.Always, h.Until = false, true, heldByPerson.until
		h.Reason.Code, h.Reason.Explain = plan.Exception, heldByPerson.reason.Explain
	}
	if until := s.keptUntil(c, r.Purpose.Name); h.Elsewhere && !h.Never && !h.Always && until >= s.today() {
		h.Always, h.Until = true, &plan.Until{Date: until}
	}
	return h
}

// spent says whether the end that rows elsewhere told of c, when it was kept, is over: that no such row is left then says nothing more.
func (s *survey) spent(c *datamap.Collection, purpose string) bool {
	until := s.keptUntil(c, purpose)
	return until != "" && until < s.today()
}

// weighDue asks a person where a plan of what has come due would take away more than was kept, or where the map asks again. An approval is the
// answer, and no task: the rows hang on what was kept for this person, so that whose they are is no question; only whether so many go, and that
// number is what the plan's digest binds.
func (s *survey) weighDue(out *Result, fates map[*datamap.Collection]*fate) {
	d := s.in.Due
	if d == nil {
		return
	}
	out.Plan.Due = &plan.Due{Of: d.Of, Items: d.Items}
	if d.Asks {
		s.attend(plan.Attention{Code: "due", Asks: true, Text: "the map wants what has come due to be approved again"})
	}
	for _, c := range s.Graph.Collections() {
		var stayed int64
		for _, st := range d.Stay {
			if st.System == c.System.Name && st.Collection == c.Name {
				stayed += st.Rows
			}
		}
		if n := fates[c].gone; n > most(stayed) {
			s.attend(plan.Attention{Code: "more_rows", System: c.System.Name, Collection: c.Name, Rows: n, Asks: true,
				Text: fmt.Sprintf("%s/%s: %d rows would go, where %d were kept; somebody approves what came since", c.System.Name, c.Name, n, stayed)})
		}
	}
}
