package planner

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// UsedBy are the rights whose work asks different things of a store, in the order they are told: an access (and a portability) reads, an erasure
// (an objection, a withdrawal) deletes and empties, a rectification assigns, a restriction (and its lift) blocks and releases.
var UsedBy = []string{"access", "erasure", "rectification", "restriction"}

// Uses is what a right may ask of a system at most, by the map: for each of its collections the fields that are read, the verbs and the fields they
// assign. It is what the connector's account is granted, and no more.
func Uses(s *datamap.System, right string) []connectors.Use {
	var out []connectors.Use
	for _, c := range s.Collections {
		u := connectors.Use{Collection: place(c), Reads: readOf(c)}
		switch right {
		case "erasure":
			erases(&u, c)
		case "rectification":
			rectifies(&u, c)
		case "restriction":
			restricts(&u, c)
		}
		slices.Sort(u.Writes)
		u.Writes = slices.Compact(u.Writes)
		out = append(out, u)
	}
	return out
}

// readOf are the fields of c that anything of the map speaks of.
func readOf(c *datamap.Collection) []string {
	out := union(slices.Clone(c.Key), dataFields(c))
	for _, s := range c.System.Collections {
		for _, e := range s.Edges {
			out = union(out, uses(e, c))
		}
	}
	for _, e := range append(slices.Clone(c.Inward), c.Onward...) { // from other systems too
		out = union(out, uses(e, c))
	}
	for _, name := range []string{c.Created, c.Restrict.Mark} {
		if name != "" {
			out = union(out, []string{name})
		}
	}
	return slices.DeleteFunc(out, func(name string) bool { return name == "" }) // a during: without an end
}

// erases: what goes, what a row that stays is emptied of, references to what goes, counters, and the placeholder persons.
func erases(u *connectors.Use, c *datamap.Collection) {
	does := func(v connectors.Verb) {
		if !u.Does(v) {
			u.Verbs = append(u.Verbs, v)
		}
	}
	sets := func(fields ...string) { does(connectors.Set); u.Writes = append(u.Writes, fields...) }
	if c.Erase.Mode == "delete" || c.DerivedFrom != nil {
		does(connectors.Delete)
	}
	if c.Erase.Mode == "anonymise" || c.Erase.Mode == "delete" && leadsOn(c, map[*datamap.Collection]bool{}) {
		for _, name := range dataFields(c) {
			if how, named := c.Erase.Fields[name]; slices.Contains(c.Key, name) && !named || how.How == "keep" {
				continue
			}
			sets(name)
		}
	}
	for _, f := range c.Fields {
		if len(f.Rules) > 0 {
			sets(f.Name)
		}
		if f.Counts != nil {
			does(connectors.Recount)
			u.Writes = append(u.Writes, f.Name)
		}
	}
	for _, e := range c.Edges {
		switch {
		case e.To == nil || e.To.Erase.Mode != "delete" || e.Leave == "keep":
		case e.Leave == "delete":
			does(connectors.Delete)
			sets(e.Fields...) // of a row that is kept for a reason of its own
		case !slices.ContainsFunc(e.Fields, func(f string) bool { return slices.Contains(c.Key, f) }):
			sets(e.Fields...)
		}
	}
	if standsIn(c) {
		does(connectors.Ensure)
		for name := range c.Placeholder {
			u.Writes = append(u.Writes, name)
		}
	}
}

// leadsOn says whether rows of c may stay because a row below them is kept.
func leadsOn(c *datamap.Collection, seen map[*datamap.Collection]bool) bool {
	if seen[c] {
		return false
	}
	seen[c] = true
	return slices.ContainsFunc(c.Onward, func(e *datamap.Edge) bool {
		child, _ := e.Child()
		return child != c && child.DerivedFrom == nil && (len(child.Rules) > 0 || child.Erase.Mode == "keep" || leadsOn(child, seen))
	})
}

// standsIn says whether a reference somewhere may be given c's placeholder person.
func standsIn(c *datamap.Collection) bool {
	if len(c.Placeholder) == 0 {
		return false
	}
	for _, from := range c.System.Collections {
		for _, e := range from.Edges {
			if e.To == c && (e.Leave == "placeholder" || slices.ContainsFunc(e.Fields, func(f string) bool { return from.Erase.Fields[f].How == "placeholder" })) {
				return true
			}
		}
	}
	return false
}

// rectifies: fields that are data, where corrections are made in place, and where statements are written.
func rectifies(u *connectors.Use, c *datamap.Collection) {
	for _, f := range c.Fields {
		switch {
		case f.Statement, f.CopyOf != nil, c.Rectify.Mode == "replace" && f.Edge == nil && f.Counts == nil && f.Category != nil:
			u.Writes = append(u.Writes, f.Name)
		}
	}
	if len(u.Writes) > 0 {
		u.Verbs = append(u.Verbs, connectors.Set)
	}
}

// restricts: rows are blocked as the map says, and marked.
func restricts(u *connectors.Use, c *datamap.Collection) {
	if m := c.Restrict.Block; m != "" && m != datamap.BlockTask {
		u.Verbs, u.Method = append(u.Verbs, connectors.Block, connectors.Release), m
	}
	if c.Restrict.Mark != "" {
		u.Verbs, u.Writes = append(u.Verbs, connectors.Set), append(u.Writes, c.Restrict.Mark)
	}
}
