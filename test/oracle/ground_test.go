package oracle

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/test/houses"
)

// ground is how a case stands in a database that has types and keys of its own: drawn after the case itself.
type ground struct {
	types   map[*coll]map[string]houses.Type // of dates
	loose   map[*edge]bool                   // its fields are texts whatever they lead to
	foreign map[*coll][]*edge
	unique  map[*coll][]string
}

// ground draws it, and changes dates so that the columns take them. name goes before the tables' names.
func (d dice) ground(e *estate, name string) ground {
	g := ground{types: map[*coll]map[string]houses.Type{}, loose: map[*edge]bool{}, foreign: map[*coll][]*edge{}, unique: map[*coll][]string{}}
	for _, c := range e.colls {
		c.at = name + c.name
		g.types[c] = map[string]houses.Type{}
		for _, f := range []string{"d1", "d2"} {
			g.types[c][f] = pick(d, []houses.Type{houses.Day, houses.Text, houses.Moment}, "type of "+f)
			for _, r := range c.rows {
				r.v[f] = fitting(r.v[f], g.types[c][f])
			}
		}
		if c.mark != "" {
			g.types[c][c.mark] = pick(d, []houses.Type{houses.Text, houses.Moment}, "type of the mark")
		}
		for _, x := range c.edges {
			g.loose[x] = !x.implicit && d.chance(8, "loose")
		}
	}
	for _, c := range e.colls {
		for _, name := range c.columns() {
			if g.typeOf(c, name) != houses.Whole {
				continue
			}
			for _, r := range c.rows {
				if _, text := r.v[name].(string); text { // what names nothing
					r.v[name] = int64(777)
				}
			}
		}
	}
	keys := d.chance(70, "foreign keys")
	for _, c := range e.colls {
		for _, x := range c.edges {
			if keys && d.chance(75, "foreign key") && g.mayRefer(e, x) {
				g.foreign[c] = append(g.foreign[c], x)
			}
		}
		for _, f := range c.idents() {
			if d.chance(40, "unique") && distinctTexts(c, f.name) {
				g.unique[c] = append(g.unique[c], f.name)
			}
		}
	}
	return g
}

// fitting is what a column of a type holds instead of a value: unknown dates are none, and days without a time have one.
func fitting(v any, t houses.Type) any {
	s, is := v.(string)
	if !is || t == houses.Text {
		return v
	}
	s = strings.TrimSuffix(strings.Replace(s, "T", " ", 1), "Z")
	day, clock, _ := strings.Cut(s, " ")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return nil
	}
	if t == houses.Day {
		return day
	}
	if clock == "" {
		clock = "23:15:00"
	}
	return day + " " + clock
}

func (g ground) typeOf(c *coll, name string) houses.Type {
	if t, is := g.types[c][name]; is {
		return t
	}
	for _, x := range c.edges {
		if i := slices.Index(x.fields, name); i >= 0 && !x.implicit {
			if g.loose[x] {
				return houses.Text
			}
			return g.typeOf(x.to, x.toFields[i])
		}
	}
	if f := c.field(name); f != nil && f.counts != nil || f == nil && c.isNumber(name) {
		return houses.Whole
	}
	return houses.Text
}

// mayRefer says whether edge x can be a foreign key: it leads to a key in the same system, all rows have what they name, and no erasure leaves
// a row behind that names what is gone, but where the map says so.
func (g ground) mayRefer(e *estate, x *edge) bool {
	if x.from.sys != x.to.sys || x.when != nil || x.during != nil || x.leave == "keep" || !slices.Equal(x.toFields, x.to.key) {
		return false
	}
	for i, f := range x.fields {
		if g.typeOf(x.from, f) != g.typeOf(x.to, x.toFields[i]) || x.from.anon[f] == "keep" || x.from.placeholder[f] != "" { // the person that stands in would name nobody
			return false
		}
	}
	for _, r := range x.from.rows {
		named := slices.ContainsFunc(x.fields, func(f string) bool { return r.v[f] == nil })
		for _, to := range x.to.rows {
			named = named || !slices.ContainsFunc(x.fields, func(f string) bool {
				return fmt.Sprint(r.v[f]) != fmt.Sprint(to.v[x.toFields[slices.Index(x.fields, f)]])
			})
		}
		if !named {
			return false
		}
	}
	return true
}
