package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
)

// byCategory says whether the request asks for some categories only: then rows stay, and of those nothing keeps the
// fields of these categories are cleared.
func (s *survey) byCategory() bool { return len(s.terms.Scope.Categories) > 0 }

// asked says whether the request reaches a field by its category, or by one above it.
func (s *survey) asked(f *datamap.Field) bool {
	return !s.byCategory() || f.Category != nil && slices.ContainsFunc(s.terms.Scope.Categories, func(c string) bool {
		return f.Category.Name == c || strings.HasPrefix(f.Category.Name, c+".")
	})
}

// narrow lets every row stay: what nothing keeps is kept because it was not asked for.
func (s *survey) narrow(fates map[*datamap.Collection]*fate) {
	for _, f := range fates {
		if f.gone > 0 {
			f.reasons = append(f.reasons, keptReason{rows: f.gone, reason: plan.Reason{Code: plan.OutOfScope, Explain: "only fields of the categories asked for go"},
				until: &plan.Until{Criterion: "not asked for"}})
		}
		f.kept, f.loose, f.gone, f.shellRows = f.kept+f.gone, f.gone, 0, 0
	}
}

// planCategories clears the fields asked for in rows nothing keeps. Fields with a purpose of their own are judged by it, as
// everywhere; what names rows and leads from one to another stays with them.
func (e *erasure) planCategories(f *fate, sets *stage) error {
	open := e.system(f.c)
	if open == nil || f.loose == 0 {
		return nil
	}
	if d := f.c.Document; d != nil && e.asked(&datamap.Field{Category: d}) {
		e.attend(plan.Attention{Code: "categories", System: f.c.System.Name, Collection: f.c.Name, Rows: f.loose, Blocks: true,
			Text: fmt.Sprintf("%s/%s holds whole documents of a category asked for, and part of a document cannot be cleared; ask for its system or purpose instead", f.c.System.Name, f.c.Name)})
	}
	stay := slices.Clone(f.c.Key)
	for _, edge := range append(slices.Clone(e.Graph.Children(f.c)), e.Graph.Parents(f.c)...) {
		stay = append(stay, uses(edge, f.c)...)
	}
	t := connectors.Treatment{ID: f.c.Name + "/categories", Verb: connectors.Set}
	var filled []connectors.Cond
	for _, field := range f.c.Fields {
		if len(field.Rules) > 0 || slices.Contains(stay, field.Name) || !e.asked(field) {
			continue
		}
		a, changes := e.becomes(f.c, field.Name)
		if f.c.Erase.Mode != "anonymise" {
			a, changes = e.clear(f.c, field.Name), true
		}
		if changes {
			t.Assign = append(t.Assign, a)
			filled = append(filled, connectors.NotThat(connectors.NullField(field.Name)))
		}
	}
	if len(t.Assign) == 0 {
		return nil
	}
	t.On = e.reach(f.c, append(but(f.held, f.shared), anyOf(filled...))...)
	n, err := open.Count(e.ctx, t.On)
	if err != nil || n[0] == 0 {
		return e.unreached(f.c, err)
	}
	t.AtMost = e.ceiling(f.c, n[0])
	reason := e.goneReason(f)
	class := Class{Collection: f.c.Name, Action: string(plan.Anonymise), Reason: reason.Code, Planned: n[0]}
	e.capture(f.c, &t, &class)
	sets.add(t, class)
	e.act(f.c, plan.Action{Action: plan.Anonymise, Rows: n[0], Ceiling: t.AtMost, Fields: assigned(t.Assign), Reason: reason})
	return nil
}
