package livecheck

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// Against compares a system of the map with the schema of its store. Errors are what would lose data, leave
// it, or stop an erasure half way; warnings are what a person should look at.
func Against(s *datamap.System, schema *connectors.Schema) datamap.Problems {
	v := &view{system: s, schema: schema, tables: map[*datamap.Collection][]*connectors.SchemaCollection{}, users: map[string][]*datamap.Collection{}, said: map[string]bool{}}
	for _, c := range s.Collections {
		for i := range schema.Collections {
			t := &schema.Collections[i]
			if lives(c, t.Name) {
				v.tables[c] = append(v.tables[c], t)
				v.users[t.Name] = append(v.users[t.Name], c)
			}
		}
	}
	for c, tables := range v.tables { // where the elements are listed by themselves, they are what the collection is
		if i := slices.IndexFunc(tables, func(t *connectors.SchemaCollection) bool { return t.Name == c.At }); isElement(c) && i >= 0 {
			v.tables[c] = tables[i : i+1]
		}
	}
	v.sampled()
	for _, c := range s.Collections {
		if len(v.tables[c]) == 0 {
			v.absent(c)
			continue
		}
		for _, t := range v.tables[c] {
			v.table(c, t)
		}
		v.baseDates(c)
	}
	v.cascades()
	v.circles()
	v.shown()
	v.fed()
	v.blocking()
	v.strangers()
	slices.SortStableFunc(v.problems, func(a, b datamap.Problem) int {
		if a.File != b.File {
			return strings.Compare(a.File, b.File)
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Col - b.Col
	})
	return v.problems
}

// view is a system beside its store's schema.
type view struct {
	report
	system *datamap.System
	schema *connectors.Schema
	tables map[*datamap.Collection][]*connectors.SchemaCollection
	users  map[string][]*datamap.Collection // of a table
	said   map[string]bool                  // tables and table.columns a problem has named: what only follows is not said
}

func (v *view) absent(c *datamap.Collection) {
	var names []string
	for _, t := range v.schema.Collections {
		names = append(names, t.Name)
	}
	if isPath(c.At) {
		v.warn(c.Pos, "it may be empty now; at: "+c.At, "nothing in the store is like %s", c.Name)
		return
	}
	hint := "at: …, where it has another name there"
	if near := datamap.Near(c.At, names); near != "" {
		v.said[near] = true
		hint = "did you mean at: " + near + "?"
	}
	v.error(c.Pos, hint, "the store has no %s", c.At)
}

// table compares one collection with one table it lives in.
func (v *view) table(c *datamap.Collection, t *connectors.SchemaCollection) {
	if t.View {
		v.error(c.Pos, "at: the table behind it", "%s is a view: its rows are not stored there", t.Name)
		return
	}
	v.columns(c, t)
	v.unmapped(c, t)
	v.key(c, t)
	v.types(c, t)
	v.several(c, t)
	v.triggers(c, t)
	v.versions(c, t)
	v.notNull(c, t)
	v.collisions(c, t)
	v.indexes(c, t)
	v.compared(c, t)
}

// strangers are tables the map neither maps nor leaves out.
func (v *view) strangers() {
	for _, t := range v.schema.Collections {
		if len(v.users[t.Name]) > 0 || v.outside(t.Name) || t.View || v.said[t.Name] || v.within(t.Name) {
			continue
		}
		v.warn(v.system.Pos, "map it, or say outside: { "+t.Name+": why }", "%s has %s, which is neither mapped nor outside", v.system.Name, t.Name)
	}
}

// within says whether a table is an array in documents that goes with them: it is mapped as a field of theirs, or they are outside the map.
func (v *view) within(table string) bool {
	outer, array, ok := strings.Cut(table, ".")
	if !ok || !strings.HasSuffix(array, "[]") {
		return false
	}
	array = strings.TrimSuffix(array, "[]")
	return v.outside(outer) || slices.ContainsFunc(v.users[outer], func(c *datamap.Collection) bool {
		return c.Field(array) != nil || slices.Contains(c.Ignore, array)
	})
}

func (v *view) outside(table string) bool {
	for name := range v.system.Outside {
		if sameTable(name, table) {
			return true
		}
	}
	return false
}

// mapped is the first collection that lives in a table.
func (v *view) mapped(table string) *datamap.Collection {
	for name, users := range v.users {
		if sameTable(name, table) {
			return users[0]
		}
	}
	return nil
}
