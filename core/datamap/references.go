package datamap

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// references resolves what leads from one collection to another.
func (l *loader) references() {
	for _, d := range l.order { // columns known by an edge, before anyone asks for them
		for _, v := range d.node.Get("edges").OneOrMany() {
			for _, f := range v.Get("fields").Texts() {
				d.implicit[f] = true
			}
		}
	}
	for _, d := range l.order {
		l.edges(d)
	}
	for _, d := range l.order {
		l.derived(d)
	}
	for _, d := range l.order {
		for _, f := range d.Fields {
			l.copies(d, f)
			l.counts(d, f)
			l.fieldCategory(f)
		}
	}
	for _, d := range l.order {
		l.holding(d)
		l.erase(d)
		l.dates(d)
	}
}

// derived reads derived_from. Where no edge leads to a copy, its key is its source's.
func (l *loader) derived(d *draft) {
	n := d.node.Get("derived_from")
	if n == nil {
		d.broken = d.broken || d.node.Has("derived_from")
		return
	}
	t := l.target(n, n.Text(), d.System)
	switch {
	case t == nil:
		d.broken = true
		return
	case t.outside != "":
		l.r.Error(n, "%s is outside the map, so nothing here is a copy of it", t.outside).Hint("map it, or give the rows purposes of their own")
		d.broken = true
		return
	case t.collection == d.Collection:
		l.r.Error(n, "%s is a copy of itself", d.Name)
		d.broken = true
		return
	}
	for c := t.collection; c != nil; c = c.DerivedFrom {
		if c == d.Collection {
			l.r.Error(n, "%s and %s are copies of each other", d.Name, t.collection.Name).Hint("one of them is the source")
			d.broken = true
			return
		}
	}
	d.DerivedFrom = t.collection
	if len(d.Fields) == 0 && !d.node.Has("label") {
		d.Label = t.collection.Label
	}
	if l.roots(d.Collection) || d.broken || slices.ContainsFunc(l.into(d.Collection), func(e *Edge) bool { return !e.Self() }) {
		return
	}
	src := d.DerivedFrom
	if len(d.Key) != len(src.Key) {
		l.r.Error(n, "which row of %s is a copy of which? its key has %d field(s), that of %s %d", d.Name, len(d.Key), src.Name, len(src.Key)).
			Hint("a key like %s, or an edge to the row it copies", commas(src.Key))
		d.broken = true
		return
	}
	e := &Edge{Kind: OwnedBy, From: d.Collection, Fields: d.Key, To: src, ToFields: src.Key, Leave: "null", Needs: src.Key, Implicit: true, Pos: pos(n)}
	l.addEdge(d, e, n)
}

// roots says whether rows of c name a person themselves.
func (l *loader) roots(c *Collection) bool {
	return slices.ContainsFunc(c.Fields, func(f *Field) bool { return f.Identifier != nil })
}

// into are the edges over which rights lead to c.
func (l *loader) into(c *Collection) []*Edge {
	var out []*Edge
	for _, d := range l.order {
		for _, e := range d.Edges {
			if e.Rights() {
				if child, _ := e.Child(); child == c {
					out = append(out, e)
				}
			}
		}
	}
	return out
}

// copies reads copy_of and as.
func (l *loader) copies(d *draft, f *Field) {
	v := d.fields[f]
	n := v.Get("copy_of")
	if n == nil {
		return
	}
	t := l.target(n, n.Text(), d.System)
	if t == nil {
		return
	}
	if t.outside != "" {
		l.r.Error(n, "%s is outside the map, so nothing here is a copy of it", t.outside)
		return
	}
	f.CopyOf = t.collection
	as := v.Get("as")
	switch {
	case as != nil && t.field != "":
		l.r.Error(as, "as is for a copy of several fields").Hint("copy_of: %s, or without as:", t.collection.Name)
		return
	case t.field != "":
		f.As = "{" + t.field + "}"
		l.mapped(n, t.collection, t.field)
	case as == nil:
		if !v.Has("as") {
			l.r.Error(n, "nothing says which fields of %s this copies", t.collection.Name).Hint(`copy_of: %s.FIELD, or as: "{FIELD} {FIELD}" beside it`, n.Text())
		}
		return
	default:
		f.As = as.Text()
	}
	var first *Field
	names := placeholders.FindAllStringSubmatch(f.As, -1)
	for _, m := range names {
		if x := t.collection.Field(m[1]); x == nil {
			if as != nil {
				l.mapped(as, t.collection, m[1])
			}
		} else if first == nil {
			first = x
		}
	}
	if as != nil && len(names) == 0 {
		l.r.Error(as, "as names no field").Hint(`as: "{last_name} {first_name}"`)
	}
	if first != nil && f.Category == nil && !v.Has("category") {
		f.Category = first.Category
		if f.Category == nil && first.Identifier != nil {
			f.Category = first.Identifier.Category
		}
		if up := l.m.Categories[parentOf(f.Category)]; up != nil && len(names) > 1 {
			f.Category = up // several parts together are what is above them: given and family name are a name
		}
	}
}

