package datamap

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// The guards of a collection that raises none.
const (
	DefaultRootRows = 5
	DefaultShare    = 0.01
)

// collections reads the collections of every system, as far as they need no other.
func (l *loader) collections() {
	for _, s := range l.m.Systems {
		l.systemNodes[s].Get("collections").Each(func(k, v *mapfile.Node) {
			left, arrays := l.apart(s, k, v)
			d := l.collection(s, k, left)
			for _, a := range arrays {
				e := l.collection(s, a.name, a.node)
				e.of, e.owns = d, a.owns
				e.Restrict.Mark = "" // the document has it
			}
		})
	}
	l.nested()
}

// collection reads one.
func (l *loader) collection(s *System, k, v *mapfile.Node) *draft {
	c := &Collection{System: s, Name: k.Value, At: k.Value, Key: []string{"id"}, Growth: "bounded",
		RootRows: DefaultRootRows, Share: DefaultShare, Restrict: s.Restrict, Pos: pos(k)}
	d := &draft{Collection: c, name: k, node: v, fields: map[*Field]*mapfile.Node{}, names: map[*Field]*mapfile.Node{},
		ownRules: v.Has("purposes"), implicit: map[string]bool{}}
	c.Said = said(v)
	s.Collections = append(s.Collections, c)
	l.drafts[c] = d
	l.order = append(l.order, d)
	l.place(d)
	l.content(d)
	l.manners(d)
	return d
}

// place reads where the rows are and what names one.
func (l *loader) place(d *draft) {
	n := d.node
	if at := n.Get("at"); at != nil {
		d.At = at.Text()
		l.template(d, at)
	}
	d.Rows = l.rows(d.System, n.Get("rows"))
	if k := n.Get("key"); k != nil {
		d.Key = k.Texts()
		if len(d.Key) == 0 {
			l.r.Error(k, "the key of %s is empty", d.Name).Hint("key: FIELD, or [FIELD, …]")
			d.Key = []string{"id"}
		}
		for i, x := range k.OneOrMany() {
			if slices.Contains(d.Key[:min(i, len(d.Key))], x.Value) {
				l.r.Error(x, "%s stands twice in the key", x.Value)
			}
		}
	}
	for _, k := range d.Key {
		d.implicit[k] = true
	}
	d.Ignore = n.Get("ignore").Texts()
}

var placeholders = regexp.MustCompile(`\{([^{}]*)\}`)

// template checks a path with {fields}.
func (l *loader) template(d *draft, at *mapfile.Node) {
	if !strings.ContainsAny(d.At, "{}") {
		return
	}
	rest := placeholders.ReplaceAllString(d.At, "")
	if strings.ContainsAny(rest, "{}") {
		l.r.Error(at, "a { or } stands alone in the path").Hint("letters/{member_no}/{letter_no}.pdf")
		return
	}
	last, lastEnd := "", -1
	for _, m := range placeholders.FindAllStringSubmatchIndex(d.At, -1) {
		name := d.At[m[2]:m[3]]
		switch {
		case strings.TrimSpace(name) == "":
			l.r.Error(at, "{} in the path names no field").Hint("{FIELD}")
		case d.implicit[name] && strings.Count(d.At, "{"+name+"}") > 1:
			l.r.Error(at, "{%s} stands twice in the path", name).Hint("one of them is enough: the other would have to agree")
		case lastEnd == m[0]:
			l.r.Error(at, "nothing stands between {%s} and {%s}", last, name).Hint("put a / or a - there: no one can tell where one ends")
		}
		d.implicit[name] = true
		last, lastEnd = name, m[1]
	}
	if strings.HasPrefix(d.At, "/") || slices.Contains(strings.Split(d.At, "/"), "..") {
		l.r.Error(at, "the path leaves the folder of the system").Hint("a path inside it, without / in front and without ..")
	}
}

