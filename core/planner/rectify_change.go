package planner

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
)

// change is what a rectification makes of the values of one category.
type change struct {
	category string
	of       *datamap.Category
	pairs    []pair
	kinds    []*datamap.Identifier // of identifiers whose values these can be
	taken    bool                  // a new value stands on another person's row
	there    bool                  // some field of the map is of the category
	met      bool                  // an old or a new value stands somewhere
	strays   []stray               // rows that may say many things, and say neither
}

// pair is an old value and the new one; an empty old one stands for nothing held. exact compares by bytes: only the spelling changes.
type pair struct {
	from, to string
	exact    bool
}

// changes reads the corrections by category.
func (s *survey) changes() []*change {
	var out []*change
	for _, c := range s.in.Request.Corrections {
		i := slices.IndexFunc(out, func(x *change) bool { return x.category == c.Category })
		if i < 0 {
			out = append(out, &change{category: c.Category, of: s.Graph.Map.Categories[c.Category]})
			i = len(out) - 1
		}
		out[i].pairs = append(out[i].pairs, pair{from: c.From.Reveal(), to: c.To.Reveal()})
	}
	for _, ch := range out {
		ch.kinds = s.kindsOf(ch)
		for i, p := range ch.pairs {
			ch.pairs[i].exact = slices.ContainsFunc(ch.kinds, func(k *datamap.Identifier) bool { return k.Matches(p.from, p.to) })
		}
	}
	return out
}

// kindsOf are the kinds of identifiers of a change's category that its new values can be read as.
func (s *survey) kindsOf(ch *change) []*datamap.Identifier {
	var out []*datamap.Identifier
	for _, name := range sortedNames(s.Graph.Map.Identifiers) {
		k := s.Graph.Map.Identifiers[name]
		reads := func(p pair) bool { _, err := k.Normalise(p.to); return err == nil }
		if k.Category != nil && k.Category.Name == ch.category && slices.ContainsFunc(ch.pairs, reads) {
			out = append(out, k)
		}
	}
	return out
}

func (ch *change) label(lang string) string {
	if ch.of == nil || ch.of.Label.In(lang) == "" {
		return ch.category
	}
	return ch.of.Label.In(lang)
}

// words say what changes into what. They hold values.
func (ch *change) words() []string {
	var out []string
	for _, p := range ch.pairs {
		if p.from == "" {
			out = append(out, fmt.Sprintf("%s: now %q, where nothing stands", ch.category, p.to))
			continue
		}
		out = append(out, fmt.Sprintf("%s: was %q, is %q", ch.category, p.from, p.to))
	}
	return out
}

// kindAt is the kind by which values of f are compared.
func (ch *change) kindAt(f *datamap.Field) *datamap.Identifier {
	if f.Identifier != nil {
		return f.Identifier
	}
	if len(ch.kinds) == 1 {
		return ch.kinds[0]
	}
	return nil
}

// is says whether a value in f is the given one, by the normaliser of its kind where it has one.
func (ch *change) is(f *datamap.Field, have any, text string, exact bool) bool {
	if text == "" {
		return ch.empty(f, have)
	}
	if ch.empty(f, have) {
		return false
	}
	if connectors.Equal(have, text) {
		return true
	}
	if exact {
		return false
	}
	if k := ch.kindAt(f); k != nil {
		return k.Matches(textOf(have), text)
	}
	s, ok := have.(string)
	return ok && strings.TrimSpace(s) == strings.TrimSpace(text)
}

// empty says whether nothing stands in f: NULL, the empty text, or a value that names nobody.
func (ch *change) empty(f *datamap.Field, have any) bool {
	k := ch.kindAt(f)
	return connectors.Empty(have) || k != nil && k.NamesNobody(textOf(have))
}

// spelled are the values a store may hold for the old one: as the request gives it, as stores commonly write it, as it was met.
func (ch *change) spelled(f *datamap.Field, p pair, met []any) []any {
	var out []any
	add := func(v any) {
		if !slices.ContainsFunc(out, func(x any) bool { return connectors.Same(x, v) }) {
			out = append(out, v)
		}
	}
	k := ch.kindAt(f)
	switch {
	case p.from == "":
		add(nil)
		add("")
		if k != nil {
			for _, t := range k.NotAValue {
				add(t)
			}
		}
	case k != nil && !p.exact:
		if n, err := k.Normalise(p.from); err == nil {
			for _, t := range spellings(k, n) {
				add(t)
			}
		}
		add(p.from)
	default:
		add(p.from)
	}
	for _, v := range met {
		add(v)
	}
	return out
}

// holdsOne holds of rows whose field has one of the values.
func holdsOne(f *datamap.Field, vs []any) connectors.Cond {
	some := slices.DeleteFunc(slices.Clone(vs), func(v any) bool { return v == nil })
	c := connectors.InValues(f.Name, some...)
	if len(some) < len(vs) {
		c = connectors.AnyOf(connectors.NullField(f.Name), c)
	}
	return c
}

