package datamap

import (
	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// field reads one of fields:, as far as it needs no other collection.
func (l *loader) field(d *draft, k, v *mapfile.Node) {
	f := &Field{Collection: d.Collection, Name: k.Value, Source: d.System.Portable, Pos: pos(k)}
	d.Fields = append(d.Fields, f)
	d.fields[f], d.names[f] = v, k
	f.Said = said(v)
	if v.Is(mapfile.Text) {
		f.Said = []string{"category"}
		f.Category = named(l, v, l.m.Categories, "categories", "category")
		f.Label = labelOf(f.Category)
		return
	}
	if c := v.Get("category"); c != nil {
		f.Category = named(l, c, l.m.Categories, "categories", "category")
	}
	if id := v.Get("identifier"); id != nil {
		f.Identifier = named(l, id, l.m.Identifiers, "identifiers", "identifier")
		if f.Identifier == nil {
			d.broken = true
		} else if f.Category == nil && !v.Has("category") {
			f.Category = f.Identifier.Category
		}
	}
	if v.Has("identifier") && v.Get("identifier") == nil {
		d.broken = true
	}
	if s := l.source(v.Get("source")); s != "" {
		f.Source = s
	}
	switch t := v.Get("third_person").Text(); t {
	case "true":
		f.ThirdPerson = "other"
	case "false":
	default:
		f.ThirdPerson = t
	}
	f.FreeText = v.Get("free_text").Text()
	f.Unit = v.Get("unit").Text()
	if cs := v.Get("codes"); cs != nil {
		f.Codes = map[string]Label{}
		cs.Each(func(k, v *mapfile.Node) { f.Codes[k.Value] = l.label(v) })
	}
	f.Statement = isTrue(v.Get("statement"))
	if lb := v.Get("label"); lb != nil {
		f.Label = l.label(lb)
		l.noNames(lb, f.Name)
	} else if f.Label = labelOf(f.Category); f.Identifier != nil && !v.Has("category") {
		f.Label = f.Identifier.Label
	}
	l.says(d, f, v)
}

func labelOf(c *Category) Label {
	if c == nil {
		return nil
	}
	return c.Label
}

// says checks that the field says what it is at all, and nothing that goes with something it does not say.
func (l *loader) says(d *draft, f *Field, v *mapfile.Node) {
	verbs := 0
	for _, w := range verbWords {
		if v.Has(w) {
			verbs++
		}
	}
	what := verbs > 0
	for _, w := range []string{"category", "identifier", "copy_of", "counts"} {
		what = what || v.Has(w)
	}
	if !what {
		l.r.Error(d.names[f], "nothing says what %s.%s is", d.Name, f.Name).Hint("%s: CATEGORY, or ignore: [%s] where it is no personal data", f.Name, f.Name)
	}
	if verbs > 1 {
		l.r.Error(d.names[f], "%s.%s starts %d edges", d.Name, f.Name, verbs).Hint("one here, the others under edges:")
		d.broken = true
	}
	for _, w := range []string{"hides", "leave", "needs", "when", "during", "shows"} {
		if v.Has(w) && verbs == 0 {
			l.r.Error(v.KeyNode(w), "%s is for an edge, and %s.%s starts none", w, d.Name, f.Name).Hint("owned_by, owns, accessed_by or refers_to beside it")
		}
	}
	if v.Has("as") && !v.Has("copy_of") {
		l.r.Error(v.KeyNode("as"), "as says how a copy is made, and %s.%s is none", d.Name, f.Name).Hint("copy_of: COLLECTION beside it")
	}
	if f.Statement && d.System != nil {
		for _, c := range d.System.Collections {
			for _, other := range c.Fields {
				if other != f && other.Statement {
					l.r.Error(v.KeyNode("statement"), "two statement fields in one system").Hint("the other is %s.%s, line %d", c.Name, other.Name, other.Pos.Line)
				}
			}
		}
	}
}
