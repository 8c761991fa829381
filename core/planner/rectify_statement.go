package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// supplement leaves the entry and says beside it what is right, where the system has a place for a supplementary statement.
func (r *rectification) supplement(sp *spot, x *seen) error {
	if x.wrong == 0 {
		return nil
	}
	why := plan.Reason{Code: plan.Annotated, Law: sp.c.Rectify.Law, Explain: "stays, and a statement beside it says what is right"}
	if text := sp.c.Rectify.Text.In(r.lang); text != "" {
		why.Explain = text
	}
	for _, p := range sp.change.pairs {
		text := fmt.Sprintf("%s (art. 16 RODO): %s", sp.change.label(r.lang), p.to)
		if p.from != "" {
			text += fmt.Sprintf(" (%s)", "dotąd: "+p.from)
		}
		if r.lang != "pl" {
			text = fmt.Sprintf("%s (art. 16 GDPR): %s", sp.change.label(r.lang), p.to)
			if p.from != "" {
				text += fmt.Sprintf(" (before: %s)", p.from)
			}
		}
		if slices.ContainsFunc(sp.fields, func(f *datamap.Field) bool {
			return slices.ContainsFunc([]int{slices.Index(sp.change.pairs, p)}, func(i int) bool { return x.at[at{f, i}] > 0 })
		}) {
			r.statements = append(r.statements, statement{text: text, about: sp.c, rows: x.wrong, category: sp.change.category})
		}
	}
	r.show(sp, plan.Action{Action: plan.Keep, Rows: x.wrong, Reason: why})
	return nil
}

// statement is a text to be written where the system keeps such, about rows of a collection.
type statement struct {
	text, category string
	about          *datamap.Collection
	rows           int64
}

// planStatements writes the statements of a system: those that stand for corrections there, and the request's own where the person's rows
// hold what it is about.
func (r *rectification) planStatements(sys *datamap.System) error {
	all := r.statements
	r.statements = nil
	if own := r.in.Request.Statement; own != nil {
		if c := r.holds(sys, own.Category); c != nil {
			all = append(all, statement{text: own.Text.Reveal(), about: c, category: own.Category})
		}
	}
	if len(all) == 0 {
		return nil
	}
	f := statementField(sys)
	if f == nil || r.collection(f.Collection).Total == 0 {
		r.statementByHand(all)
		return nil
	}
	return r.writeStatements(f, all)
}

// holds is the first collection of sys in which the person has rows with a field of the category that may be completed; nil where there is none.
func (r *rectification) holds(sys *datamap.System, category string) *datamap.Collection {
	for _, c := range sys.Collections {
		if r.collection(c).Total == 0 || c.DerivedFrom != nil || c.Rectify.Mode == "refuse" {
			continue
		}
		if slices.ContainsFunc(c.Fields, func(f *datamap.Field) bool {
			return f.Category != nil && f.Category.Name == category && f.ThirdPerson == ""
		}) {
			return c
		}
	}
	return nil
}

func statementField(sys *datamap.System) *datamap.Field {
	for _, c := range sys.Collections {
		for _, f := range c.Fields {
			if f.Statement {
				return f
			}
		}
	}
	return nil
}

// statementByHand leaves statements to the department where its system has no place for them.
func (r *rectification) statementByHand(all []statement) {
	for i, st := range all {
		rows := max(st.rows, 1)
		r.act(st.about, plan.Action{Action: plan.Manual, Rows: rows, Reason: plan.Reason{Code: plan.Completed, Explain: st.category + ": the statement is added by a person; the system has no place for it"}})
		r.hand(Hand{Kind: "by_hand", System: st.about.System.Name, Collection: st.about.Name, Ref: fmt.Sprintf("statement/%d", i+1), Rows: rows,
			Title: st.about.Label.In(r.lang) + ": add a supplementary statement", Do: []string{st.text}})
	}
}

// writeStatements adds to what stands in the person's rows there, row by row: nothing is overwritten.
func (r *rectification) writeStatements(f *datamap.Field, all []statement) error {
	c := f.Collection
	sel := r.reach(c, but(r.fates[c].shared, r.foreign(c), r.goneSoon(c))...)
	sel.Fields = union(slices.Clone(c.Key), []string{f.Name})
	width := len(c.Key)
	var todo, done int64
	var do []connectors.Treatment
	err := r.system(c).Each(r.ctx, sel, func(person int, vs []any) error {
		have := textOf(vs[slices.Index(sel.Fields, f.Name)])
		text := have
		for _, st := range all {
			if !strings.Contains(text, st.text) {
				text = strings.TrimLeft(text+"\n"+st.text, "\n")
			}
		}
		if text == have {
			done++
			return nil
		}
		todo++
		old := []any{have}
		if have == "" {
			old = []any{nil, ""}
		}
		do = append(do, connectors.Treatment{ID: fmt.Sprintf("%s/%s/%d/supplement", c.Name, f.Name, todo), Verb: connectors.Set, AtMost: 1,
			On:     connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: c.Key, Values: []connectors.Tuple{{Person: person, Values: slices.Clone(vs[:width])}}}}, Where: sel.Where},
			Assign: []connectors.Assign{{Field: f.Name, To: text, From: old}}})
		return nil
	})
	if err != nil {
		return err
	}
	if todo+done > sourceLimit { // a place in every row of many is no place to speak of the person
		r.statementByHand(all)
		return nil
	}
	for _, t := range do {
		if c.Rows == nil {
			t.Capture = slices.Clone(c.Key)
		}
		r.work.Treatments = append(r.work.Treatments, t)
		r.work.Purposes = append(r.work.Purposes, Class{Collection: c.Name, Action: string(plan.Supplement), Reason: plan.Completed, Planned: 1})
	}
	about := all[0].category
	switch {
	case todo > 0:
		r.act(c, plan.Action{Action: plan.Supplement, Rows: todo, Ceiling: todo, Fields: []string{f.Name}, Reason: plan.Reason{Code: plan.Completed, Explain: about + ", a statement in " + f.Name}})
		r.tell(c, todo)
	case done > 0:
		r.act(c, plan.Action{Action: plan.Keep, Rows: done, Reason: plan.Reason{Code: plan.Already, Explain: about + ": the statement stands there already"}})
	default:
		r.statementByHand(all)
	}
	return nil
}
