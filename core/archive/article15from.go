package archive

import (
	"slices"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// Article15From assembles the information for this person: only purposes, categories, sources and recipients that
// occur in the collections where the plan found rows, of the controller the request is addressed to. What is
// held as a processor for another controller is not described (that controller answers). It never fails: what is not
// known is left out of a list, and a period that has no date is said in words.
func Article15From(m *datamap.Map, p *plan.Plan, r *request.Request, f Findings) *Article15 {
	w, err := wordsIn(f.Language)
	if err != nil {
		w, _ = wordsIn("en")
	}
	w.zone = m.Zone
	x := &assembly{m: m, p: p, r: r, f: f, words: w}
	x.find()
	a := &Article15{Language: w.lang, Request: r.ID, AsOf: p.AsOf, Processed: len(x.held) > 0 || len(f.Tally) > 0,
		FoundBy: []string{}, LeftOut: f.LeftOut, Restricted: f.Restricted, Own: f.Own, Erased: f.Erased}
	x.parties(a)
	x.places(a)
	a.Purposes = x.purposes(a)
	a.Categories = x.categories()
	x.recipients(a)
	a.Rights = x.rights()
	a.Decisions = x.decisions()
	return a
}

// assembly is the work of one Article15From.
type assembly struct {
	words
	m *datamap.Map
	p *plan.Plan
	r *request.Request
	f Findings

	held []heldCollection   // collections with rows of the person
	used []*datamap.Purpose // in the map's order of first use
	ends map[string][]Held  // purpose → ends found
}

type heldCollection struct {
	*datamap.Collection
	plan plan.Collection
}

func (x *assembly) label(l datamap.Label) string { return l.In(x.lang, x.m.Languages...) }

// ours says whether the request, addressed to a controller, reaches the purpose.
func (x *assembly) ours(p *datamap.Purpose) bool {
	if p == nil || p.Role == "processor" {
		return false
	}
	return x.r.Controller == "" || p.Controller == nil || p.Controller.Name == x.r.Controller
}

// find settles which collections and purposes occur.
func (x *assembly) find() {
	x.ends = map[string][]Held{}
	for _, ps := range x.p.Systems {
		sys := x.system(ps.Name)
		if sys == nil {
			continue
		}
		for _, pc := range ps.Collections {
			if c := sys.Collection(pc.Name); c != nil && occurs(pc) {
				x.held = append(x.held, heldCollection{c, pc})
			}
		}
	}
	if x.f.Purposes != nil {
		for _, h := range x.f.Purposes {
			if p := x.m.Purposes[h.Purpose]; x.ours(p) {
				x.use(p)
				x.end(p, h)
			}
		}
		return
	}
	for _, c := range x.held {
		x.purposesOf(c)
	}
}

func (x *assembly) system(name string) *datamap.System {
	for _, s := range x.m.Systems {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// occurs says whether the plan found rows that the answer concerns.
func occurs(c plan.Collection) bool {
	n := c.Total
	for _, a := range c.Actions {
		if a.Action == plan.Refer { // held for another controller
			n -= a.Rows
		}
	}
	return n > 0
}

// purposesOf takes the purposes the plan names for a collection's rows; where it names none, those of the map's rules.
// Conditional rules count only where nothing else holds the rows: whether they apply to this person cannot be told from the map.
func (x *assembly) purposesOf(c heldCollection) {
	named := false
	for _, a := range c.plan.Actions {
		p := x.m.Purposes[a.Reason.Purpose]
		if !x.ours(p) {
			continue
		}
		named = true
		x.use(p)
		if a.Until != nil {
			x.end(p, Held{Until: *a.Until})
		}
	}
	if !named {
		rules := rulesOf(c.Collection, nil)
		firm := slices.DeleteFunc(slices.Clone(rules), func(r *datamap.Rule) bool { return len(r.When) > 0 || r.SkipMissing })
		if len(firm) == 0 {
			firm = rules
		}
		for _, r := range firm {
			if x.ours(r.Purpose) {
				x.use(r.Purpose)
			}
		}
	}
	for _, field := range c.Fields {
		if !x.categoryOccurs(field.Category) {
			continue
		}
		for _, r := range field.Rules {
			if x.ours(r.Purpose) {
				x.use(r.Purpose)
			}
		}
	}
}

// rulesOf are a collection's rules, its owner's where it has none.
func rulesOf(c *datamap.Collection, seen []*datamap.Collection) []*datamap.Rule {
	if len(c.Rules) > 0 || c.Inherits == nil || slices.Contains(seen, c) {
		return c.Rules
	}
	owner, _ := c.Inherits.Parent()
	if owner == nil {
		return nil
	}
	return rulesOf(owner, append(seen, c))
}

func (x *assembly) use(p *datamap.Purpose) {
	if !slices.Contains(x.used, p) {
		x.used = append(x.used, p)
	}
}

func (x *assembly) end(p *datamap.Purpose, h Held) {
	h.Purpose = ""
	if h != (Held{}) && !slices.Contains(x.ends[p.Name], h) {
		x.ends[p.Name] = append(x.ends[p.Name], h)
	}
}

// categoryOccurs says whether the person has a value of the category.
func (x *assembly) categoryOccurs(c *datamap.Category) bool {
	if c == nil {
		return false
	}
	return x.f.Tally == nil || slices.ContainsFunc(x.f.Tally, func(t Tally) bool { return t.Category == c.Name })
}

func (x *assembly) parties(a *Article15) {
	for _, c := range x.m.Controllers {
		if x.r.Controller != "" && c.Name != x.r.Controller {
			continue
		}
		a.Controllers = append(a.Controllers, Party{Name: c.Name, Address: c.Contact.Address, Email: c.Contact.Email, Phone: c.Contact.Phone})
		if a.DPO == nil && c.DPO != nil {
			a.DPO = &Party{Name: c.DPO.Name, Address: c.DPO.Address, Email: c.DPO.Email, Phone: c.DPO.Phone}
		}
	}
	au := x.m.Authority
	a.Authority = Authority{Name: x.label(au.Name), Address: x.label(au.Address), Site: x.label(au.Site), CheckedOn: au.CheckedOn}
}

func (x *assembly) places(a *Article15) {
	a.Searched, a.Found = []Place{}, []Place{}
	for _, s := range x.p.Systems {
		label := s.Label
		if sys := x.system(s.Name); sys != nil {
			label = x.label(sys.Label)
		}
		if !s.Reached || s.LeftOut {
			until := ""
			if !x.f.NotYetBy.IsZero() {
				until = x.f.NotYetBy.Format("2006-01-02")
			}
			a.NotYet = append(a.NotYet, Place{Label: label, Until: until})
			continue
		}
		a.Searched = append(a.Searched, Place{Label: label})
		if slices.ContainsFunc(x.held, func(c heldCollection) bool { return c.System.Name == s.Name }) {
			a.Found = append(a.Found, Place{Label: label})
		}
	}
	if here := (Place{Label: x.T("register")}); x.f.Register.Searched {
		a.Searched = append(a.Searched, here)
		if x.f.Register.Found {
			a.Found = append(a.Found, here)
		}
	}
	by := func(kind string) {
		label := kind
		if id := x.m.Identifiers[kind]; id != nil {
			label = x.label(id.Label)
		}
		if !slices.Contains(a.FoundBy, label) {
			a.FoundBy = append(a.FoundBy, label)
		}
	}
	for _, f := range x.p.FoundBy {
		for _, kind := range f.Kinds {
			by(kind)
		}
	}
	for _, id := range x.r.Subject.Identifiers { // also where they led to nothing
		if id.Verified {
			by(id.Kind)
		}
	}
}

// categories are (b) and (g).
func (x *assembly) categories() []Category {
	out := []Category{}
	at := map[string]int{}
	for _, c := range x.held {
		for _, f := range c.Fields {
			if f.ThirdPerson == "other" || f.ThirdPerson == "staff" || c.DerivedFrom != nil || !x.categoryOccurs(f.Category) {
				continue
			}
			i, ok := at[f.Category.Name]
			if !ok {
				i = len(out)
				at[f.Category.Name] = i
				out = append(out, Category{Name: x.label(f.Category.Label), DPV: f.Category.DPV, Special: f.Category.Special,
					Count: x.count(f.Category.Name), Places: []string{}, Sources: []Source{}})
			}
			k := &out[i]
			if x.f.Tally == nil {
				k.Count += c.plan.Total
			}
			if place := x.label(c.System.Label); !slices.Contains(k.Places, place) {
				k.Places = append(k.Places, place)
			}
			if s := x.source(f); s.Text != "" && !slices.Contains(k.Sources, s) {
				k.Sources = append(k.Sources, s)
			}
		}
	}
	return out
}

func (x *assembly) count(category string) int64 {
	for _, t := range x.f.Tally {
		if t.Category == category {
			return t.Count
		}
	}
	return 0
}

func (x *assembly) source(f *datamap.Field) Source {
	name := f.Source
	if name == "" {
		name = f.Collection.System.Portable
	}
	if name == "" {
		name = "provided"
	}
	if f.ThirdPerson == "source" { // a private person: the kind only
		return Source{Text: x.T("source.person")}
	}
	if s := x.m.Sources[name]; s != nil {
		return Source{Text: x.label(s.Label)}
	}
	return Source{Kind: provenance[name], Text: x.T("source." + name)}
}

// decisions are (h).
func (x *assembly) decisions() []Decision {
	var out []Decision
	for _, p := range x.used {
		if p.Profiling != nil {
			out = append(out, Decision{Kind: "dpv:Profiling", Purpose: x.label(p.Label), Logic: x.label(p.Profiling.Logic),
				Consequences: x.label(p.Profiling.Effect)})
		}
	}
	return out
}
