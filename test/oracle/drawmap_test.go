package oracle

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// purposes of every drawn map.
var purposes = []*purpose{
	{name: "members", bases: []string{"art6_1_c"}, n: 10, unit: "years", exception: "art17_3_b"},
	{name: "books", bases: []string{"art6_1_c"}, n: 5, unit: "years", yearEnd: true, exception: "art17_3_b"},
	{name: "claims", bases: []string{"art6_1_f"}, n: 6, unit: "years", yearEnd: true, exception: "art17_3_e"},
	{name: "risk", bases: []string{"art6_1_f"}, n: 1, unit: "years"},
	{name: "orders", bases: []string{"art6_1_b"}, n: 3, unit: "months"},
	{name: "visits", bases: []string{"art6_1_b"}, n: 30, unit: "days"},
	{name: "news", bases: []string{"art6_1_a"}},
	{name: "suit", bases: []string{"art6_1_f"}, n: 1, unit: "years", hold: true},
	{name: "hosted", bases: []string{"art6_1_b"}, n: 1, unit: "years", processor: true},
	{name: "ongoing", bases: []string{"art6_1_b"}, criterion: true},
}

// dice draws with names rapid can show.
type dice struct{ t *rapid.T }

func (d dice) chance(percent int, what string) bool { return d.hundred(what) < percent }

// hundred is evenly spread over 0 to 99; rapid prefers small numbers. It shrinks to 99.
func (d dice) hundred(what string) int {
	return 99 - rapid.IntRange(0, 999).Draw(d.t, what)*617%1000/10
}

func (d dice) upTo(n int, what string) int { return rapid.IntRange(0, n).Draw(d.t, what) }

func pick[T any](d dice, from []T, what string) T {
	return from[rapid.IntRange(0, len(from)-1).Draw(d.t, what)]
}

func drawEstate(t *rapid.T) *estate {
	d := dice{t}
	e := &estate{}
	for i := range pick(d, []int{1, 2, 2, 3}, "systems") {
		e.systems = append(e.systems, &system{name: "s" + string(rune('a'+i))})
	}
	n := len(e.systems) + 1 + d.upTo(6, "collections")
	for i := range n {
		s := e.systems[min(i, len(e.systems)-1)]
		if i >= len(e.systems) {
			s = pick(d, e.systems, "system")
		}
		c := &coll{sys: s, name: fmt.Sprintf("t%d", i), erase: "delete"}
		s.colls = append(s.colls, c)
		e.colls = append(e.colls, c)
		d.base(c)
		d.place(e, c, i)
	}
	for i, c := range e.colls {
		d.references(e, c, i)
	}
	for _, x := range e.edges() { // a map in which rows hang on what goes along is refused
		if x.leave == "delete" && e.pointedAt(x.from) {
			x.leave = "null"
		}
	}
	for _, c := range e.colls {
		d.purposes(e, c)
		d.manner(e, c)
	}
	d.counters(e)
	d.rows(e)
	d.ask(e)
	return e
}

// base gives every collection the same plain columns.
func (d dice) base(c *coll) {
	for _, f := range [][2]string{{"name", "identity.name.given"}, {"note", "contact.address"}, {"st", "account.status"}, {"d1", "preference.topic"}, {"d2", "preference.topic"}, {"code", "preference.topic"}} {
		c.fields = append(c.fields, &field{name: f[0], category: f[1]})
	}
	switch d.upTo(9, "key") {
	case 9, 8:
		c.key = []string{"k1", "k2"}
	case 7:
		c.key = []string{"tid"}
	default:
		c.key = []string{"id"}
	}
}

// place says how the person leads to c: by its identifiers, over edges, or as a copy.
func (d dice) place(e *estate, c *coll, i int) {
	kinds := []string{"child", "child", "child", "root", "link", "both", "copy"}
	kind := "root"
	if i > 0 {
		kind = pick(d, kinds, "kind")
	}
	earlier := e.colls[:i]
	switch kind {
	case "root":
		d.idents(c, false)
	case "both":
		d.idents(c, true)
		d.ownedBy(e, c, pick(d, earlier, "owner"))
	case "child":
		for range 1 + d.upTo(1, "owners") {
			d.ownedBy(e, c, pick(d, earlier, "owner"))
		}
	case "link":
		a, b := pick(d, earlier, "owner"), pick(d, earlier, "other end")
		if len(a.key) > 1 || len(b.key) > 1 || a == b || b.derived != nil {
			d.ownedBy(e, c, a)
			break
		}
		x := e.single(c, "owned_by", a, "")
		verb := "owned_by"
		if d.chance(60, "link owns") {
			verb = "owns"
		}
		y := e.single(c, verb, b, "")
		c.key = []string{x.fields[0], y.fields[0]}
	case "copy":
		c.derived = pick(d, earlier, "source")
		if c.derived.derived != nil {
			c.derived = c.derived.derived
		}
		switch own := e.owners(c.derived, false); {
		case d.chance(40, "copy by key") && c.derived.plainKey():
			c.key = c.derived.key
			x := &edge{verb: "owned_by", from: c, fields: c.key, to: c.derived, toFields: c.derived.key, leave: "null", needs: c.derived.key, implicit: true}
			c.edges = append(c.edges, x)
		case d.chance(50, "copy by its source's owner") && len(own) > 0 && own[0].during == nil && own[0].verb == "owned_by":
			d.ownedBy(e, c, own[0].to)
		default:
			d.ownedBy(e, c, c.derived)
		}
	}
	if kind != "copy" && d.chance(15, "self") {
		d.edge(e, c, "owned_by", c)
	}
}

