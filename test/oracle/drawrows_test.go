package oracle

import (
	"fmt"
	"slices"
)

// Three persons; the first is the one who asks. Two of them share an e-mail.
var people = []map[string]string{
	{"pid": "P1001", "uno": "U-1", "email": "dom@x.pl", "nick": "ala"},
	{"pid": "P1002", "uno": "U-2", "email": "dom@x.pl", "nick": "ola"},
	{"pid": "P1003", "uno": "U-3", "email": "inny@x.pl", "nick": "ala"},
}

var dates = []any{"2004-02-29", "2012-03-10", "2001-01-01", "2014-07-30", "2009-09-09", nil, nil, "", "0000-00-00", "jutro", "2031-05-05", "2016-11-05", "2016-11-06", "2016-11-07",
	"2019-06-01", "2019-12-31", "2020-01-01", "2020-12-31", "2020-12-31T23:30:00Z", "2021-01-01", "2025-11-05", "2025-11-06", "2026-08-05", "2026-08-06", "2026-10-06", "2026-10-07",
	"2026-11-05", "2026-11-06", "2026-11-06 08:00:00"}

func (d dice) rows(e *estate) {
	household := d.chance(50, "household")
	for _, c := range e.colls {
		n := 1 + d.upTo(5, "rows of "+c.name)
		for i := range n {
			r := row{v: map[string]any{"name": fmt.Sprintf("n%s%d", c.name, i), "note": nil, "code": nil}, who: []int{0, 0, 0, 0, 0, 1, 1, 1, 2, -1}[d.hundred("who")/10]}
			if d.chance(80, "note") {
				r.v["note"] = fmt.Sprintf("w%d", i)
			}
			r.v["st"] = pick(d, []any{"a", "b", "c", nil}, "st")
			r.v["d1"], r.v["d2"] = d.date("d1"), d.date("d2")
			if d.chance(80, "code") {
				r.v["code"] = fmt.Sprintf("c%d", 1+d.upTo(2, "code"))
			}
			for j, k := range c.key {
				if k == "k2" {
					r.v[k] = pick(d, []string{"x", "y"}, "k2")
				} else if k == "tid" {
					r.v[k] = fmt.Sprintf("r%d", i+1)
				} else if c.field(k) == nil {
					r.v[k] = int64(i + 1)
				}
				_ = j
			}
			for _, f := range c.idents() {
				r.v[f.name] = d.ident(f.ident, r.who, household)
			}
			c.rows = append(c.rows, r)
		}
	}
	for _, c := range e.colls {
		for i := range c.rows {
			for _, x := range c.edges {
				d.point(x, c.rows[i])
			}
		}
		c.distinct()
	}
	e.count()
}

// date prefers dates that say something.
func (d dice) date(what string) any {
	if d.chance(45, what+" long ago") {
		return dates[d.upTo(4, what)]
	}
	return dates[d.hundred(what)%len(dates)]
}

func (d dice) ident(kind string, who int, household bool) any {
	switch n := d.hundred(kind); {
	case n < 5:
		return sentinels[kind] // "" where the kind has none
	case n < 10:
		return ""
	case n < 20 || who < 0:
		return nil
	}
	if kind == "email" && who == 1 && !household {
		return "zona@x.pl"
	}
	if d.chance(1, "wrong person") {
		who = (who + 1) % len(people)
	}
	return people[who][kind]
}

// point gives the fields of an edge a value: of a row of the same person mostly, of any, of none.
func (d dice) point(x *edge, r row) {
	if x.implicit {
		return // the key itself
	}
	var near []row
	for _, t := range x.to.rows {
		if t.who == r.who {
			near = append(near, t)
		}
	}
	n := 99 - d.hundred("points")
	key := slices.ContainsFunc(x.fields, func(f string) bool { return slices.Contains(x.from.key, f) })
	switch {
	case n >= 94 && !key:
		for _, f := range x.fields {
			r.v[f] = nil
		}
		return
	case n >= 90 && !key:
		for i, f := range x.fields {
			r.v[f] = "nic"
			if x.to.isNumber(x.toFields[i]) {
				r.v[f] = int64(777)
			}
		}
		return
	case n >= 70 || len(near) == 0:
		near = x.to.rows
	}
	t := pick(d, near, "at")
	for i, f := range x.fields {
		r.v[f] = t.v[x.toFields[i]]
	}
}

// distinct drops rows whose key stands already or has a gap.
func (c *coll) distinct() {
	seen := map[string]bool{}
	c.rows = slices.DeleteFunc(c.rows, func(r row) bool {
		gap := slices.ContainsFunc(c.key, func(k string) bool { return r.v[k] == nil || r.v[k] == "" })
		k := c.keyOf(r)
		gone := gap || seen[k]
		seen[k] = true
		return gone
	})
}

// count sets every counter right.
func (e *estate) count() {
	for _, c := range e.colls {
		for _, f := range c.fields {
			if f.counts == nil {
				continue
			}
			for _, r := range c.rows {
				r.v[f.name] = e.counted(c, f, r)
			}
		}
	}
}

// counted is the number of rows a counter counts: those joined to r over the one edge between the two.
func (e *estate) counted(c *coll, f *field, r row) int64 {
	var n int64
	for _, x := range e.edges() {
		for _, s := range f.counts.rows {
			if x.from == c && x.to == f.counts && joined(x, r, s) || x.from == f.counts && x.to == c && joined(x, s, r) {
				n++
			}
		}
	}
	return n
}

// ask draws the request: mostly one that names the person rightly.
func (d dice) ask(e *estate) {
	a := &e.ask
	add := func(kind string, who int, verified bool) {
		a.ids = append(a.ids, given{kind, people[who][kind], verified})
	}
	if d.chance(80, "by pid") {
		add("pid", 0, !d.chance(5, "pid unverified"))
	}
	if d.chance(30, "by uno") {
		add("uno", 0, !d.chance(10, "uno unverified"))
	}
	if d.chance(45, "by email") || len(a.ids) == 0 {
		add("email", 0, !d.chance(25, "email unverified"))
	}
	if d.chance(10, "by nick") {
		add("nick", 0, d.chance(60, "nick verified"))
	}
	if d.chance(3, "another's number too") {
		add("uno", 1, true)
	}
	if d.chance(2, "two numbers") {
		add("pid", 2, true)
	}
	slices.SortStableFunc(a.ids, func(x, y given) int { return len(x.kind) - len(y.kind) })
	a.ground = pick(d, []string{"art17_1_a", "art17_1_a", "art17_1_b", "art17_1_c", "art17_1_d", "art17_1_e", "art17_1_f"}, "ground")
	if d.chance(20, "scope of purposes") {
		a.purposes = []string{pick(d, purposes, "in scope").name, pick(d, purposes, "in scope").name}
	}
	if d.chance(12, "scope of systems") {
		a.systems = []string{pick(d, e.systems, "in scope").name}
	}
	if d.chance(15, "keep") {
		a.keep = pick(d, purposes, "kept").name
	}
}