// spot is one change in one collection: the fields of its category that are the person's.
type spot struct {
	change *change
	c      *datamap.Collection
	fields []*datamap.Field
	link   bool // rows hang together by such a field, and it is no identifier
}

// findSpots looks through the map for what the changes reach: fields of the category, of the person's own, that are no copies.
func (r *rectification) findSpots() {
	for _, c := range r.Graph.Collections() {
		for _, ch := range r.changes {
			sp := &spot{change: ch, c: c}
			for _, f := range c.Fields {
				if f.Category == nil || f.Category.Name != ch.category {
					continue
				}
				ch.there = true
				if f.ThirdPerson != "" || f.CopyOf != nil || f.Counts != nil || c.DerivedFrom != nil || !r.purposeInScope(f) ||
					f.Identifier != nil && !slices.Contains(ch.kinds, f.Identifier) {
					continue
				}
				sp.fields = append(sp.fields, f)
				sp.link = sp.link || f.Identifier == nil && r.joins(c, f.Name)
			}
			if len(sp.fields) > 0 {
				r.spots[c] = append(r.spots[c], sp)
			}
		}
	}
}

// joins says whether an edge speaks of the field, at either end.
func (s *survey) joins(c *datamap.Collection, field string) bool {
	if edgeOn(c, field) != nil {
		return true
	}
	for _, e := range slices.Concat(s.Graph.Children(c), s.Graph.Parents(c), s.Graph.Referring(c)) {
		if slices.Contains(uses(e, c), field) {
			return true
		}
	}
	return slices.Contains(c.Key, field) && len(s.Graph.Referring(c)) > 0
}

// seen is what the rows of a spot hold.
type seen struct {
	rows  int64
	wrong int64        // rows with an old value in one of the fields
	right int64        // rows with a new one, and no old one
	other int64        // rows that hold something, and neither
	at    map[at]int64 // rows by the field and pair whose old value they hold
	met   map[at][]any // spellings met of it
}

// at is a field of a spot and one of its change's pairs.
type at struct {
	field *datamap.Field
	pair  int
}

// stray are rows of a spot that hold neither value.
type stray struct {
	sp   *spot
	rows int64
}

// look reads the person's rows of a spot where conds hold.
func (r *rectification) look(sp *spot, conds ...connectors.Cond) (*seen, error) {
	x := &seen{at: map[at]int64{}, met: map[at][]any{}}
	sel := r.reach(sp.c, conds...)
	for _, f := range sp.fields {
		sel.Fields = append(sel.Fields, f.Name)
	}
	err := r.system(sp.c).Each(r.ctx, sel, func(_ int, vs []any) error {
		x.rows++
		sp.weigh(x, vs)
		return nil
	})
	return x, err
}

// weigh sorts one row.
func (sp *spot) weigh(x *seen, vs []any) {
	old, renewed, some := false, false, false
	for n, f := range sp.fields {
		some = some || !sp.change.empty(f, vs[n])
		for i, p := range sp.change.pairs {
			switch {
			case sp.change.is(f, vs[n], p.to, p.exact):
				renewed = true
			case sp.change.is(f, vs[n], p.from, p.exact):
				old = true
				k := at{f, i}
				x.at[k]++
				if !slices.ContainsFunc(x.met[k], func(v any) bool { return connectors.Same(v, vs[n]) }) {
					x.met[k] = append(x.met[k], vs[n])
				}
			}
		}
	}
	switch {
	case old:
		x.wrong++
	case renewed:
		x.right++
	case some:
		x.other++
	}
}

// foreign holds of rows we hold for another controller alone, without its instruction (art. 28(3)).
func (r *rectification) foreign(c *datamap.Collection) connectors.Cond {
	var ours []connectors.Cond
	rules := rulesOf(c)
	some := false
	for _, rule := range rules {
		if r.terms.Foreign(rule.Purpose) {
			some = true
			continue
		}
		if len(c.Rules) == 0 || len(rule.When) == 0 {
			ours = append(ours, connectors.AllOf())
			continue
		}
		ours = append(ours, connectors.AllOf(graph.Conditions(rule.When)...))
	}
	switch {
	case !some:
		return never
	case len(ours) == 0:
		return connectors.AllOf()
	case slices.ContainsFunc(ours, func(c connectors.Cond) bool { return c.Op == connectors.And && len(c.Kids) == 0 }):
		return never
	}
	return connectors.NotThat(connectors.AnyOf(ours...))
}

// markPerson notes by which unique identifiers requests of this person find each other, the new ones included.
func (s *survey) markPerson(out *Result, changes []*change) {
	s.noteMarks(out.Work)
	for _, ch := range changes {
		for _, k := range ch.kinds {
			for _, p := range ch.pairs {
				n, err := k.Normalise(p.to)
				if m := (Mark{Kind: k.Name, Value: n, Unique: true}); err == nil && k.Unique && !ch.taken && !slices.Contains(out.Work.Marks, m) {
					out.Work.Marks = append(out.Work.Marks, m)
				}
			}
		}
	}
}