func (d dice) idents(c *coll, mild bool) {
	kinds := []string{"pid", "uno", "email", "nick"}
	for _, k := range kinds {
		p := map[string]int{"pid": 55, "uno": 40, "email": 45, "nick": 15}[k]
		if mild && unique[k] {
			p /= 3
		}
		if d.chance(p, "has "+k) {
			c.fields = append(c.fields, &field{name: "i_" + k, ident: k})
		}
	}
	if len(c.idents()) == 0 {
		c.fields = append(c.fields, &field{name: "i_pid", ident: "pid"})
	}
	c.onePerson = d.chance(10, "one person per value")
}

// ownedBy gives c an owner, said on either side.
func (d dice) ownedBy(e *estate, c, owner *coll) {
	if d.chance(25, "owns") && c != owner {
		d.edge(e, owner, "owns", c)
		return
	}
	x := d.edge(e, c, "owned_by", owner)
	if len(x.fields) == 1 && x.toFields[0] == "code" && d.chance(60, "during") {
		x.during = []string{"d1", "d1", "d2"}
	}
}

// edge declares an edge from a collection to another's key, or sometimes to its column code.
func (d dice) edge(e *estate, from *coll, verb string, to *coll) *edge {
	var x *edge
	switch {
	case d.chance(15, "by code"):
		x = e.single(from, verb, to, "code")
	case len(to.idents()) > 0 && d.chance(15, "by identifier"):
		x = e.single(from, verb, to, to.idents()[0].name)
	case len(to.key) > 1:
		x = &edge{verb: verb, from: from, to: to, toFields: to.key, leave: "null", listed: true}
		for i := range to.key {
			x.fields = append(x.fields, fmt.Sprintf("e%d%c", len(from.edges), 'a'+i))
		}
		from.edges = append(from.edges, x)
	default:
		x = e.single(from, verb, to, "")
	}
	if d.chance(15, "when") {
		x.when = &when{"st", []string{"a", "b"}}
	}
	if x.rights() && d.chance(30, "needs") {
		x.needs = []string{pick(d, []string{"name", "code"}, "needed")}
	}
	return x
}

// single declares a one-field edge on a field of its own.
func (e *estate) single(from *coll, verb string, to *coll, toField string) *edge {
	name := fmt.Sprintf("e%d", len(from.edges))
	x := &edge{verb: verb, from: from, fields: []string{name}, to: to, toFields: to.key, leave: "null", on: name}
	if toField != "" {
		x.toFields = []string{toField}
	}
	from.edges = append(from.edges, x)
	from.fields = append(from.fields, &field{name: name, category: "preference.topic", edge: x})
	return x
}

// references adds edges without rights, and circles of ownership.
func (d dice) references(e *estate, c *coll, i int) {
	if d.chance(35, "refers") && c.derived == nil {
		x := d.edge(e, c, pick(d, []string{"refers_to", "refers_to", "accessed_by"}, "verb"), pick(d, e.colls, "target"))
		x.leave = pick(d, []string{"null", "null", "keep", "placeholder", "delete"}, "leave")
	}
	if later := e.colls[i+1:]; len(later) > 0 && c.derived == nil && d.chance(12, "circle") {
		to := pick(d, later, "later owner")
		if to.derived == nil {
			d.edge(e, c, "owned_by", to)
		}
	}
}

// pointedAt says whether an edge leads to c or rights lead on from it.
func (e *estate) pointedAt(c *coll) bool {
	return slices.ContainsFunc(e.edges(), func(x *edge) bool { return x.to == c || x.rights() && x.parent() == c })
}

// plainKey says whether the key of c is no field of it.
func (c *coll) plainKey() bool {
	return !slices.ContainsFunc(c.key, func(k string) bool { return c.field(k) != nil })
}
