package planner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// What is asked of a department that keeps paper.
const (
	PaperCopy     = "copy"      // access: look, and copy
	PaperCorrect  = "correct"   // rectification
	PaperDestroy  = "destroy"   // erasure: destroy, or anonymise
	PaperLockAway = "lock_away" // restriction: take from the shelf and lock away
	PaperLift     = "lift"      // put back
)

// Manual is work on one collection nothing but a person can reach: paper on a shelf. It becomes a task for the department.
type Manual struct {
	System, Collection string
	Act                string
	Department         string
	By                 string   // last day, 2006-01-02
	Title              string   // no personal data
	Do                 []string // a sentence each
	Find               []Found  // what to look for
}

// Found is a value of the person's, with what it is.
type Found struct{ Label, Value string }

// byHand says whether only a person can work in sys.
func byHand(sys *datamap.System) bool { return sys.Connector == datamap.Manual }

// planManual asks the departments for what lies on their shelves. fates are the erasure's, nil for what takes nothing away. A right
// with more to say (what is corrected, from what to what) adds its own words as more.
func (s *survey) planManual(out *Result, act string, fates map[*datamap.Collection]*fate, more ...string) error {
	for _, sys := range s.Graph.Map.Systems {
		if !byHand(sys) || s.leftOut(sys) || !s.terms.SystemInScope(sys) {
			continue
		}
		for _, c := range sys.Collections {
			if err := s.planPaper(out, c, act, fates[c], fates, more); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *survey) planPaper(out *Result, c *datamap.Collection, act string, f *fate, fates map[*datamap.Collection]*fate, more []string) error {
	col := collectionIn(out.Plan, c, s.lang)
	find := s.lookFor(c)
	if len(find) == 0 { // nothing is known by which the shelf could be searched
		col.Actions = append(col.Actions, plan.Action{Action: plan.NothingFound, Reason: plan.Reason{Code: plan.NotSearchable}})
		return nil
	}
	m := Manual{System: c.System.Name, Collection: c.Name, Act: act, Department: c.System.Department, By: s.in.TaskBy, Find: find,
		Title: paperTitles[act] + ": " + c.System.Label.In(s.lang) + ", " + c.Name}
	m.Do = append(m.Do, "Where: "+c.At+".", paperWords[act])
	if f != nil {
		keep, rules, err := s.judgePaper(f, fates)
		if err != nil {
			return err
		}
		if keep.reason.Code != "" {
			f.reasons = append(f.reasons, keep)
			a := plan.Keep
			if plan.Elsewhere(keep.reason.Code) {
				a = plan.Refer
			}
			col.Actions = append(col.Actions, plan.Action{Action: a, Reason: keep.reason, Until: keep.end()})
			return nil
		}
		m.Do = append(m.Do, rules...)
	}
	if labels := s.categoryLabels(); labels != "" {
		m.Do = append(m.Do, "Only what is about: "+labels+".")
	}
	m.Do = append(m.Do, more...)
	out.Work.Manual = append(out.Work.Manual, m)
	for_ := "task for " + m.Department
	if day, err := time.Parse(time.DateOnly, m.By); err == nil {
		for_ += ", by " + day.Format("Mon 2 Jan")
	}
	col.Actions = append(col.Actions, plan.Action{Action: plan.Manual, Reason: plan.Reason{Code: plan.ByHand, Explain: for_}})
	out.Plan.Tasks = append(out.Plan.Tasks, plan.Task{System: m.System, Collection: m.Collection, Kind: "manual", Department: m.Department, By: m.By, Text: paperTitles[act]})
	return nil
}

var paperTitles = map[string]string{PaperCopy: "look for papers and copy them", PaperCorrect: "correct papers", PaperDestroy: "destroy papers",
	PaperLockAway: "lock papers away", PaperLift: "put papers back"}

var paperWords = map[string]string{
	PaperCopy:     "Look for the person's papers and copy all of them; hand the copies in with the answer. Black out what is about others (art. 15(4) GDPR).",
	PaperCorrect:  "Look for the person's papers and correct them; what was written before stays readable where the law wants it so.",
	PaperDestroy:  "Look for the person's papers and destroy them so that nobody can put them together again, or black out everything that names the person.",
	PaperLockAway: "Look for the person's papers, take them from the shelf and lock them away: nobody reads or changes them until the restriction is lifted (art. 18 GDPR).",
	PaperLift:     "Put the person's papers back on the shelf: the restriction is lifted.",
}

// lookFor is by what the papers of c can be found: the person's identifiers the shelf goes by, and the values that lead there from
// rows found elsewhere. Of a shared identifier only a verified one counts.
func (s *survey) lookFor(c *datamap.Collection) []Found {
	var out []Found
	add := func(label, value string) {
		if f := (Found{label, value}); value != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, field := range c.Fields {
		if field.Identifier == nil || field.ThirdPerson != "" {
			continue
		}
		label := field.Identifier.Label.In(s.lang)
		if v := s.known[field.Identifier.Name]; v != nil {
			for _, n := range v.order {
				add(label, n)
			}
		}
		if v := s.given[field.Identifier.Name]; v != nil {
			for _, n := range v.order {
				if v.verified[n] {
					add(label, n)
				}
			}
		}
	}
	for _, e := range s.Graph.Parents(c) {
		t := s.links[e]
		if t.empty() {
			continue
		}
		_, fields := e.Child()
		for _, tuple := range t.list {
			for i, name := range fields {
				label := name
				if field := c.Field(name); field != nil && field.Label.In(s.lang) != "" {
					label = field.Label.In(s.lang)
				}
				if i < len(tuple.Values) {
					add(label, textOf(tuple.Values[i]))
				}
			}
		}
	}
	return out
}

// judgePaper says why the papers of c stay, all of them; or, where what stands on them decides, the rules in words.
func (s *survey) judgePaper(f *fate, fates map[*datamap.Collection]*fate) (keep keptReason, rules []string, err error) {
	c := f.c
	if c.Erase.Mode == "keep" {
		return keptReason{reason: plan.Reason{Code: plan.Exception, Explain: c.Erase.Exception, Label: c.Erase.Because.In(s.lang)},
			until: &plan.Until{Criterion: c.Erase.Because.In(s.lang)}}, nil, nil
	}
	if len(f.holds) == 0 && c.Inherits != nil {
		if p, _ := c.Inherits.Parent(); fates[p] != nil {
			return fates[p].ownKept, nil, nil // who stays as a shell alone keeps no papers
		}
	}
	elsewhere, err := s.readElsewhere(c, f.holds)
	if err != nil {
		return keep, nil, err
	}
	for _, h := range f.holds {
		r := keptReason{reason: h.Reason, until: h.Until}
		switch {
		case h.Never:
			continue
		case !h.Always && h.Elsewhere:
			cond, err := s.keeps(c, h)
			if err != nil {
				return keep, nil, err
			}
			if isNever(cond) {
				continue
			}
			r = elsewhere[h.Rule].of(nil)
			if r.reason.Code == "" { // what the date would stand on was not looked at: it stays
				r = keptReason{reason: h.Reason}
				r.reason.Code = plan.DateUnknown
			}
		case !h.Always:
			words := fmt.Sprintf("Keep what is dated %s or later, or bears no date: %s", h.Cutoff.Format("2 Jan 2006"), h.Reason.Label)
			if h.Reason.Law != "" {
				words += " (" + h.Reason.Law + ")"
			}
			rules = append(rules, words+".")
			continue
		}
		if r.longer(keep) {
			keep = r
		}
	}
	return keep, rules, nil
}

// categoryLabels are the categories a request is about, in words; "" where it is about all.
func (s *survey) categoryLabels() string {
	var out []string
	for _, name := range s.terms.Scope.Categories {
		if c := s.Graph.Map.Categories[name]; c != nil {
			out = append(out, c.Label.In(s.lang))
		}
	}
	return strings.Join(out, ", ")
}

// inWords are what a rectification corrects, a sentence each, for who does it by hand. They hold values.
func (r *rectification) inWords() []string {
	var out []string
	for _, c := range r.changes {
		for _, p := range c.pairs {
			label := c.category
			if c.of != nil {
				label = c.of.Label.In(r.lang)
			}
			if p.from == "" {
				out = append(out, fmt.Sprintf("%s: add %q, where nothing stands.", label, p.to))
				continue
			}
			out = append(out, fmt.Sprintf("%s: not %q but %q; where something else stands, leave it and say so.", label, p.from, p.to))
		}
	}
	if st := r.in.Request.Statement; st != nil {
		out = append(out, "Put this statement of the person beside the papers: "+st.Text.Reveal())
	}
	return out
}
