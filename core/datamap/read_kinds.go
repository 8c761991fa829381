package datamap

import (
	"regexp"
	"slices"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/subject"
)

// categories reads the map's own categories. What one does not say it has from the category above it.
func (l *loader) categories(n *mapfile.Node) {
	type own struct {
		c *Category
		n *mapfile.Node
	}
	var all []own
	n.Each(func(k, v *mapfile.Node) {
		if b := l.m.Categories[k.Value]; b != nil && b.BuiltIn {
			l.r.Error(k, "%s is built in; a label here would change it everywhere", k.Value).Hint("label: … on the field")
			return
		}
		c := &Category{Name: k.Value, Label: l.label(v), DPV: v.Get("dpv").Text(), Special: isTrue(v.Get("special"))}
		if len(c.Label) == 0 {
			l.r.Error(k, "category %s has no label", k.Value).Hint("%s: { pl: …, en: … }", k.Value)
		}
		l.m.Categories[k.Value] = c
		all = append(all, own{c, v})
	})
	slices.SortStableFunc(all, func(a, b own) int { return len(a.c.Name) - len(b.c.Name) }) // parents first
	for _, x := range all {
		for up := parentCategory(x.c.Name); up != ""; up = parentCategory(up) {
			p := l.m.Categories[up]
			if p == nil {
				continue
			}
			if x.c.DPV == "" {
				x.c.DPV = p.DPV
			}
			if p.Special && !x.n.Has("special") {
				x.c.Special = true
			}
			if p.Special && x.n.Get("special").Text() == "false" {
				l.r.Error(x.n.Get("special"), "%s is a special category, and what is under it is too", p.Name).Hint("another name, outside %s", topCategory(p.Name))
			}
			break
		}
		if x.c.DPV == "" {
			x.c.DPV = "dpv:PersonalData"
		}
	}
}

// identifiers reads the kinds by which a person is named.
func (l *loader) identifiers(n *mapfile.Node) {
	n.Each(func(k, v *mapfile.Node) {
		built, known := builtInKinds[k.Value]
		id := &Identifier{Kind: built.kind, Label: built.labelOf(l.m.Categories), Pos: pos(k)}
		id.Name, id.Country = k.Value, l.m.Country
		if !known && !v.Has("pattern") {
			l.r.Error(k, "%s is not built in: give a pattern", k.Value).Hint("%s", maybe(k.Value, keys(builtInKinds), "%s: { pattern: '[0-9]{6}' }; built in are %s", k.Value, commas(keys(builtInKinds))))
		}
		if u := v.Get("unique"); u != nil {
			id.Unique = isTrue(u)
			if known && built.kind.Unique && !id.Unique {
				l.r.Warn(u, "a %s names one person; shared, it decides nothing alone", k.Value)
			}
			if id.Unique && (k.Value == "email" || k.Value == "phone") {
				l.r.Error(u, "%s is not unique: households share them, and they are given out again", k.Value).
					Hint("one_person_per_value: true on the collection where one value is one person")
			}
		}
		l.pattern(id, v.Get("pattern"))
		if c := v.Get("country").Text(); c != "" {
			id.Country = c
		}
		if lb := l.label(v.Get("label")); lb != nil {
			id.Label = lb
		} else if !known && !v.Has("label") {
			id.Label = Label{l.first: k.Value}
			if v.Has("pattern") {
				l.r.Warn(k, "identifier %s has no label; the subject reads its name", k.Value).Hint("label: { pl: …, en: … }")
			}
		}
		l.normaliser(id, v.Get("normalise"))
		if nv := v.Get("not_a_value"); nv != nil {
			id.NotAValue = append(slices.Clone(id.NotAValue), nv.Texts()...)
		}
		category := built.category
		if category == "" {
			category = "identifier.other"
		}
		id.Category = l.m.Categories[category]
		if c := v.Get("category"); c != nil {
			if x := named(l, c, l.m.Categories, "categories", "category"); x != nil {
				id.Category = x
			}
		}
		l.m.Identifiers[k.Value] = id
	})
}

func (l *loader) pattern(id *Identifier, n *mapfile.Node) {
	if n == nil {
		return
	}
	id.Pattern = n.Text()
	re, err := regexp.Compile(`\A(?:` + id.Pattern + `)\z`)
	switch {
	case err != nil:
		l.r.Error(n, "cannot read the pattern of %s", id.Name).Hint("a regular expression in RE2 syntax: 'C-[0-9]{5}'")
	case re.MatchString(""):
		l.r.Error(n, "the pattern of %s fits the empty text, which names nobody", id.Name).Hint("say what it must hold: 'C-[0-9]{5}'")
	}
}

func (l *loader) normaliser(id *Identifier, n *mapfile.Node) {
	if n != nil {
		id.Normaliser = n.Text()
		if !slices.Contains(subject.Normalisers(), id.Normaliser) {
			l.r.Error(n, "no normaliser %s", id.Normaliser).Hint("%s", maybe(id.Normaliser, subject.Normalisers(), "there are %s", commas(subject.Normalisers())))
		}
	}
	if id.Normaliser == "" {
		id.Normaliser = subject.DefaultNormaliser
	}
}
