package livecheck

import (
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// columns reports what the map names and the table lacks.
func (v *view) columns(c *datamap.Collection, t *connectors.SchemaCollection) {
	if len(t.Fields) == 0 || c.Rows != nil && c.Rows.NoHeader {
		return // the store does not say
	}
	for _, f := range c.Fields {
		if !inPath(c.At, f.Name) && !hasColumn(c, t, f.Name) && !v.around(c, t, f.Name) {
			v.missing(f.Pos, c, t, f.Name)
		}
	}
	said := map[string]bool{}
	structural := func(at datamap.Pos, name string) {
		if name != "" && !said[name] && c.Field(name) == nil && !inPath(c.At, name) && !hasColumn(c, t, name) && !v.around(c, t, name) {
			said[name] = true
			v.missing(at, c, t, name)
		}
	}
	if c.Rows == nil && c.Document == nil { // in a file, the number of a row is nowhere written
		for _, k := range c.Key {
			structural(c.Pos, k)
		}
	}
	for _, e := range c.Edges {
		for _, f := range e.Fields {
			structural(e.Pos, f)
		}
	}
	structural(c.Pos, c.Created)
	structural(c.Pos, c.Restrict.Mark)
	for _, name := range c.Ignore {
		if !hasColumn(c, t, name) {
			v.warn(c.Pos, "take it out of ignore:", "%s ignores %s, and the store has no such column", c.Name, name)
		}
	}
}

func (v *view) missing(at datamap.Pos, c *datamap.Collection, t *connectors.SchemaCollection, field string) {
	if t.Sampled > 0 {
		v.unseen(at, c, t, field)
		return
	}
	names := fieldNames(t)
	hint := ""
	if len(names) > 0 {
		hint = "it has " + commas(names)
	}
	if near := datamap.Near(field, names); near != "" {
		v.said[t.Name+"."+near] = true
		hint = "did you mean " + near + "?"
	} else if len(names) > 12 {
		hint = "it has " + commas(names[:12]) + " …"
	}
	v.error(at, hint, "%s has no column %s in the store", c.Name, field)
}

// hasColumn finds a column, or the document's part a dotted name leads into.
func hasColumn(c *datamap.Collection, t *connectors.SchemaCollection, name string) bool {
	if column(t, name) != nil {
		return true
	}
	if isElement(c) && t.Name != c.At {
		return true // elements of an array: the schema speaks of the document
	}
	if slices.ContainsFunc(t.Fields, func(f connectors.SchemaField) bool { return strings.HasPrefix(f.Name, name+".") }) {
		return true // a document, of which the schema lists the members
	}
	if i := strings.IndexAny(name, ".["); i > 0 {
		return column(t, name[:i]) != nil
	}
	return false
}

func column(t *connectors.SchemaCollection, name string) *connectors.SchemaField {
	for i := range t.Fields {
		if t.Fields[i].Name == name {
			return &t.Fields[i]
		}
	}
	return nil
}

func fieldNames(t *connectors.SchemaCollection) []string {
	var out []string
	for _, f := range t.Fields {
		if f.Name != connectors.DocumentField {
			out = append(out, f.Name)
		}
	}
	return out
}

// known are the columns the collections that live in a table know, mapped or by their use.
func (v *view) known(t *connectors.SchemaCollection) map[string]bool {
	out := map[string]bool{connectors.DocumentField: true}
	for _, c := range v.users[t.Name] {
		for _, f := range c.Fields {
			out[f.Name] = true
			if i := strings.IndexAny(f.Name, ".["); i > 0 {
				out[f.Name[:i]] = true
			}
		}
		for _, list := range [][]string{c.Key, c.Ignore, {c.Created, c.Restrict.Mark}} {
			for _, name := range list {
				out[name] = true
			}
		}
		for _, e := range c.Edges {
			for _, f := range e.Fields {
				out[f] = true
			}
		}
		if _, array, ok := strings.Cut(c.At, "."); ok && strings.HasSuffix(array, "[]") {
			out[strings.TrimSuffix(array, "[]")] = true
		}
	}
	return out
}

// member says whether a column is a member of a document that is mapped, or ignored, whole.
func (v *view) member(t *connectors.SchemaCollection, name string) bool {
	for i := strings.LastIndexByte(name, '.'); i > 0; i = strings.LastIndexByte(name[:i], '.') {
		if slices.ContainsFunc(v.users[t.Name], func(c *datamap.Collection) bool {
			return c.Field(name[:i]) != nil || slices.Contains(c.Ignore, name[:i])
		}) {
			return true
		}
	}
	return false
}

// unmapped reports columns nobody mapped. Where the row goes whole they go with it; where it stays, anonymous
// or reduced to a shell, they would stay as they are.
func (v *view) unmapped(c *datamap.Collection, t *connectors.SchemaCollection) {
	known := v.known(t)
	var strange []string
	for _, f := range fieldNames(t) {
		if !known[f] && !v.said[t.Name+"."+f] && !v.member(t, f) {
			strange = append(strange, f)
		}
	}
	if len(strange) == 0 || v.users[t.Name][0] != c || c.DerivedFrom != nil && c.Fields == nil {
		return
	}
	hint := "map it, or ignore: [" + commas(strange) + "] where it is no personal data"
	what := "a column no one mapped, " + strange[0]
	if len(strange) > 1 {
		what = "columns no one mapped: " + commas(strange)
	}
	if c.Erase.Mode == "anonymise" || mayBeShell(c) {
		v.error(c.Pos, hint, "%s has %s; its rows may stay, and so would that", c.Name, what)
		return
	}
	v.warn(c.Pos, hint, "%s has %s", c.Name, what)
}

// mayBeShell says whether rows of c may have to stay because a row they lead to is kept.
func mayBeShell(c *datamap.Collection) bool { return shell(c, map[*datamap.Collection]bool{}) }

func shell(c *datamap.Collection, seen map[*datamap.Collection]bool) bool {
	if seen[c] {
		return false
	}
	seen[c] = true
	for _, child := range children(c) {
		if child.DerivedFrom == nil && (len(child.Rules) > 0 || child.Erase.Mode == "keep" || shell(child, seen)) {
			return true
		}
	}
	return false
}

// children are the collections rights lead to from c, within its system and beyond.
func children(c *datamap.Collection) []*datamap.Collection {
	out := map[*datamap.Collection]bool{}
	for _, e := range c.Onward {
		child, _ := e.Child()
		if child != c {
			out[child] = true
		}
	}
	return slices.SortedFunc(maps.Keys(out), func(a, b *datamap.Collection) int { return strings.Compare(a.Address(), b.Address()) })
}
