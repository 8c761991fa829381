package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// anonymous is what the map says an anonymised row becomes: a field it does not name becomes NULL, never
// stays; the key stays unless it is named.
func (e *erasure) anonymous(f *fate) []connectors.Assign {
	var out []connectors.Assign
	for _, name := range dataFields(f.c) {
		if _, named := f.c.Erase.Fields[name]; !named && slices.Contains(f.c.Key, name) {
			continue
		}
		if a, changes := e.becomes(f.c, name); changes {
			out = append(out, a)
		}
	}
	return out
}

// becomes is what the map says one field of an anonymised row becomes; changes is false where it stays.
func (e *erasure) becomes(c *datamap.Collection, name string) (a connectors.Assign, changes bool) {
	how := c.Erase.Fields[name]
	switch how.How {
	case "keep":
		return a, false
	case "year":
		return connectors.Assign{Field: name, How: connectors.Year}, true
	case "month":
		return connectors.Assign{Field: name, How: connectors.Month}, true
	case "set":
		return connectors.Assign{Field: name, To: how.Text}, true
	case "placeholder":
		if edgeOn(c, name) == nil && e.ofItsOwn(c, name) {
			return e.derived(name), true
		}
		return connectors.Assign{Field: name, To: e.standIn(c, name)}, true
	}
	return e.clear(c, name), true
}

// clear empties a field: NULL, or, in a column that takes none, what the map's placeholder person has there.
func (e *erasure) clear(c *datamap.Collection, name string) connectors.Assign {
	if !e.notNull(c, name) {
		return connectors.Assign{Field: name}
	}
	if text, ok := c.Placeholder[name]; ok {
		return connectors.Assign{Field: name, To: text}
	}
	if edgeOn(c, name) == nil && e.ofItsOwn(c, name) {
		return e.derived(name)
	}
	return connectors.Assign{Field: name}
}

// ofItsOwn says whether the map gives each row of c a value of its own there.
func (e *erasure) ofItsOwn(c *datamap.Collection, name string) bool {
	_, fixed := c.Placeholder[name]
	return c.Each && !fixed && !slices.Contains(c.Key, name)
}

// derived gives each row a text made of its key under the request's own: the same on a retry, unlinkable once that key is gone.
func (e *erasure) derived(name string) connectors.Assign {
	return connectors.Assign{Field: name, How: connectors.Derive, Derive: e.StandInKey}
}

// standIn is the value by which a reference names the placeholder person of the collection it leads to; a
// plain field takes its own collection's.
func (e *erasure) standIn(c *datamap.Collection, name string) any {
	if edge := edgeOn(c, name); edge != nil && edge.To != nil {
		i := slices.Index(edge.Fields, name)
		if text, ok := edge.To.Placeholder[edge.ToFields[i]]; ok {
			return text
		}
		return nil
	}
	if text, ok := c.Placeholder[name]; ok {
		return text
	}
	return nil
}

func edgeOn(c *datamap.Collection, field string) *datamap.Edge {
	for _, e := range c.Edges {
		if slices.Contains(e.Fields, field) {
			return e
		}
	}
	return nil
}

// dataFields are all columns of c the map knows: its fields and those of its edges.
func dataFields(c *datamap.Collection) []string {
	var out []string
	for _, f := range c.Fields {
		out = append(out, f.Name)
	}
	for _, e := range c.Edges {
		out = union(out, e.Fields)
	}
	return out
}

// needed are the columns of c that edges to and from rows that stay use, with their conditions and times, and that such
// rows need: a kept row nobody is led to any more could not be found again.
func (e *erasure) needed(f *fate) []string {
	stay := slices.Clone(f.c.Key)
	remains := func(c *datamap.Collection) bool { return e.fates[c].kept > 0 || e.fates[c].shellRows > 0 }
	for _, edge := range e.Graph.Children(f.c) {
		if child, _ := edge.Child(); remains(child) {
			stay = append(append(stay, uses(edge, f.c)...), edge.Needs...)
		}
	}
	for _, edge := range e.Graph.Parents(f.c) {
		if owner, _ := edge.Parent(); remains(owner) {
			stay = append(stay, uses(edge, f.c)...)
		}
	}
	return stay
}

// uses are the columns of c that an edge speaks of.
func uses(e *datamap.Edge, c *datamap.Collection) []string {
	var out []string
	if e.From == c {
		out = append(out, e.Fields...)
		for _, w := range e.When {
			out = append(out, w.Field)
		}
		if e.During != nil {
			out = append(out, e.During.Date)
		}
	}
	if e.To == c {
		out = append(out, e.ToFields...)
		if e.During != nil {
			out = append(out, e.During.From, e.During.To)
		}
	}
	return out
}

// shellAssign clears everything of a shell but its key, the columns edges to kept rows use, what those rows need, counters of rows that are still
// joined to it, and fields with a purpose of their own (they are judged apart).
func (e *erasure) shellAssign(f *fate) []connectors.Assign {
	stay := append(e.needed(f), e.toldByFields(f, nil)...)
	var out []connectors.Assign
	for _, name := range dataFields(f.c) {
		if field := f.c.Field(name); slices.Contains(stay, name) || field != nil && (len(field.Rules) > 0 || e.proves(field)) && !e.folded(f, field) || e.goesOnCounting(f, field) {
			continue
		}
		if a, changes := e.becomes(f.c, name); changes { // as an anonymised row of the collection does
			out = append(out, a)
		}
	}
	return out
}
