package datamap

import (
	"slices"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// erase reads what erasure does with a row that nothing keeps, and refuses what leaves it identifiable.
func (l *loader) erase(d *draft) {
	d.Erase = Erase{Mode: "delete"}
	n := d.node.Get("erase")
	if n.Has("anonymise") && n.Has("keep") {
		l.r.Error(n.KeyNode("keep"), "a row is anonymised or kept, not both").Hint("a period keeps it first: purposes: …")
		return
	}
	switch {
	case n.Has("keep"):
		d.Erase = Erase{Mode: "keep", Exception: n.Get("keep").Text(), Because: l.label(n.Get("because"))}
		if !n.Has("because") && n.Get("keep") != nil {
			l.r.Error(n.Get("keep"), "%s is kept, and the person is not told why", d.Name).Hint("because: { pl: …, en: … }")
		}
	case n.Has("anonymise"):
		d.Erase = Erase{Mode: "anonymise", Fields: map[string]Anonymise{}}
		n.Get("anonymise").Each(func(k, v *mapfile.Node) { l.treatment(d, k, v) })
		l.keyStays(d, n)
	case n.Is(mapfile.Map) && n.Has("because"):
		l.r.Error(n.KeyNode("because"), "because says why a row is kept, and nothing keeps it").Hint("keep: art17_3_e beside it")
	case n.Is(mapfile.Map):
		l.r.Error(n, "erase says nothing").Hint("delete, { anonymise: … } or { keep: art17_3_e, because: … }")
	}
	for _, e := range d.Edges {
		if e.Leave == "placeholder" && e.To != nil {
			at := l.edgeNodes[e]
			l.standsIn(at, e.To, e.ToFields)
		}
	}
}

func (l *loader) treatment(d *draft, k, v *mapfile.Node) {
	if !l.mapped(k, d.Collection, k.Value) {
		return
	}
	a := Anonymise{How: v.Text()}
	if v.Is(mapfile.Null) {
		a.How = "null"
	}
	if v.Is(mapfile.Map) {
		a = Anonymise{How: "set", Text: v.Get("set").Text()}
	}
	d.Erase.Fields[k.Value] = a
	f := d.Field(k.Value)
	switch {
	case a.How == "keep" && f != nil && f.FreeText != "":
		l.r.Error(v, "%s is free text: kept as it is, the row is not anonymous", k.Value).Hint("null or { set: … }")
	case a.How == "keep" && f != nil && f.Identifier != nil:
		l.r.Error(v, "%s names the person: kept as it is, the row is not anonymous", k.Value).Hint("null, placeholder or { set: … }")
	case a.How == "keep" && f != nil && f.Category != nil && topCategory(f.Category.Name) == "identity":
		l.r.Error(v, "%s is part of the person's identity: kept as it is, the row is not anonymous", k.Value).Hint("null, year, placeholder or { set: … }")
	case a.How == "placeholder":
		l.placeholderFor(d, v, k.Value)
	}
}

// placeholderFor checks that somebody stands in for what field names.
func (l *loader) placeholderFor(d *draft, at *mapfile.Node, field string) {
	for _, e := range d.Edges {
		if i := slices.Index(e.Fields, field); i >= 0 && e.To != nil && !e.Implicit {
			l.standsIn(at, e.To, e.ToFields[i:i+1])
			return
		}
	}
	if d.Each && d.Placeholder[field] == "" {
		if slices.Contains(d.Key, field) {
			l.r.Error(at, "%s is of the key of %s, of which each stand-in is made", field, d.Name).Hint("keep, or { set: … }")
		}
		return
	}
	l.standsIn(at, d.Collection, []string{field})
}

// standsIn checks that one row of c can stand in for all: what refers to it has to name it by these fields.
func (l *loader) standsIn(at *mapfile.Node, c *Collection, fields []string) {
	n := l.drafts[c].node
	switch {
	case n.Has("placeholder") && n.Get("placeholder") == nil:
		return
	case c.Each && c.Placeholder == nil:
		l.r.Error(at, "no one row of %s stands in for all, so nothing can refer to it", c.Name).Hint("null, or name in placeholder: of %s what one has: { %s: … }", c.Name, commas(fields))
		return
	case c.Placeholder == nil:
		l.r.Error(at, "%s has no placeholder person", c.Name).Hint("add placeholder: { … } to %s", c.Name)
		return
	}
	for _, f := range fields {
		if _, ok := c.Placeholder[f]; !ok {
			l.r.Error(at, "the placeholder person of %s has no %s", c.Name, f).Hint("add %s: … to placeholder: of %s", f, c.Name)
			return
		}
	}
}

// keyStays refuses an anonymisation that would empty the key: what is not named becomes NULL.
func (l *loader) keyStays(d *draft, n *mapfile.Node) {
	for _, k := range d.Key {
		if d.Field(k) == nil {
			continue
		}
		a, named := d.Erase.Fields[k]
		if named && a.How != "null" || n.Get("anonymise").Has(k) && !named {
			continue
		}
		l.r.Error(n.KeyNode("anonymise"), "%s is of the key of %s, and what is not named becomes NULL", k, d.Name).Hint("%s: keep, placeholder or { set: … }", k)
	}
}
