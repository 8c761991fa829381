package policy

import (
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
)

// Hold is one rule under the terms: which rows it keeps, and why.
type Hold struct {
	Rule   *datamap.Rule
	Reason plan.Reason
	// When is the rows the rule speaks of; Keeps is those of them it keeps. Never: none. Both are over fields
	// of the row itself, except where the date is another row's (Elsewhere).
	Never     bool
	Always    bool // keeps whatever its date
	When      []connectors.Cond
	Elsewhere bool        // the date lies in another collection: Cutoff and the rule's reference say where
	Cutoff    time.Time   // dates before it have lapsed
	Until     *plan.Until // where the end is the same for every row: a criterion, an event, a decided day
}

// HoldOf judges a rule of collection c.
func (t Terms) HoldOf(c *datamap.Collection, r *datamap.Rule) Hold {
	p := r.Purpose
	h := Hold{Rule: r, When: graph.Conditions(r.When), Reason: plan.Reason{Purpose: p.Name, Law: r.Law, Label: p.Label.In("")}}
	always := func(code string, until *plan.Until) Hold {
		h.Always, h.Until, h.Reason.Code = true, until, code
		return h
	}
	switch {
	case t.Stops && t.SystemInScope(c.System) && !t.InScope(p):
		return always(plan.OtherPurpose, &plan.Until{Criterion: "as long as that purpose runs"})
	case !t.SystemInScope(c.System), !t.InScope(p):
		return always(plan.OutOfScope, &plan.Until{Criterion: "not asked for"})
	case t.foreign(p):
		if p.Role != "processor" {
			return always(plan.OtherController, &plan.Until{Criterion: "for " + p.Controller.Name + " to answer"})
		}
		return always(plan.Processor, &plan.Until{Criterion: "until its controller instructs us"})
	case p.Hold:
		return always(plan.Exception, &plan.Until{Criterion: "until the hold is released"})
	}
	if k := t.kept(p); k != nil {
		h.Reason.Law = k.Ground
		return always(plan.Exception, &plan.Until{Date: k.Until})
	}
	if code, ended := t.Ended(p); ended {
		h.Never, h.Reason.Code = true, code
		return h
	}
	if t.Stops {
		return always(plan.NotReached, &plan.Until{Criterion: "by its own rules"})
	}
	h.Reason.Code = plan.Retention
	if p.Exception != "" {
		h.Reason.Explain = p.Exception
	}
	switch {
	case r.Since == nil && r.Until == nil && p.Consent():
		return always(plan.OtherPurpose, &plan.Until{Event: "consent_withdrawn"})
	case r.Since == nil && r.Until == nil && p.Event != "":
		return always(plan.Retention, &plan.Until{Event: p.Event})
	case r.Since == nil && r.Until == nil && p.Role == "processor": // we hold it as long as its controller wants, who instructs us now (art. 28(3)(g))
		h.Never, h.Reason.Code = true, plan.PeriodOver
		return h
	case r.Since == nil && r.Until == nil:
		return always(plan.Retention, &plan.Until{Criterion: p.Criterion.In("")})
	}
	h.Cutoff = t.Cutoff(h.period())
	ref := h.Date()
	h.Elsewhere = ref.Of != nil || ref.Over != nil
	return h
}

// Date is the reference the hold's end is counted from.
func (h Hold) Date() *datamap.DateRef {
	if h.Rule.Until != nil {
		return h.Rule.Until
	}
	return h.Rule.Since
}

// period counts from Date; nil where the date itself is the end.
func (h Hold) period() *datamap.Period {
	if h.Rule.Until != nil {
		return nil
	}
	return h.Rule.Keep
}

// Keeps is the condition on a row of a hold whose date is the row's own: it is the rule's, and its date has
// not lapsed. A date that is unknown never lapses; NULL has not begun, unless the map says that the
// rule then does not apply (missing: skip).
func (h Hold) Keeps() connectors.Cond {
	if h.Never {
		return connectors.AnyOf()
	}
	cs := append([]connectors.Cond(nil), h.When...)
	if !h.Always {
		var missing []connectors.Cond
		for _, f := range h.dates() {
			missing = append(missing, connectors.NullField(f))
			cs = append(cs, connectors.NotThat(connectors.BeforeTime(f, h.Cutoff)))
		}
		if h.Rule.SkipMissing {
			cs = append(cs, connectors.NotThat(connectors.AllOf(missing...)))
		}
	}
	return connectors.AllOf(cs...)
}

// Verdict is what a hold says of one row.
type Verdict struct {
	Keeps bool
	Code  string    // plan.Retention, NotBegun, DateUnknown, or the hold's own
	Last  time.Time // the last day; zero where there is none
}

// Judge applies the hold to a row that carries the fields it speaks of; zone is the collection's. It says
// the same as [Hold.Keeps] for every row.
func (t Terms) Judge(h Hold, row connectors.Row, zone *time.Location) Verdict {
	if h.Never {
		return Verdict{}
	}
	for _, c := range h.When {
		if !c.Fits(row, zone) {
			return Verdict{}
		}
	}
	if h.Always {
		return Verdict{Keeps: true, Code: h.Reason.Code}
	}
	return t.judgeEarliest(h, row, zone)
}

// dates are the fields of the row whose earliest date counts; one, where the map names one.
func (h Hold) dates() []string { return append([]string{h.Date().Field}, h.Rule.Or...) }

// judgeEarliest applies the period to the earliest of the row's dates: once it has lapsed from any of them the rule keeps
// nothing. One that is unknown or missing is not the earliest as long as another is there.
func (t Terms) judgeEarliest(h Hold, row connectors.Row, zone *time.Location) Verdict {
	var out Verdict
	for _, f := range h.dates() {
		v := t.JudgeDate(h, row[f], zone)
		switch {
		case row[f] == nil && h.Rule.SkipMissing: // says nothing, unless all are missing
		case !v.Keeps:
			return v
		case !out.Keeps, !v.Last.IsZero() && (out.Last.IsZero() || v.Last.Before(out.Last)),
			out.Last.IsZero() && v.Last.IsZero() && v.Code == plan.DateUnknown:
			out = v
		}
	}
	return out
}

// JudgeDate applies the hold's period to one date.
func (t Terms) JudgeDate(h Hold, date any, zone *time.Location) Verdict {
	if date == nil {
		return Verdict{Keeps: !h.Rule.SkipMissing, Code: plan.NotBegun}
	}
	at, _, ok := connectors.Date(date, zone)
	if !ok || (at.After(t.AsOf) && h.Rule.Until == nil) {
		return Verdict{Keeps: true, Code: plan.DateUnknown}
	}
	if at.Before(h.Cutoff) {
		return Verdict{}
	}
	return Verdict{Keeps: true, Code: h.Reason.Code, Last: t.Last(h.period(), at)}
}

// Fields are those of the row itself that a judgement needs.
func (h Hold) Fields() []string {
	var out []string
	for _, w := range h.Rule.When {
		out = append(out, w.Field)
	}
	if !h.Always && !h.Never && !h.Elsewhere {
		out = append(out, h.dates()...)
	}
	return out
}

// LastOf is the last day on which the hold kept a row, lapsed or not; ok is false where the row's date says none.
func (t Terms) LastOf(h Hold, row connectors.Row, zone *time.Location) (last time.Time, ok bool) {
	for _, f := range h.dates() {
		if at, _, dated := connectors.Date(row[f], zone); dated {
			if end := t.Last(h.period(), at); !ok || end.Before(last) {
				last, ok = end, true
			}
		}
	}
	return last, ok
}
