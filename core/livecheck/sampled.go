package livecheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// sampled says that a store has no schema, and what was looked at instead: what is not found there may be there all the same.
func (v *view) sampled() {
	var of []string
	for _, t := range v.schema.Collections {
		if t.Sampled > 0 && slices.ContainsFunc(v.users[t.Name], readsFields) && !strings.HasSuffix(t.Name, "[]") {
			of = append(of, fmt.Sprintf("%d of %s", t.Sampled, t.Name))
		}
	}
	if len(of) > 0 {
		v.warn(v.system.Pos, "what stands in few of them may not have been seen: ask who writes them", "%s has no schema; rows were looked at: %s", v.system.Name, commas(of))
	}
}

// readsFields says whether a collection is more than documents and where they lie.
func readsFields(c *datamap.Collection) bool {
	return c.Document == nil || slices.ContainsFunc(c.Fields, func(f *datamap.Field) bool { return !inPath(c.At, f.Name) })
}

// unseen reports a field no row that was looked at has. It may stand in others, so that it is not an error.
func (v *view) unseen(at datamap.Pos, c *datamap.Collection, t *connectors.SchemaCollection, field string) {
	names := fieldNames(t)
	hint := "it may stand in others"
	if len(names) > 0 {
		hint += "; they have " + commas(names[:min(len(names), 12)])
	}
	if near := datamap.Near(field, names); near != "" {
		v.said[t.Name+"."+near] = true
		hint = "did you mean " + near + "?"
	}
	v.warn(at, hint, "none of %d rows looked at has %s of %s", t.Sampled, field, c.Name)
}

// around says whether a name of an element's is, or may be, one of the document around it, or of the element itself.
func (v *view) around(c *datamap.Collection, t *connectors.SchemaCollection, name string) bool {
	if !isElement(c) || t.Name != c.At {
		return false
	}
	if strings.HasPrefix(name, "$element") {
		return true
	}
	outer, _, _ := strings.Cut(c.At, ".")
	for i := range v.schema.Collections {
		if d := &v.schema.Collections[i]; d.Name == outer {
			return column(d, name) != nil
		}
	}
	return true
}

// several reports what was found to be an array where one value is mapped, and identifiers and references of several types.
func (v *view) several(c *datamap.Collection, t *connectors.SchemaCollection) {
	if t.Sampled == 0 {
		return
	}
	for _, f := range c.Fields {
		col := column(t, f.Name)
		leads := f.Identifier != nil || f.Edge != nil
		switch {
		case col == nil || !leads:
		case strings.Contains(col.Type, "array") && (f.Identifier == nil || col.Family != connectors.NestedFamily): // that was said
			v.error(f.Pos, fmt.Sprintf("%q: …, a field of each element", f.Name+"[]"), "%s.%s is an array in some document: each of its elements is a value", c.Name, f.Name)
		case strings.Contains(col.Type, " or "):
			v.warn(f.Pos, "one type in all documents", "%s.%s is %s; what compares it by type finds some of them", c.Name, f.Name, col.Type)
		}
	}
}
