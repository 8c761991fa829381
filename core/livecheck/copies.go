package livecheck

import (
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// triggers reports copies a table may make of itself: what its triggers name as written to, and what triggers there write on.
func (v *view) triggers(c *datamap.Collection, t *connectors.SchemaCollection) {
	by, seen := map[string]string{}, map[string]bool{t.Name: true}
	v.written(c.Name, t, by, seen)
	for _, w := range slices.Sorted(maps.Keys(by)) {
		switch {
		case v.mapped(w) != nil:
			v.warn(c.Pos, "see that an erasure of both does not bring a row back", "trigger %s may write to %s", by[w], w)
		case v.outside(w):
			v.warn(c.Pos, "outside: says it holds no personal data; what it writes there may be", "trigger %s may write to %s, which is outside the map", by[w], w)
		case v.tableOf(w) == nil:
			v.warn(c.Pos, "see where it keeps what it writes", "trigger %s may write to %s, and the store shows no such table", by[w], w)
		default:
			v.said[w] = true
			v.error(c.Pos, "map "+w+", or take the trigger away: it copies the row while it is erased", "trigger %s may write to %s, which no one mapped", by[w], w)
		}
	}
	for _, tr := range distinct(t.Triggers) {
		if v.outside(tr.Name) {
			continue // somebody looked at it
		}
		if tr.Unread {
			v.warn(c.Pos, "see that it keeps no copy of the row, then outside: { "+tr.Name+": why }", "what trigger %s of %s does cannot be read from its text", tr.Name, c.Name)
		}
		if len(tr.Tells) > 0 {
			v.warn(c.Pos, "see that whoever listens keeps no copy, then outside: { "+tr.Name+": why }", "trigger %s of %s tells others of the row: %s", tr.Name, c.Name, commas(tr.Tells))
		}
	}
}

// written gathers the tables that triggers of t may write to, and those of tables nobody mapped, which say nothing of themselves.
func (v *view) written(of string, t *connectors.SchemaCollection, by map[string]string, seen map[string]bool) {
	for _, tr := range t.Triggers {
		for _, w := range tr.Writes {
			there := v.tableOf(w)
			name := w
			if there != nil {
				name = there.Name
			}
			if seen[name] {
				continue
			}
			seen[name], by[name] = true, tr.Name+" of "+of
			if there != nil && v.mapped(name) == nil {
				v.written(there.Name+", where that of "+of+" writes,", there, by, seen)
			}
		}
	}
}

// tableOf is the table of that name, or nil.
func (v *view) tableOf(name string) *connectors.SchemaCollection {
	for i := range v.schema.Collections {
		if t := &v.schema.Collections[i]; !t.View && sameTable(t.Name, name) {
			return t
		}
	}
	return nil
}

// distinct are triggers, each once however many events it fires on.
func distinct(all []connectors.Trigger) []connectors.Trigger {
	return slices.CompactFunc(slices.Clone(all), func(a, b connectors.Trigger) bool { return a.Name == b.Name })
}

// versions reports tables whose rows stay when they are deleted, and tables of which nothing can be taken back.
func (v *view) versions(c *datamap.Collection, t *connectors.SchemaCollection) {
	if t.Versioned {
		v.error(c.Pos, "take the versioning away, and delete what it kept", "%s keeps earlier versions of its rows in the store: what is erased stays there", c.Name)
	}
	if t.Unsafe {
		v.error(c.Pos, "an engine that has transactions", "the engine of %s has no transactions: a rehearsal would erase, and what stops half way stays so", c.Name)
	}
}

// shown reports views that keep what they read, and rows of other servers.
func (v *view) shown() {
	for _, t := range v.schema.Collections {
		if !t.View || v.outside(t.Name) || len(v.users[t.Name]) > 0 {
			continue
		}
		if t.Remote {
			v.warn(v.system.Pos, "make that a system of the map, or say outside: { "+t.Name+": why }", "%s shows rows that another server keeps", t.Name)
		}
		if !t.Copy {
			continue
		}
		if of := v.over(t.Reads); len(of) > 0 {
			v.error(of[0].Pos, "refresh it with each erasure, and say so: outside: { "+t.Name+": … }", "view %s keeps a copy of rows of %s until it is refreshed", t.Name, names(of))
		}
	}
}

// fed reports ways by which changes of mapped tables leave the store.
func (v *view) fed() {
	for _, f := range v.schema.Feeds {
		if v.outside(f.Name) {
			continue
		}
		what := "all changes"
		if f.Collections != nil {
			of := v.over(f.Collections)
			if len(of) == 0 {
				continue
			}
			what = "changes of " + names(of)
		}
		v.warn(v.system.Pos, "map what reads it as a system, or say outside: { "+f.Name+": why }", "%s %s carries %s to whoever reads it, who has the rows before they are erased", f.Kind, f.Name, what)
	}
}

// over are the collections that live in these tables, in the map's order.
func (v *view) over(tables []string) []*datamap.Collection {
	var out []*datamap.Collection
	for _, c := range v.system.Collections {
		if slices.ContainsFunc(tables, func(name string) bool {
			return slices.ContainsFunc(v.tables[c], func(t *connectors.SchemaCollection) bool { return sameTable(t.Name, name) })
		}) {
			out = append(out, c)
		}
	}
	return out
}

func names(of []*datamap.Collection) string {
	var out []string
	for _, c := range of {
		out = append(out, c.Name)
	}
	return strings.Join(out, ", ")
}
