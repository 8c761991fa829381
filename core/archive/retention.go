package archive

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// purposes are (a) and (d), and the arrangement with joint controllers.
func (x *assembly) purposes(a *Article15) []Purpose {
	out := []Purpose{}
	for _, p := range x.used {
		v := Purpose{Name: x.label(p.Label), Explain: x.label(p.Explain), Law: p.Law, Bases: []string{}, Kept: x.kept(p)}
		var texts []string
		for _, b := range p.Bases {
			term, text := x.basis(b)
			v.Bases = append(v.Bases, term)
			texts = append(texts, text)
			if b == "art6_1_f" {
				if v.Interest = x.label(p.Explain); v.Interest == "" {
					v.Interest = x.label(p.Label)
				}
			}
		}
		if v.Basis = strings.Join(texts, ", "); v.Interest == v.Explain {
			v.Explain = ""
		}
		if p.Role == "joint" {
			v.For = p.For
		}
		out = append(out, v)
	}
	return out
}

// basis gives the DPV term and the words of a legal basis: "art6_1_c", "art9_2_h".
func (x *assembly) basis(b string) (term, text string) {
	if l, ok := strings.CutPrefix(b, "art6_1_"); ok {
		return "eu-gdpr:A6-1-" + l, x.T("law.art6", l)
	}
	if l, ok := strings.CutPrefix(b, "art9_2_"); ok {
		return "eu-gdpr:A9-2-" + l, x.T("law.art9", l)
	}
	return b, b
}

// kept is the period of a purpose for this person: the days that were found, first and last; else the criterion.
// Where some rows have a day and others an open end, both are said; so is what is over and still there.
func (x *assembly) kept(p *datamap.Purpose) Kept {
	k := Kept{Law: p.Law}
	if p.Hold { // nothing of it lapses, whatever day it would have been
		k.Text = x.T("kept.hold")
		return k
	}
	var words []string
	var notBegun, unclear bool
	for _, h := range x.ends[p.Name] {
		switch {
		case h.Standing == NotYet:
			notBegun = true
		case h.Standing == Unclear:
			unclear = true
		case h.Standing == Over:
			k.Over = max(k.Over, h.Until.Date)
		case h.Until.Date != "":
			if k.From == "" || h.Until.Date < k.From {
				k.From = h.Until.Date
			}
			k.To = max(k.To, h.Until.Date)
		default:
			words = union(words, []string{x.openEnd(h.Until)})
		}
	}
	switch {
	case k.From != "" && k.From == k.To:
		words = append([]string{x.T("kept.day", x.DayText(k.To))}, words...)
	case k.From != "":
		words = append([]string{x.T("kept.range", x.DayText(k.From), x.DayText(k.To))}, words...)
	}
	switch {
	case len(words) == 0 && k.Over == "" && !unclear: // nothing but the rule itself
		words = append(words, x.criterion(p))
	case notBegun:
		words = append(words, x.T("kept.not_begun", x.criterion(p)))
	}
	if unclear {
		words = append(words, x.T("kept.unknown"))
	}
	switch {
	case k.Over != "" && len(words) == 0:
		words = append(words, x.T("kept.over.all", x.DayText(k.Over)))
	case k.Over != "":
		words = append(words, x.T("kept.over.some", x.DayText(k.Over)))
	}
	k.Text = strings.Join(words, "; ")
	return k
}

func (x *assembly) openEnd(u plan.Until) string {
	if u.Event != "" {
		return x.event(u.Event)
	}
	return u.Criterion
}

// event says an end that is no date. One this package has no words for is said as "as long as the purpose lasts".
func (x *assembly) event(e string) string {
	if x.has("event." + e) {
		return x.T("event." + e)
	}
	return x.T("kept.open")
}

// criterion is the rule of the purpose in words (art. 15(1)(d), second alternative).
func (x *assembly) criterion(p *datamap.Purpose) string {
	switch {
	case x.label(p.Criterion) != "":
		return x.label(p.Criterion)
	case p.Event != "":
		return x.event(p.Event)
	case p.Keep != nil && p.Keep.YearEnd:
		return x.T("kept.period.year", x.period(*p.Keep)) + x.since(p)
	case p.Keep != nil:
		return x.T("kept.period", x.period(*p.Keep)) + x.since(p)
	case p.Consent():
		return x.T("kept.consent")
	}
	return x.T("kept.open")
}

// period is a length of time with the plural its language wants.
func (x *assembly) period(p datamap.Period) string {
	key := "kept." + string(p.Unit)
	if p.N == 1 {
		return x.T(key + ".1")
	}
	if few := p.N%10 >= 2 && p.N%10 <= 4 && (p.N%100 < 12 || p.N%100 > 14); few && x.has(key+".few") {
		key += ".few"
	}
	return fmt.Sprintf(x.T(key), p.N)
}

// since names the dates the period of a purpose counts from, by their labels.
func (x *assembly) since(p *datamap.Purpose) string {
	var labels []string
	for _, c := range x.held {
		for _, r := range rulesOf(c.Collection, nil) {
			if r.Purpose != p || r.Since == nil {
				continue
			}
			for _, f := range append([]*datamap.Field{dateField(c.Collection, r)}, otherDates(c.Collection, r)...) {
				if f != nil {
					labels = union(labels, []string{x.label(f.Label)})
				}
			}
		}
	}
	if len(labels) == 0 {
		return ""
	}
	return "; " + x.T("kept.since", strings.Join(labels, ", "))
}

// otherDates are the fields beside the first of which the earliest counts.
func otherDates(c *datamap.Collection, r *datamap.Rule) []*datamap.Field {
	var out []*datamap.Field
	for _, name := range r.Or {
		out = append(out, c.Field(name))
	}
	return out
}

// dateField is the mapped field a rule counts from, in the collection itself, its owner, or over an edge.
func dateField(c *datamap.Collection, r *datamap.Rule) *datamap.Field {
	if e := r.Since.Over; e != nil {
		for _, end := range []*datamap.Collection{e.From, e.To} {
			if end != nil && end != c {
				if f := end.Field(r.Since.Field); f != nil {
					return f
				}
			}
		}
	}
	for seen := map[*datamap.Collection]bool{}; c != nil && !seen[c]; {
		seen[c] = true
		if f := c.Field(r.Since.Field); f != nil {
			return f
		}
		if c.Inherits == nil {
			break
		}
		c, _ = c.Inherits.Parent()
	}
	return nil
}