func parentOf(c *Category) string {
	if c == nil || !strings.Contains(parentCategory(c.Name), ".") {
		return ""
	}
	return parentCategory(c.Name)
}

// counts ties a counter to the edge whose rows it counts.
func (l *loader) counts(d *draft, f *Field) {
	n := d.fields[f].Get("counts")
	if n == nil {
		return
	}
	t := l.target(n, n.Text(), d.System)
	if t == nil || t.collection == nil {
		if t != nil {
			l.r.Error(n, "%s is outside the map, so its rows cannot be counted", t.outside)
		}
		return
	}
	between := l.between(d.Collection, t.collection)
	if t.field != "" {
		between = slices.DeleteFunc(between, func(e *Edge) bool { return !slices.Contains(e.Fields, t.field) })
	}
	switch {
	case len(between) == 1:
		f.Counts = between[0]
		f.Source = "derived"
	case len(between) > 1:
		l.r.Error(n, "several edges join %s and %s; which rows are counted?", d.Name, t.collection.Name).Hint("counts: %s.FIELD, the field the edge starts from", n.Text())
	case !d.broken && !l.drafts[t.collection].broken:
		l.r.Error(n, "no edge joins %s and %s, so nothing says which rows are counted", d.Name, t.collection.Name).Hint("an edge on %s: FIELD: { owned_by: %s }", t.collection.Name, d.Name)
	}
}

// between are the edges that join two collections, either way.
func (l *loader) between(a, b *Collection) []*Edge {
	var out []*Edge
	for _, d := range []*draft{l.drafts[a], l.drafts[b]} {
		for _, e := range d.Edges {
			if (e.From == a && e.To == b || e.From == b && e.To == a) && !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// fieldCategory gives a field that names no category that of what it points at.
func (l *loader) fieldCategory(f *Field) {
	if f.Category == nil && f.Edge != nil && f.Edge.To != nil {
		if t := f.Edge.To.Field(f.Edge.ToFields[0]); t != nil {
			f.Category = t.Category
			if len(f.Label) == 0 {
				f.Label = t.Label
			}
		}
	}
	if len(f.Label) == 0 {
		f.Label = labelOf(f.Category)
	}
	if len(f.Label) == 0 && f.Edge != nil && f.Edge.To != nil {
		f.Label = f.Edge.To.Label
	}
	if len(f.Label) == 0 {
		f.Label = Label{l.first: f.Name}
	}
}

// dates reads the fields a collection names for its own life: created, published, discloses.
func (l *loader) dates(d *draft) {
	if n := d.node.Get("created"); n != nil && l.mapped(n, d.Collection, n.Text()) {
		d.Created = n.Text()
	}
	d.Published = l.when(d.Collection, d.node.Get("published"))
	if n := d.node.Get("discloses"); n != nil {
		d.Discloses = &Discloses{To: n.Get("to").Text(), On: n.Get("on").Text()}
		for _, w := range []string{"to", "on"} {
			if x := n.Get(w); x != nil {
				l.mapped(x, d.Collection, x.Text())
			}
		}
	}
	if n := d.node.Get("placeholder"); n.Is(mapfile.Map) {
		n.Each(func(k, _ *mapfile.Node) {
			if k.Value != "each" {
				l.mapped(k, d.Collection, k.Value)
			}
		})
	}
}
