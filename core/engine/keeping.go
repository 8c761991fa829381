package engine

import (
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// keeping finds until when each purpose keeps this person's rows, while they pass on their way into the package
// (art. 15(1)(d)). Periods whose date lies in other rows count from the latest of the person's rows there.
type keeping struct {
	terms policy.Terms
	order []string
	by    map[string]*span
	last  []*latest
}

// span is what was found of one purpose.
type span struct {
	until             []plan.Until // ends that are no day of a row
	first, last, over time.Time
	notBegun, unclear bool
}

// latest gathers the dates a rule takes from other rows.
type latest struct {
	hold policy.Hold
	in   *datamap.Collection
	max  time.Time
	code string // why there is no max, once a row was met
}

func newKeeping(terms policy.Terms) *keeping { return &keeping{terms: terms, by: map[string]*span{}} }

func (k *keeping) of(p *datamap.Purpose) *span {
	s := k.by[p.Name]
	if s == nil {
		s = &span{}
		k.by[p.Name] = s
		k.order = append(k.order, p.Name)
	}
	return s
}

// holds notes the purposes of a collection the person has rows in. Rules for some rows only count where a row fits.
func (k *keeping) holds(c *datamap.Collection) {
	owner := c
	for hops := 0; len(owner.Rules) == 0 && owner.Inherits != nil && hops < 16; hops++ {
		owner, _ = owner.Inherits.Parent()
	}
	for _, r := range owner.Rules {
		h := k.terms.HoldOf(owner, r)
		if len(r.When) > 0 || r.SkipMissing || !told(h) {
			continue
		}
		k.of(r.Purpose)
		if owner == c && h.Elsewhere && !h.Always {
			k.last = append(k.last, &latest{hold: h, in: h.Date().Of})
		}
	}
}

// told says whether a hold is the controller's own: what is held for another is that one's to tell.
func told(h policy.Hold) bool {
	return h.Reason.Code != plan.OutOfScope && !plan.Elsewhere(h.Reason.Code)
}

// judgement is one rule applied to the rows of one collection.
type judgement struct {
	hold  policy.Hold
	field string // the field that lives by the rule; "" the row
	known map[any]policy.Verdict
}

// watch prepares for the rows of c: which fields it needs beside the package's, and what it does with each row. see is nil
// where nothing is to be seen.
func (k *keeping) watch(c *datamap.Collection) (fields []string, see func(connectors.Row)) {
	var js []*judgement
	add := func(r *datamap.Rule, field string) {
		h := k.terms.HoldOf(c, r)
		if h.Elsewhere && !h.Always || !told(h) {
			return
		}
		js = append(js, &judgement{h, field, map[any]policy.Verdict{}})
		fields = append(fields, h.Fields()...)
		if field != "" {
			fields = append(fields, field)
		}
	}
	for _, r := range c.Rules {
		add(r, "")
	}
	for _, f := range c.Fields {
		for _, r := range f.Rules {
			add(r, f.Name)
		}
	}
	var dates []*latest
	for _, l := range k.last {
		if l.in == c {
			dates, fields = append(dates, l), append(fields, l.hold.Date().Field)
		}
	}
	if len(js)+len(dates) == 0 {
		return nil, nil
	}
	slices.Sort(fields)
	zone := graph.Place(c).Location()
	return slices.Compact(fields), func(row connectors.Row) {
		for _, j := range js {
			if j.field == "" || row[j.field] != nil {
				k.judge(j, row, zone)
			}
		}
		for _, l := range dates {
			k.note(l, row[l.hold.Date().Field], zone)
		}
	}
}

// known verdicts of dates are kept up to this many: rows of a day share theirs.
const knownDates = 4096

func (k *keeping) judge(j *judgement, row connectors.Row, zone *time.Location) {
	h := j.hold
	for _, w := range h.When {
		if !w.Fits(row, zone) {
			return
		}
	}
	if !h.Always && row[h.Date().Field] == nil && h.Rule.SkipMissing {
		return // the rule does not apply to this row
	}
	s := k.of(h.Rule.Purpose)
	if h.Always {
		if h.Until != nil && !slices.Contains(s.until, *h.Until) {
			s.until = append(s.until, *h.Until)
		}
		return
	}
	date := row[h.Date().Field]
	if date == nil {
		s.notBegun = true
		return
	}
	text, plain := date.(string)
	if v, met := j.known[text]; plain && met {
		k.add(s, v)
		return
	}
	v := k.verdict(h, date, zone)
	if plain && len(j.known) < knownDates {
		j.known[text] = v
	}
	k.add(s, v)
}

// verdict is the hold's of a date that is there; of a period that is over, Last is when it was.
func (k *keeping) verdict(h policy.Hold, date any, zone *time.Location) policy.Verdict {
	v := k.terms.JudgeDate(h, date, zone)
	if !v.Keeps {
		v.Last, _ = k.terms.LastOf(h, connectors.Row{h.Date().Field: date}, zone)
	}
	return v
}

func (k *keeping) add(s *span, v policy.Verdict) {
	switch {
	case !v.Keeps:
		if v.Last.After(s.over) {
			s.over = v.Last
		}
	case v.Last.IsZero():
		s.unclear = true
	default:
		if s.first.IsZero() || v.Last.Before(s.first) {
			s.first = v.Last
		}
		if v.Last.After(s.last) {
			s.last = v.Last
		}
	}
}

// note takes a date that periods elsewhere count from: the latest decides, and one that cannot be read before all others.
func (k *keeping) note(l *latest, date any, zone *time.Location) {
	at, _, ok := connectors.Date(date, zone)
	switch {
	case date == nil:
		if l.code == "" {
			l.code = plan.NotBegun
		}
	case !ok || at.After(k.terms.AsOf):
		l.code = plan.DateUnknown
	case at.After(l.max):
		l.max = at
	}
}

// list is what was found, for article15.json.
func (k *keeping) list() []archive.Held {
	for _, l := range k.last {
		s := k.of(l.hold.Rule.Purpose)
		switch {
		case l.code == plan.DateUnknown, l.max.IsZero() && l.code == "" && !l.hold.Rule.SkipMissing:
			s.unclear = true
		case !l.max.IsZero():
			k.add(s, k.verdict(l.hold, l.max, k.terms.Zone))
		default:
			s.notBegun = true
		}
	}
	out := []archive.Held{}
	for _, name := range k.order {
		s := k.by[name]
		add := func(u plan.Until, st archive.Standing) {
			out = append(out, archive.Held{Purpose: name, Until: u, Standing: st})
		}
		add(plan.Until{}, archive.Runs)
		for _, u := range s.until {
			add(u, archive.Runs)
		}
		for _, d := range []time.Time{s.first, s.last} {
			if !d.IsZero() {
				add(plan.Until{Date: d.Format(time.DateOnly)}, archive.Runs)
			}
		}
		if !s.over.IsZero() {
			add(plan.Until{Date: s.over.Format(time.DateOnly)}, archive.Over)
		}
		if s.notBegun {
			add(plan.Until{}, archive.NotYet)
		}
		if s.unclear {
			add(plan.Until{}, archive.Unclear)
		}
	}
	return out
}
