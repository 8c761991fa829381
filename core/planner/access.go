package planner

import (
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// planAccess lists what the person receives (art. 15(3); art. 20 with its filter).
func (s *survey) planAccess(out *Result) error {
	s.noteMarks(out.Work)
	portability := s.in.Request.Right == request.Portability
	counts, err := s.countAccess()
	if err != nil {
		return err
	}
	for _, c := range s.Graph.Collections() {
		if !s.accessible(c) || s.system(c) == nil {
			continue
		}
		col := collectionIn(out.Plan, c, s.lang)
		if n, asked := counts[c]; asked {
			col.Total = n
			if err := s.guardShare(c, n); err != nil {
				return err
			}
			if n > 0 {
				if err := s.exportShares(out, c, col, portability); err != nil {
					return err
				}
			}
		}
		if !portability {
			if err := s.exportAccessed(out, c); err != nil {
				return err
			}
		}
	}
	if !portability {
		if err := s.planManual(out, PaperCopy, nil); err != nil {
			return err
		}
	}
	rows := map[string]int64{}
	for _, c := range s.Graph.Collections() {
		if n := collectionTotal(out.Plan, c); n > 0 {
			for _, r := range c.Recipients {
				rows[r.Name] += n
			}
		}
	}
	return s.listRecipients(out, rows)
}

// accessible says whether the person may be given rows of c.
func (s *survey) accessible(c *datamap.Collection) bool {
	return s.terms.SystemInScope(c.System) && c.DerivedFrom == nil
}

// countAccess counts what is the person's of every collection that something leads to, unless the search has.
func (s *survey) countAccess() (map[*datamap.Collection]int64, error) {
	var of []*datamap.Collection
	var sels []connectors.Selection
	known := map[*datamap.Collection]int64{}
	for _, c := range s.Graph.Collections() {
		if !s.accessible(c) || s.system(c) == nil || len(s.matches(c, false)) == 0 {
			continue
		}
		asked := s.rowsAsked(c)
		if n, ok := s.counted(c); ok && len(asked) == 0 {
			known[c] = n
			continue
		}
		of, sels = append(of, c), append(sels, s.reach(c, asked...))
	}
	counts, err := s.countAll(of, sels)
	if err != nil {
		return nil, err
	}
	maps.Copy(counts, known)
	return counts, nil
}

func collectionTotal(p *plan.Plan, c *datamap.Collection) int64 {
	for _, col := range systemIn(p, c.System).Collections {
		if col.Name == c.Name {
			return col.Total
		}
	}
	return 0
}

// export decides field by field what leaves: others' fields stay, free text waits for a person unless
// the map says that it names nobody else.
func (s *survey) export(out *Result, c *datamap.Collection, col *plan.Collection, portability bool, part share, rows int64) {
	x := Export{System: c.System.Name, Collection: c.Name, Selection: s.reach(c, append(s.rowsAsked(c), part.where...)...), Why: map[string]string{}, Limit: s.limited(c)}
	var review []string
	for _, f := range c.Fields {
		why := s.withhold(f, portability)
		if (why == "" || why == plan.NeedsReview) && slices.Contains(part.hidden, f.Name) {
			why = plan.ThirdPerson
		}
		switch why {
		case "":
			x.Selection.Fields = append(x.Selection.Fields, f.Name)
		default:
			x.Withheld = append(x.Withheld, f.Name)
			x.Why[f.Name] = why
			if why == plan.NeedsReview {
				review = append(review, f.Name)
			}
		}
	}
	if c.Document != nil {
		switch why := s.withholdDocument(c, portability); why {
		case "":
			x.Selection.Fields = append(x.Selection.Fields, connectors.DocumentField)
		case plan.OutOfScope:
		default:
			x.Withheld = append(x.Withheld, connectors.DocumentField)
			x.Why[connectors.DocumentField] = why
			if why == plan.NeedsReview {
				review = append(review, connectors.DocumentField)
			}
		}
	}
	if portability && onlyLinks(c, x.Selection.Fields) { // numbers that say which rows belong together are no data of the person's
		x.Selection.Fields = nil
	}
	if i := slices.IndexFunc(x.Withheld, func(f string) bool { return plan.Elsewhere(x.Why[f]) }); i >= 0 && len(x.Selection.Fields)+len(review) == 0 {
		col.Actions = append(col.Actions, plan.Action{Action: plan.Refer, Rows: rows, Reason: s.elsewhere(rulesOn(c, x.Withheld[i]))})
		out.Work.Exports = append(out.Work.Exports, x) // the package says that it is left out
		return
	}
	if len(x.Selection.Fields) == 0 && len(review) == 0 {
		col.Actions = append(col.Actions, plan.Action{Action: plan.Withhold, Rows: rows, Reason: notPortable})
		return
	}
	out.Work.Exports = append(out.Work.Exports, x) // also without a field: what is left out is said
	if len(x.Selection.Fields) > 0 {
		col.Actions = append(col.Actions, plan.Action{Action: plan.Export, Rows: rows, Reason: s.exportReason(x.Limit)})
	}
	if len(review) > 0 {
		col.Actions = append(col.Actions, plan.Action{Action: plan.Review, Rows: rows, Fields: review,
			Reason: plan.Reason{Code: plan.NeedsReview, Explain: "may name others; a person looks at it before it leaves"}})
	}
	if held := others(x); len(held) > 0 {
		col.Actions = append(col.Actions, plan.Action{Action: plan.Withhold, Rows: rows, Fields: held,
			Reason: plan.Reason{Code: plan.ThirdPerson, Explain: "another person's (art. 15(4))"}})
	}
	if x.Why[connectors.DocumentField] == plan.NotPortable { // of single fields the package says so
		col.Actions = append(col.Actions, plan.Action{Action: plan.Withhold, Rows: rows, Fields: []string{connectors.DocumentField}, Reason: notPortable})
	}
}

var notPortable = plan.Reason{Code: plan.NotPortable, Explain: "not the person's own input, or not held by consent or contract"}

// onlyLinks says whether none of the fields holds a value of its own.
func onlyLinks(c *datamap.Collection, fields []string) bool {
	return !slices.ContainsFunc(fields, func(name string) bool {
		f := c.Field(name)
		return f == nil || f.Edge == nil || slices.Contains(f.Said, "category")
	})
}

func others(x Export) []string {
	var out []string
	for _, f := range x.Withheld {
		if x.Why[f] == plan.ThirdPerson {
			out = append(out, f)
		}
	}
	return out
}

// withhold says why a field does not leave; "" where it does.
func (s *survey) withhold(f *datamap.Field, portability bool) string {
	switch {
	case f.ThirdPerson != "" || f.FreeText == "withhold":
		return plan.ThirdPerson
	case s.heldForAnother(rulesFor(f)):
		return s.elsewhere(rulesFor(f)).Code
	case !s.categoryInScope(f), !s.purposeInScope(f):
		return plan.OutOfScope
	case portability && !s.portable(f.Source, rulesFor(f)):
		return plan.NotPortable
	case f.FreeText == "review":
		return plan.NeedsReview
	}
	return ""
}

// withholdDocument says so of the documents themselves.
func (s *survey) withholdDocument(c *datamap.Collection, portability bool) string {
	rules, asked := rulesOf(c), s.terms.Scope
	switch {
	case s.heldForAnother(rules):
		return s.elsewhere(rules).Code
	case len(asked.Purposes) > 0 && !slices.ContainsFunc(rules, func(r *datamap.Rule) bool { return s.terms.InScope(r.Purpose) }),
		len(asked.Categories) > 0 && !slices.Contains(asked.Categories, c.Document.Name):
		return plan.OutOfScope
	case portability && !s.portable(c.System.Portable, rules):
		return plan.NotPortable
	case c.FreeText == "export":
		return ""
	case c.FreeText == "withhold":
		return plan.ThirdPerson
	}
	return plan.NeedsReview
}

func (s *survey) categoryInScope(f *datamap.Field) bool {
	return len(s.terms.Scope.Categories) == 0 || f.Category != nil && slices.Contains(s.terms.Scope.Categories, f.Category.Name)
}

// purposeInScope says whether one of the purposes that hold f is asked for.
func (s *survey) purposeInScope(f *datamap.Field) bool {
	return len(s.terms.Scope.Purposes) == 0 || slices.ContainsFunc(rulesFor(f), func(r *datamap.Rule) bool { return s.terms.InScope(r.Purpose) })
}

// rowsAsked holds of the rows of c that the purposes asked for speak of, where their rules speak of some rows only (when:).
func (s *survey) rowsAsked(c *datamap.Collection) []connectors.Cond {
	if len(s.terms.Scope.Purposes) == 0 || len(c.Rules) == 0 {
		return nil
	}
	for _, f := range c.Fields {
		if slices.ContainsFunc(f.Rules, func(r *datamap.Rule) bool { return s.terms.InScope(r.Purpose) }) {
			return nil // a field with a purpose of its own, on any row
		}
	}
	var some []connectors.Cond
	for _, r := range c.Rules {
		if !s.terms.InScope(r.Purpose) {
			continue
		}
		if len(r.When) == 0 {
			return nil
		}
		some = append(some, connectors.AllOf(graph.Conditions(r.When)...))
	}
	if len(some) == 0 {
		return nil // no field of it is asked for
	}
	return []connectors.Cond{connectors.AnyOf(some...)}
}

// elsewhere says who answers for what rules of others' purposes hold: a controller of the map, or the one on whose behalf we process it.
func (s *survey) elsewhere(rules []*datamap.Rule) plan.Reason {
	for _, r := range rules {
		if p := r.Purpose; p.Role != "processor" && s.terms.Foreign(p) {
			return plan.Reason{Code: plan.OtherController, Purpose: p.Name, Explain: p.Controller.Name + " answers for it"}
		}
	}
	return plan.Reason{Code: plan.Processor, Explain: "held for another controller, who answers for it"}
}

// Answering are the controllers who answer for a field of c, or for its documents, themselves: those of the purposes that hold it.
func Answering(c *datamap.Collection, field string) []*datamap.Controller {
	var out []*datamap.Controller
	for _, r := range rulesOn(c, field) {
		if p := r.Purpose; p.Role != "processor" && p.Controller != nil && !slices.Contains(out, p.Controller) {
			out = append(out, p.Controller)
		}
	}
	return out
}

// rulesOn are the rules that hold a field of c by its name, or its documents.
func rulesOn(c *datamap.Collection, field string) []*datamap.Rule {
	if f := c.Field(field); f != nil {
		return rulesFor(f)
	}
	return rulesOf(c)
}

// heldForAnother says whether all of these rules are of purposes that are another controller's affair.
func (s *survey) heldForAnother(rules []*datamap.Rule) bool {
	return len(rules) > 0 && !slices.ContainsFunc(rules, func(r *datamap.Rule) bool { return !s.terms.Foreign(r.Purpose) })
}

// rulesFor are the rules that hold a field: its own, or those of its row.
func rulesFor(f *datamap.Field) []*datamap.Rule {
	if len(f.Rules) > 0 {
		return f.Rules
	}
	return rulesOf(f.Collection)
}

// rulesOf are the rules that hold rows of c, its own or its owner's.
func rulesOf(c *datamap.Collection) []*datamap.Rule {
	for hops := 0; len(c.Rules) == 0 && c.Inherits != nil && hops < MaxRounds; hops++ {
		c, _ = c.Inherits.Parent()
	}
	return c.Rules
}

// portable is art. 20(1): provided by the person or observed of their use, and held by consent or contract.
func (s *survey) portable(source string, rules []*datamap.Rule) bool {
	if source != "provided" && source != "observed" {
		return false
	}
	for _, r := range rules {
		if s.terms.InScope(r.Purpose) && (r.Purpose.HasBasis("art6_1_a") || r.Purpose.HasBasis("art6_1_b") || r.Purpose.HasBasis("art9_2_a")) {
			return true
		}
	}
	return false
}

// exportAccessed adds rows of others that this person may see (accessed_by): only the fields the map shows.
func (s *survey) exportAccessed(out *Result, c *datamap.Collection) error {
	for _, e := range c.Edges {
		if e.Kind != datamap.AccessedBy || e.To == nil || len(s.matches(e.To, false)) == 0 {
			continue
		}
		open := s.system(e.To)
		if open == nil {
			continue
		}
		targets := &tuples{fields: e.ToFields}
		sel := s.reach(e.To)
		sel.Fields = e.ToFields
		err := open.Each(s.ctx, sel, func(person int, vs []any) error {
			targets.add(connectors.Tuple{Person: person, Values: slices.Clone(vs)})
			return nil
		})
		if err != nil || targets.empty() {
			if err := s.unreached(e.To, err); err != nil {
				return err
			}
			continue
		}
		seen := connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: e.Fields, Values: targets.list}}, Where: but(s.ours(c)), Fields: e.Shows}
		if e.ShowsAll {
			seen.Fields = dataFields(c)
		}
		seen.Fields = slices.DeleteFunc(slices.Clone(seen.Fields), func(f string) bool { return slices.Contains(e.Hides, f) })
		here := s.system(c)
		if here == nil {
			return nil
		}
		n, err := here.Count(s.ctx, seen)
		if err != nil {
			return s.unreached(c, err)
		}
		if n[0] > 0 {
			out.Work.Exports = append(out.Work.Exports, Export{System: c.System.Name, Collection: c.Name, Selection: seen, Only: seen.Fields})
			col := collectionIn(out.Plan, c, s.lang)
			col.Actions = append(col.Actions, plan.Action{Action: plan.Export, Rows: n[0], Fields: seen.Fields,
				Reason: plan.Reason{Code: plan.Requested, Explain: "another person's rows this one may see: only these fields"}})
		}
	}
	return nil
}
