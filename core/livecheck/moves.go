package livecheck

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// moves reports what stands in the way of moving rows of a table out of reach, and what is otherwise while some of them are: a shell is
// left of those others refer to, and the rest is not there.
func (v *view) moves(c *datamap.Collection, t *connectors.SchemaCollection) {
	var loud []string
	for _, tr := range distinct(t.Triggers) {
		if tr.Loud {
			loud = append(loud, tr.Name)
		}
	}
	if len(loud) > 0 {
		v.error(c.Pos, "have it do nothing while rows are moved, as the connector says when it refuses; or restrict: { block: task }",
			"what triggers of %s do would be done as restricted rows are moved out of reach, and nothing can silence them, so that they are not moved: %s", c.Name, commas(loud))
	}
	var readable []string
	for i := range v.schema.Collections {
		child := &v.schema.Collections[i]
		for _, ref := range child.References {
			if !sameTable(ref.Target, t.Name) {
				continue
			}
			for _, name := range ref.Targets {
				if f := c.Field(name); f != nil && f.Identifier != nil && !slices.Contains(readable, name) {
					readable = append(readable, name)
					v.warn(f.Pos, "a key that says nothing of the person; or restrict: { block: row_security } where the store has it",
						"%s refers to %s by %s, which stays readable in what is left of a restricted row", child.Name, c.Name, name)
				}
			}
		}
	}
	for _, x := range v.schema.Collections {
		shows := slices.ContainsFunc(x.Reads, func(name string) bool { return sameTable(name, t.Name) })
		if x.View && !x.Copy && shows && !v.outside(x.Name) && !v.said[x.Name] {
			v.said[x.Name] = true
			of := slices.DeleteFunc(v.over(x.Reads), func(c *datamap.Collection) bool { return c.Restrict.Block != byMove })
			v.warn(of[0].Pos, "see what is made of it, then outside: { "+x.Name+": why }",
				"view %s shows rows of %s: while some are restricted it shows fewer, and empty ones in place of others", x.Name, names(of))
		}
	}
}
