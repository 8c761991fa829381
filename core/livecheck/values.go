package livecheck

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// notNull reports columns that the map would empty and the store does not let go.
func (v *view) notNull(c *datamap.Collection, t *connectors.SchemaCollection) {
	held := func(name string) bool {
		f := column(t, name)
		return f != nil && f.NotNull && !f.Generated
	}
	if c.Erase.Mode == "anonymise" {
		for _, f := range c.Fields {
			a, named := c.Erase.Fields[f.Name]
			if held(f.Name) && (!named || a.How == "null") && !slices.Contains(c.Key, f.Name) && !ofItsOwn(f) {
				v.error(f.Pos, f.Name+": { set: … }, placeholder or keep under anonymise:", "%s.%s is NOT NULL, and anonymising makes it NULL", c.Name, f.Name)
			}
		}
	}
	for _, f := range c.Fields {
		if held(f.Name) && len(f.Rules) > 0 && f.Edge == nil && !slices.Contains(c.Key, f.Name) && c.Placeholder[f.Name] == "" && !ofItsOwn(f) {
			v.error(f.Pos, "a column that allows NULL, or "+f.Name+": … in the placeholder", "%s.%s ends by its own purpose, and is NOT NULL", c.Name, f.Name)
		}
	}
	for _, e := range c.Edges {
		if e.Rights() || e.Leave != "null" || e.Implicit {
			continue
		}
		for _, f := range e.Fields {
			if held(f) {
				v.error(e.Pos, "leave: placeholder or delete", "%s.%s is NOT NULL, and becomes NULL when the row it names goes", c.Name, f)
			}
		}
	}
	v.shells(c, held)
}

// shells reports columns of rows that stay only because they lead to kept ones, and that cannot be emptied.
func (v *view) shells(c *datamap.Collection, held func(string) bool) {
	if c.Erase.Mode != "delete" || !mayBeShell(c) {
		return
	}
	stays := map[string]bool{}
	for _, k := range c.Key {
		stays[k] = true
	}
	for _, e := range append(slices.Clone(c.Edges), c.Onward...) {
		for _, side := range []struct {
			c      *datamap.Collection
			fields []string
		}{{e.From, e.Fields}, {e.To, e.ToFields}, {e.To, e.Needs}} {
			if side.c == c {
				for _, f := range side.fields {
					stays[f] = true
				}
			}
		}
	}
	for _, f := range c.Fields {
		if _, stands := c.Placeholder[f.Name]; held(f.Name) && !stays[f.Name] && !stands && f.Counts == nil && !ofItsOwn(f) {
			v.error(f.Pos, "placeholder: { "+f.Name+": … } on "+c.Name, "%s.%s is NOT NULL, and a row that stays as a shell has to let it go", c.Name, f.Name)
		}
	}
}

// collisions reports unique keys under which rows cannot be made alike.
func (v *view) collisions(c *datamap.Collection, t *connectors.SchemaCollection) {
	keys := t.Unique
	if len(t.Key) > 0 {
		keys = append([][]string{t.Key}, keys...)
	}
	for _, u := range keys {
		if c.Erase.Mode == "anonymise" {
			switch made, kept := alike(c, u); {
			case made > 0 && kept == 0:
				v.error(c.Pos, "placeholder: { each: true } gives each row one of its own, or null", "%s of %s is unique, and every anonymised row would have the same", commas(u), c.Name)
			case made > 0 && kept > 0:
				v.warn(c.Pos, "placeholder: { each: true } gives each row one of its own, or null", "%s of %s is unique, and anonymised rows that differ only in what is taken away would collide", commas(u), c.Name)
			}
		}
		for _, e := range c.Edges {
			switch {
			case e.Leave != "placeholder" || e.To == nil:
			case subset(u, e.Fields):
				v.error(e.Pos, "leave: null, or delete", "%s of %s is unique, and only one row could refer to the placeholder of %s", commas(u), c.Name, e.To.Name)
			case subset(e.Fields, u):
				v.warn(e.Pos, "leave: null, or delete", "%s of %s is unique, and of rows that are else alike only one could refer to the placeholder of %s", commas(u), c.Name, e.To.Name)
			}
		}
	}
}

// alike counts the columns of a unique key that anonymising gives the same value in every row, and those it leaves as they may be alike in two. Where
// one becomes NULL, which is unlike any other, or has a text of its own, there is nothing to collide.
func alike(c *datamap.Collection, unique []string) (made, kept int) {
	for _, f := range unique {
		a, named := c.Erase.Fields[f]
		field := c.Field(f)
		switch {
		case named && (a.How == "set" || a.How == "placeholder" && (field == nil || !ofItsOwn(field))):
			made++
		case named && a.How != "null" && a.How != "placeholder", !named && (field == nil || slices.Contains(c.Key, f)):
			kept++
		default:
			return 0, 0
		}
	}
	return made, kept
}

// ofItsOwn says whether the map gives each row a text of its own here (placeholder: each).
func ofItsOwn(f *datamap.Field) bool {
	_, fixed := f.Collection.Placeholder[f.Name]
	return f.Collection.Each && !fixed && f.Edge == nil
}

func subset(a, of []string) bool {
	for _, x := range a {
		if !slices.Contains(of, x) {
			return false
		}
	}
	return len(a) > 0
}
