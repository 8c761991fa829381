package datamap

import (
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// target is what an address in the map names.
type target struct {
	collection *Collection
	field      string
	outside    string // a name under outside:
}

// target resolves an address written in a file of system s. It is nil where the address names nothing; then an
// error was reported, here or where the cause is.
func (l *loader) target(n *mapfile.Node, text string, s *System) *target {
	system, rest, across := strings.Cut(text, "/")
	if !across {
		system, rest = s.Name, text
	}
	name, field, _ := strings.Cut(rest, ".")
	in := s
	if across {
		if in = l.m.System(system); in == nil {
			if !l.partial {
				l.noSystem(n, system, name)
			}
			return nil
		}
	}
	if c := in.Collection(name); c != nil {
		return &target{collection: c, field: field}
	}
	if _, ok := in.Outside[name]; ok {
		return &target{outside: name}
	}
	if l.systemNodes[in].Has("collections") && (l.systemNodes[in].Any("collections") == nil || l.systemNodes[in].Any("collections").Bad || l.systemNodes[in].Any("collections").Has(name)) {
		return nil // it is there, and wrong
	}
	if l.partial && l.r.Failed(l.systemNodes[in].File) && across {
		return nil
	}
	d := l.r.Error(n, "system %s has no collection %s", in.Name, name)
	if elsewhere := l.m.elsewhere(name, in); in.Collection(name) == nil && elsewhere != "" && strings.HasSuffix(elsewhere, "/"+name) {
		d.Hint("did you mean %s?", elsewhere)
	} else if near := mapfile.Near(name, append(collectionNames(in), keys(in.Outside)...)); near != "" {
		d.Hint("did you mean %s?", prefixed(near, in, s))
	} else if elsewhere != "" {
		d.Hint("did you mean %s?", elsewhere)
	} else if names := collectionNames(in); len(names) > 0 {
		d.Hint("it has %s", commas(names))
	}
	return nil
}

func prefixed(name string, in, from *System) string {
	if in == from {
		return name
	}
	return in.Name + "/" + name
}

func (l *loader) noSystem(n *mapfile.Node, system, collection string) {
	var names []string
	for _, s := range l.m.Systems {
		names = append(names, s.Name)
	}
	d := l.r.Error(n, "no system %s", system)
	if near := mapfile.Near(system, names); near != "" {
		d.Hint("did you mean %s/%s?", near, collection)
	} else {
		d.Hint("the systems are %s", commas(names))
	}
}

// has says whether a collection has a column of that name, mapped or known by its use.
func (l *loader) has(c *Collection, field string) bool {
	d := l.drafts[c]
	return c.Field(field) != nil || d.implicit[field]
}

// mapped reports a field that a collection does not map. Columns known only by their use (keys, paths) pass.
func (l *loader) mapped(n *mapfile.Node, c *Collection, field string) bool {
	if l.has(c, field) {
		return true
	}
	for _, i := range c.Ignore {
		if i == field {
			return true
		}
	}
	if f := l.drafts[c].node; f.Has("fields") && (f.Any("fields") == nil || f.Any("fields").Bad) {
		return false // its fields are wrong as a whole, which was said
	}
	names := fieldNames(c)
	d := l.r.Error(n, "%s maps no field %s", c.Name, field)
	if near := mapfile.Near(field, names); near != "" {
		d.Hint("did you mean %s?", near)
	} else if len(names) > 0 {
		d.Hint("it maps %s", commas(names))
	}
	return false
}
