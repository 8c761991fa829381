package livecheck

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// cascades reports foreign keys by which the store itself takes or changes rows when a mapped row goes: rows no one
// mapped, and rows that are kept.
func (v *view) cascades() {
	for i := range v.schema.Collections {
		child := &v.schema.Collections[i]
		for _, ref := range child.References {
			parent := v.mapped(ref.Target)
			if parent == nil || sameTable(ref.Target, child.Name) {
				continue
			}
			v.cascade(parent, child, ref)
			v.referring(parent, child, ref)
		}
	}
}

func (v *view) cascade(parent *datamap.Collection, child *connectors.SchemaCollection, ref connectors.Reference) {
	acts := ref.OnDelete == "cascade" || ref.OnDelete == "set null" || ref.OnDelete == "set default"
	c := v.mapped(child.Name)
	if c == nil && !v.outside(child.Name) {
		v.said[child.Name] = true
	}
	switch {
	case c == nil && ref.OnDelete == "cascade":
		v.error(parent.Pos, "map "+child.Name+", or let the key restrict", "deleting a row of %s takes rows of %s along, which no one mapped", parent.Name, child.Name)
	case c == nil && acts:
		v.warn(parent.Pos, "map "+child.Name, "deleting a row of %s changes rows of %s, which no one mapped", parent.Name, child.Name)
	case c == nil:
		v.error(parent.Pos, "map "+child.Name+" with the edge over "+commas(ref.Fields), "rows of %s refer to %s and no one mapped them, so they would forbid its erasure", child.Name, parent.Name)
	case ref.OnDelete == "cascade" && v.keeps(c) && !v.owned(parent, c, ref):
		v.error(c.Pos, "an edge with rights over "+commas(ref.Fields)+", or a key that restricts", "deleting a row of %s takes rows of %s along that may have to be kept", parent.Name, c.Name)
	case !v.joined(parent, c, ref):
		v.warn(c.Pos, "say on "+commas(ref.Fields)+" what it refers to", "%s refers to %s in the store, and no edge of the map says so", c.Name, parent.Name)
	}
}

// referring reports foreign keys that make each erasure read a whole table, and those that are checked only later.
func (v *view) referring(parent *datamap.Collection, child *connectors.SchemaCollection, ref connectors.Reference) {
	c := v.mapped(child.Name)
	if c == nil {
		return // that no one mapped it was said
	}
	at := c.Pos
	if name := child.Name + "(" + commas(ref.Fields) + ")"; (len(child.Indexes) > 0 || len(child.Key) > 0) && !led(child, ref.Fields) && !v.said[name] {
		v.said[name] = true
		v.warn(at, "an index on "+commas(ref.Fields), "no index of %s begins with %s, which refers to %s; each row of %s that goes makes the store read all of it", child.Name, commas(ref.Fields), parent.Name, parent.Name)
	}
	if ref.Deferred {
		v.warn(at, "a key that is checked at once, where nothing needs it deferred", "%s refers to %s by a key that is checked when a transaction ends: one of an application that refers to an erased row fails only then",
			child.Name, parent.Name)
	}
}

// keeps says whether rows of c may be kept for a reason of their own.
func (v *view) keeps(c *datamap.Collection) bool {
	return len(c.Rules) > 0 || c.Erase.Mode != "delete" || mayBeShell(c)
}

// owned says whether rights lead from parent to c over these columns: then what is kept keeps its owner too.
func (v *view) owned(parent, c *datamap.Collection, ref connectors.Reference) bool {
	return slices.ContainsFunc(parent.Onward, func(e *datamap.Edge) bool {
		child, fields := e.Child()
		return child == c && len(e.When) == 0 && e.During == nil && sameSet(fields, ref.Fields)
	})
}

// joined says whether any edge of the map starts from these columns or leads to them.
func (v *view) joined(parent, c *datamap.Collection, ref connectors.Reference) bool {
	for _, e := range c.Edges {
		if (e.To == parent || e.To == nil) && sameSet(e.Fields, ref.Fields) {
			return true
		}
	}
	return v.owned(parent, c, ref)
}
