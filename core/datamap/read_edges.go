package datamap

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

var verbWords = []string{string(OwnedBy), string(Owns), string(AccessedBy), string(RefersTo)}

// edges reads the edges of a collection: on its fields first, then those under edges:.
func (l *loader) edges(d *draft) {
	for _, f := range d.Fields {
		v := d.fields[f]
		if e := l.edge(d, v, []string{f.Name}, nil); e != nil {
			f.Edge = e
		}
	}
	for _, v := range d.node.Get("edges").OneOrMany() {
		fields := v.Get("fields")
		if fields == nil || len(fields.Items) == 0 {
			if fields != nil {
				l.r.Error(fields, "an edge starts from a field").Hint("fields: [FIELD, …]")
			}
			d.broken = true
			continue
		}
		for _, f := range fields.Texts() {
			d.implicit[f] = true
		}
		verbs := 0
		for _, w := range verbWords {
			if v.Has(w) {
				verbs++
			}
		}
		if verbs != 1 {
			l.r.Error(v, "an edge has one verb").Hint("owned_by, owns, accessed_by or refers_to")
			d.broken = true
			continue
		}
		l.edge(d, v, fields.Texts(), fields)
	}
}

// edge reads the edge in v, which starts from fields; list is the node that names them, nil on a field.
func (l *loader) edge(d *draft, v *mapfile.Node, fields []string, list *mapfile.Node) *Edge {
	var verb, to *mapfile.Node
	for _, w := range verbWords {
		if v.Has(w) && v.Any(w) != nil {
			verb, to = v.KeyNode(w), v.Get(w)
		}
	}
	if verb == nil {
		return nil
	}
	if to == nil {
		d.broken = true
		return nil
	}
	t := l.target(to, to.Text(), d.System)
	if t == nil {
		d.broken = true
		return nil
	}
	e := &Edge{Kind: EdgeKind(verb.Value), From: d.Collection, Fields: fields, Outside: t.outside, Leave: "null", Pos: pos(to)}
	if t.outside != "" && e.Kind != RefersTo {
		l.outside(to, e)
		d.broken = true
		return nil
	}
	if t.collection != nil && !l.reaches(d, e, t, v, to, list) {
		d.broken = true
		return nil
	}
	l.terms(d, e, v)
	l.addEdge(d, e, to)
	return e
}

func (l *loader) outside(n *mapfile.Node, e *Edge) {
	what := map[EdgeKind]string{OwnedBy: "so it can own nothing", Owns: "so nothing here can own it", AccessedBy: "so nobody of it is known"}[e.Kind]
	l.r.Error(n, "%s is outside the map, %s", e.Outside, what).Hint("refers_to: %s", e.Outside)
}

// reaches settles which fields of the target the edge leads to.
func (l *loader) reaches(d *draft, e *Edge, t *target, v, to, list *mapfile.Node) bool {
	e.To, e.ToFields = t.collection, t.collection.Key
	at := to
	if list != nil {
		at = list
	}
	switch other := v.Get("to"); {
	case t.field != "" && other != nil:
		l.r.Error(other, "the target's field is named twice").Hint("%s, or to: […]", to.Text())
		return false
	case t.field != "":
		if !l.mapped(to, e.To, t.field) {
			return false
		}
		e.ToFields = []string{t.field}
	case other != nil:
		for _, x := range other.OneOrMany() {
			if !l.mapped(x, e.To, x.Value) {
				return false
			}
		}
		e.ToFields = other.Texts()
	}
	if len(e.Fields) == len(e.ToFields) {
		return true
	}
	hint := fmt.Sprintf("edges: - { fields: [%s], %s: %s }", strings.Join(placeholdersFor(e.ToFields), ", "), e.Kind, to.Text())
	if !slices.Equal(e.ToFields, e.To.Key) {
		l.r.Error(at, "%d field(s) here, but %d there: %s", len(e.Fields), len(e.ToFields), commas(e.ToFields)).Hint("as many on both sides")
		return false
	}
	if list != nil {
		hint = "name a field for each, in that order"
	}
	l.r.Error(at, "%d field(s) here, but the key of %s has %d: %s", len(e.Fields), e.To.Name, len(e.ToFields), commas(e.ToFields)).Hint("%s", hint)
	return false
}

func placeholdersFor(fields []string) []string {
	out := make([]string, len(fields))
	for i := range fields {
		out[i] = "…"
	}
	return out
}