// content reads the fields and what the object itself is.
func (l *loader) content(d *draft) {
	n := d.node
	if doc := n.Get("document"); doc != nil {
		d.Document = named(l, doc, l.m.Categories, "categories", "category")
		d.FreeText = "review"
	}
	if f := n.Get("free_text"); f != nil {
		d.FreeText = f.Text()
		if !n.Has("document") {
			l.r.Error(n.KeyNode("free_text"), "free_text here is for a document, and %s has none", d.Name).Hint("document: CATEGORY, or free_text on the field")
		}
	}
	if f := n.Any("fields"); f != nil && f.Bad {
		d.broken = true
	}
	n.Get("fields").Each(func(k, v *mapfile.Node) { l.field(d, k, v) })
	if f := n.Any("fields"); f != nil {
		for _, p := range f.Pairs {
			if p.Value.Bad || p.Key.Bad {
				d.broken = true
				d.implicit[p.Key.Value] = true
			}
		}
	}
	for _, x := range n.Get("ignore").OneOrMany() {
		if d.Field(x.Value) != nil {
			l.r.Error(x, "%s is mapped and ignored", x.Value).Hint("take it out of ignore: or out of fields:")
		}
	}
	d.Label = l.label(n.Get("label"))
	l.noNames(n.Get("label"), d.Name)
	if len(d.Label) == 0 {
		d.Label = l.defaultLabel(d)
	}
}

// defaultLabel is that of the broadest category most fields share, else of the document, else the name.
func (l *loader) defaultLabel(d *draft) Label {
	count := map[string]int{}
	best := ""
	vote := func(c *Category) {
		if c == nil {
			return
		}
		name := c.Name
		if top := topCategory(name); l.m.Categories[top] != nil {
			name = top
		}
		if count[name]++; best == "" || count[name] > count[best] {
			best = name
		}
	}
	vote(d.Document)
	for _, f := range d.Fields {
		if f.ThirdPerson == "" && f.Identifier == nil {
			vote(f.Category)
		}
	}
	if best == "" {
		return Label{l.first: d.Name}
	}
	return l.m.Categories[best].Label
}

// manners reads how the collection wants to be treated.
func (l *loader) manners(d *draft) {
	n := d.node
	if r := n.Get("restrict"); r != nil {
		if b := r.Get("block"); b != nil {
			d.Restrict.Block, d.Restrict.Pos = b.Text(), pos(b)
		}
		if m := r.Get("mark").Text(); m != "" {
			d.Restrict.Mark = m
		}
	}
	if g := n.Get("growth").Text(); g != "" {
		d.Growth = g
	}
	if g := n.Get("guards"); g != nil {
		d.GuardsBecause = g.Get("because").Text()
		if v := g.Get("root_rows"); v != nil {
			d.RootRows, _ = strconv.Atoi(v.Text())
			if d.RootRows == 0 {
				l.r.Error(v, "a guard of 0 rows lets nothing through").Hint("root_rows: %d is the default", DefaultRootRows)
			}
		}
		if v := g.Get("share"); v != nil {
			d.Share = share(v)
		}
	}
	l.rectify(d, n.Get("rectify"))
	d.OnePerson = isTrue(n.Get("one_person_per_value"))
	l.placeholder(d, n.Get("placeholder"))
	l.recipients(d, n.Get("recipients"))
}

func (l *loader) rectify(d *draft, n *mapfile.Node) {
	d.Rectify = Rectify{Mode: "replace"}
	switch {
	case n.Is(mapfile.Text):
		d.Rectify.Mode = n.Value
	case n.Is(mapfile.Map):
		d.Rectify = Rectify{Mode: n.Get("mode").Text(), Law: n.Get("law").Text(), Text: l.label(n.Get("text"))}
	}
	if d.Rectify.Mode == "refuse" && (n.Is(mapfile.Text) || !n.Has("text")) {
		l.r.Error(n, "%s is not corrected, and the person is not told why", d.Name).Hint("rectify: { mode: refuse, law: …, text: { pl: …, en: … } }")
	}
}

func (l *loader) placeholder(d *draft, n *mapfile.Node) {
	switch {
	case n.Is(mapfile.Text):
		d.Each = true
	case n.Is(mapfile.Map):
		d.Placeholder = map[string]string{}
		n.Each(func(k, v *mapfile.Node) {
			if k.Value == "each" {
				d.Each = isTrue(v)
			} else {
				d.Placeholder[k.Value] = v.Text()
			}
		})
	}
}

func (l *loader) recipients(d *draft, n *mapfile.Node) {
	for _, x := range n.OneOrMany() {
		r := named(l, x, l.m.Recipients, "recipients", "recipient")
		switch {
		case r == nil:
		case r.NotOne != "":
			l.r.Error(x, "%s is no recipient (art. 4(9)), so nothing is disclosed to it here", r.Name).Hint("take it out")
		case slices.Contains(d.Recipients, r):
			l.r.Error(x, "%s stands twice", r.Name)
		default:
			d.Recipients = append(d.Recipients, r)
		}
	}
}
