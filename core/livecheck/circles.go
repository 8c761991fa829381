package livecheck

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// circles reports tables whose rows refer to each other in a circle by columns that cannot be emptied, in a store that looks at each row as it goes:
// none of them could be the first.
func (v *view) circles() {
	holds := map[*datamap.Collection][]*datamap.Collection{} // whose rows are in the way of whose
	for i := range v.schema.Collections {
		child := &v.schema.Collections[i]
		c := v.mapped(child.Name)
		if c == nil || c.Erase.Mode != "delete" {
			continue
		}
		for _, ref := range child.References {
			parent := v.mapped(ref.Target)
			if parent != nil && parent != c && parent.Erase.Mode == "delete" && fixed(child, ref) && !slices.Contains(holds[c], parent) {
				holds[c] = append(holds[c], parent)
			}
		}
	}
	told := map[*datamap.Collection]bool{}
	for _, c := range v.system.Collections {
		around := []string{}
		for _, o := range v.system.Collections {
			if !told[o] && reaches(holds, c, o) && reaches(holds, o, c) {
				around = append(around, o.Name)
				told[o] = true
			}
		}
		if len(around) > 0 {
			v.error(c.Pos, "let one of these columns be NULL, or one of the keys say ON DELETE CASCADE",
				"rows of %s refer to each other in a circle by columns that may not be NULL, and the store lets none of them go first", commas(around))
		}
	}
}

// fixed says whether a reference stands until its row goes: it is looked at row by row, takes nothing along, and no column of it can be emptied.
func fixed(child *connectors.SchemaCollection, ref connectors.Reference) bool {
	return ref.ByRow && ref.OnDelete != "cascade" && ref.OnDelete != "set null" && !slices.ContainsFunc(ref.Fields, func(f string) bool {
		col := column(child, f)
		return col == nil || !col.NotNull && !col.Generated && !slices.Contains(child.Key, f)
	})
}

// reaches says whether a way of one step or more leads from one to the other.
func reaches(holds map[*datamap.Collection][]*datamap.Collection, from, to *datamap.Collection) bool {
	seen, left := map[*datamap.Collection]bool{}, slices.Clone(holds[from])
	for len(left) > 0 {
		c := left[0]
		left = left[1:]
		if c == to {
			return true
		}
		if !seen[c] {
			seen[c] = true
			left = append(left, holds[c]...)
		}
	}
	return false
}