// terms reads what an edge says beside its ends.
func (l *loader) terms(d *draft, e *Edge, v *mapfile.Node) {
	if s := v.Get("leave"); s != nil && s.Text() != "" {
		e.Leave = s.Text()
	}
	e.When = l.when(d.Collection, v.Get("when"))
	if v.Has("needs") && !e.Rights() {
		l.r.Error(v.KeyNode("needs"), "needs names fields of the owner, and %s makes none", e.Kind).Hint("owned_by or owns")
		return
	}
	if e.To == nil {
		return
	}
	l.shows(d, e, v)
	for _, x := range v.Get("hides").OneOrMany() {
		if l.mapped(x, d.Collection, x.Value) {
			e.Hides = append(e.Hides, x.Value)
		}
	}
	if e.Rights() {
		parent, _ := e.Parent()
		e.Needs = slices.Clone(parent.Key)
		if n := v.Get("needs"); n != nil {
			e.Needs = nil
			for _, x := range n.OneOrMany() {
				if l.mapped(x, parent, x.Value) {
					e.Needs = append(e.Needs, x.Value)
				}
			}
		}
	}
	l.during(d, e, v.Get("during"))
}

func (l *loader) shows(d *draft, e *Edge, v *mapfile.Node) {
	s := v.Get("shows")
	switch {
	case e.Kind == AccessedBy && !v.Has("shows"):
		l.r.Error(v.Get("accessed_by"), "%s.%s lets another person see this row, and nothing says what", d.Name, strings.Join(e.Fields, "+")).
			Hint("shows: [FIELD, …]; everything is shows: all")
	case e.Kind != AccessedBy && v.Has("shows"):
		l.r.Error(v.KeyNode("shows"), "shows is for accessed_by; %s shows the whole row or nothing", e.Kind).Hint("accessed_by, or hides: [FIELD, …]")
	case s.Is(mapfile.Text):
		e.ShowsAll = true
	}
	if s.Is(mapfile.List) {
		for _, x := range s.OneOrMany() {
			if l.mapped(x, d.Collection, x.Value) {
				e.Shows = append(e.Shows, x.Value)
			}
		}
	}
}

func (l *loader) during(d *draft, e *Edge, n *mapfile.Node) {
	if n == nil {
		return
	}
	if len(n.Pairs) != 1 {
		l.r.Error(n, "during takes one date of this row").Hint("during: { DATE: [FROM, TO] }")
		return
	}
	date, span := n.Pairs[0].Key, n.Pairs[0].Value
	if span.Bad {
		return
	}
	if e.Kind == Owns {
		l.r.Error(n, "during looks at a date of what is owned, and %s owns %s", d.Name, e.To.Name).Hint("owned_by: %s with during: there", d.Name)
		return
	}
	if len(span.Items) != 2 {
		l.r.Error(span, "during takes two dates of the target, from and to").Hint("%s: [FROM, TO]", date.Value)
		return
	}
	ok := l.mapped(date, d.Collection, date.Value)
	for _, x := range span.Items {
		ok = l.mapped(x, e.To, x.Value) && ok
	}
	if ok {
		e.During = &During{Date: date.Value, From: span.Items[0].Value, To: span.Items[1].Value}
	}
}

// addEdge names the edge and hangs it on its collection.
func (l *loader) addEdge(d *draft, e *Edge, n *mapfile.Node) {
	e.ID = d.Address() + "." + strings.Join(e.Fields, "+")
	if e.Implicit {
		e.ID += "^"
	}
	for i, base := 2, e.ID; slices.ContainsFunc(d.Edges, func(x *Edge) bool { return x.ID == e.ID }); i++ {
		e.ID = fmt.Sprintf("%s#%d", base, i)
	}
	d.Edges = append(d.Edges, e)
	l.edgeNodes[e] = n
}

// when reads a condition on fields of c.
func (l *loader) when(c *Collection, n *mapfile.Node) []When {
	var out []When
	n.Each(func(k, v *mapfile.Node) {
		if !l.mapped(k, c, k.Value) {
			return
		}
		w := When{Field: k.Value}
		for _, x := range v.OneOrMany() {
			w.Values = append(w.Values, x.Value)
			if f := c.Field(k.Value); f != nil && len(f.Codes) > 0 {
				if _, ok := f.Codes[x.Value]; !ok {
					l.r.Error(x, "%s.%s has no code %s", c.Name, f.Name, x.Value).Hint("%s", maybe(x.Value, keys(f.Codes), "it has %s", commas(keys(f.Codes))))
				}
			}
		}
		out = append(out, w)
	})
	return out
}
