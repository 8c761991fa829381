package oracle

import (
	"fmt"
	"slices"
)

// purposes draws why rows of c are held. A collection without rules has those of its one owner.
func (d dice) purposes(e *estate, c *coll) {
	if c.derived != nil {
		return
	}
	own := e.owners(c, false)
	inherits := len(own) > 0 && d.chance(40, "inherits")
	for _, x := range own {
		if x.parent() != own[0].parent() || slices.Index(e.colls, x.parent()) > slices.Index(e.colls, c) || x.parent().derived != nil {
			inherits = false
		}
	}
	if !inherits {
		for range 1 + d.upTo(1, "rules") {
			r := d.rule(e, c, true)
			if !slices.ContainsFunc(c.rules, func(x *rule) bool { return x.purpose == r.purpose }) {
				c.rules = append(c.rules, r)
			}
		}
	}
	if d.chance(20, "a field's own purpose") {
		r := d.rule(e, c, false)
		c.field("note").rules = []*rule{r}
		if ids := c.idents(); len(ids) > 0 && d.chance(30, "an identifier's own purpose") {
			ids[len(ids)-1].rules = []*rule{d.rule(e, c, false)}
		}
		if d.chance(30, "two fields") {
			c.field("code").rules = []*rule{d.rule(e, c, false)}
		}
	}
}

func (d dice) rule(e *estate, c *coll, elsewhere bool) *rule {
	weighted := []*purpose{purposes[0], purposes[1], purposes[2], purposes[3], purposes[4], purposes[5], purposes[6],
		purposes[0], purposes[1], purposes[2], purposes[3], purposes[4], purposes[5], purposes[6], purposes[3], purposes[4],
		purposes[7], purposes[8], purposes[9]}
	r := &rule{purpose: weighted[d.hundred("purpose")%len(weighted)]}
	if d.chance(20, "rule when") {
		r.when = &when{"st", []string{pick(d, []string{"a", "b"}, "value")}}
	}
	if r.purpose.n == 0 {
		return r
	}
	r.skip = d.chance(35, "skip")
	r.date = &ref{field: pick(d, []string{"d1", "d2"}, "date")}
	r.until = d.chance(15, "until")
	if elsewhere && !r.until && d.chance(25, "date elsewhere") {
		d.elsewhere(e, c, r)
	}
	return r
}

// elsewhere draws the date of a rule from other rows.
func (d dice) elsewhere(e *estate, c *coll, r *rule) {
	of := pick(d, e.colls, "dated by")
	if of.derived != nil {
		return
	}
	if of == c {
		r.date = &ref{field: "d1", of: c, last: true}
		return
	}
	var between []*edge
	for _, x := range e.edges() {
		if x.from == c && x.to == of || x.from == of && x.to == c {
			between = append(between, x)
		}
	}
	switch len(between) {
	case 0:
		r.date = &ref{field: "d1", of: of, last: true}
	case 1:
		r.date = &ref{field: "d1", of: of, over: between[0], last: true}
	}
}

// manner draws what erasure does, and who stands in.
func (d dice) manner(e *estate, c *coll) {
	for _, x := range c.edges {
		if x.leave == "placeholder" {
			x.to.stand()
		}
	}
	switch n := 99 - d.hundred("erase"); {
	case n >= 92:
		c.erase = "keep"
	case n >= 70 && c.derived == nil:
		c.erase, c.anon = "anonymise", map[string]string{}
		for _, f := range []string{"name", "st", "d1", "code"} {
			if d.chance(50, "names "+f) {
				how := map[string]string{"name": "set -", "st": "keep", "d1": pick(d, []string{"year", "month"}, "cut"), "code": "null"}[f]
				c.anon[f] = how
			}
		}
		for _, x := range c.edges {
			for i, f := range x.fields {
				if slices.Contains(c.key, f) {
					c.anon[f] = "keep"
				} else if x.on != "" && d.chance(25, "stands in") && !x.implicit {
					c.anon[f] = "placeholder"
					x.to.stand()
					_ = i
				}
			}
		}
	}
}

// stand gives c a placeholder person.
func (c *coll) stand() {
	if c.placeholder != nil {
		return
	}
	c.placeholder = map[string]string{"name": "nikt", "code": "c0"}
	for _, f := range c.idents() {
		c.placeholder[f.name] = map[string]string{"pid": "P9999", "uno": "U-9", "email": "nikt@x.pl", "nick": "nikt"}[f.ident]
	}
	for i, k := range c.key {
		if c.field(k) == nil && c.isNumber(k) {
			c.placeholder[k] = "900"
		} else {
			c.placeholder[k] = fmt.Sprintf("90%d", i)
		}
	}
}

// isNumber says whether a key column holds numbers.
func (c *coll) isNumber(k string) bool { return k == "id" || k == "k1" }

// counters are drawn where exactly one plain edge joins two collections of one system.
func (d dice) counters(e *estate) {
	for _, c := range e.colls {
		if c.derived != nil || !d.chance(20, "counter") {
			continue
		}
		of := pick(d, c.sys.colls, "counts")
		if of == c || of.derived != nil {
			continue
		}
		var between []*edge
		for _, x := range e.edges() {
			if x.from == c && x.to == of || x.from == of && x.to == c {
				between = append(between, x)
			}
		}
		deletes := slices.ContainsFunc(of.edges, func(x *edge) bool { return x.leave == "delete" })
		if len(between) == 1 && between[0].when == nil && between[0].during == nil && !deletes {
			c.fields = append(c.fields, &field{name: "cnt", counts: of})
		}
	}
}
