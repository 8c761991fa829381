package oracle

import (
	"slices"
)

// inScope says whether the request reaches the system of c.
func (v *verdict) inScope(c *coll) bool {
	return len(v.e.ask.systems) == 0 || slices.Contains(v.e.ask.systems, c.sys.name)
}

// ended says whether the ground ends a purpose whatever its dates (art. 17(1)).
func (v *verdict) ended(p *purpose) bool {
	f := slices.Contains(p.bases, "art6_1_f")
	consent := slices.Equal(p.bases, []string{"art6_1_a"})
	switch v.e.ask.ground {
	case "art17_1_b", "art17_1_f":
		return consent
	case "art17_1_c":
		return f && p.exception == ""
	case "art17_1_d", "art17_1_e":
		return p.exception == ""
	}
	return false
}

// keeps says whether a rule holds row a, which is of the collection the rule's fields are of.
func (v *verdict) keeps(r *rule, a at) bool {
	p := r.purpose
	if !r.when.holds(a.row()) {
		return false
	}
	switch {
	case len(v.e.ask.purposes) > 0 && !slices.Contains(v.e.ask.purposes, p.name), p.processor, p.hold, v.e.ask.keep == p.name:
		return true
	case v.ended(p):
		return false
	case r.date == nil:
		return true
	case r.date.of == nil:
		return runs(r, a.row().v[r.date.field])
	}
	none := true
	for i := range r.date.of.rows {
		b := at{r.date.of, i}
		if !v.dates(r, a, b) {
			continue
		}
		none = false
		if runs(r, b.row().v[r.date.field]) {
			return true
		}
	}
	return none && !r.skip
}

// dates says whether b's date counts for a: over the edge between them where one store sees both, else every row
// of the person.
func (v *verdict) dates(r *rule, a, b at) bool {
	x := r.date.over
	if x == nil || x.from.sys != x.to.sys || x.during != nil {
		return v.mine[b]
	}
	if x.from == a.c {
		return over(x, a.row(), b.row())
	}
	return over(x, b.row(), a.row())
}

// runs says whether the period of a rule still runs from a date. What is unknown never lapses; NULL has not begun.
func runs(r *rule, date any) bool {
	if date == nil {
		return !r.skip
	}
	t, _, ok := day(date)
	if !ok {
		return true
	}
	if r.until {
		y, m, d := t.In(warsaw).Date()
		return number(y, int(m), d) >= today()
	}
	return t.After(asOf) || r.purpose.lastDay(t) >= today()
}

// held says whether a purpose keeps a row: a rule of its own, its owner's, or, of a copy, its source's.
func (v *verdict) held(a at) bool {
	if h, done := v.heldMemo[a]; done {
		return h
	}
	h := v.isHeld(a)
	v.heldMemo[a] = h
	return h
}

func (v *verdict) isHeld(a at) bool {
	c := a.c
	switch {
	case !v.inScope(c):
		return true
	case c.erase == "keep":
		return true
	case c.derived != nil:
		return v.heldCopy(a)
	case len(c.rules) > 0:
		return slices.ContainsFunc(c.rules, func(r *rule) bool { return v.keeps(r, a) })
	}
	return slices.ContainsFunc(v.e.owners(c, false), func(x *edge) bool { return v.heldOwner(x, a) })
}

func (v *verdict) heldOwner(x *edge, a at) bool {
	for i := range x.parent().rows {
		p := at{x.parent(), i}
		if owns(x, p.row(), a.row()) && (x.from.sys == x.to.sys || v.mine[p]) && v.held(p) {
			return true
		}
	}
	return false
}

// heldCopy: with the row it hangs on, where that is the source; by the source's dates, where it carries them; else it
// stays only while nothing of the source goes.
func (v *verdict) heldCopy(a at) bool {
	c, source := a.c, a.c.derived
	up := v.e.owners(c, false)
	if i := slices.IndexFunc(up, func(x *edge) bool { return x.parent() == source }); i >= 0 {
		return slices.ContainsFunc(up, func(x *edge) bool { return x.parent() == source && v.heldOwner(x, a) })
	}
	if !v.inScope(source) || source.erase == "keep" {
		return true
	}
	local := func(r *rule) bool { return r.date == nil || r.date.of == nil }
	if len(source.rules) > 0 && !slices.ContainsFunc(source.rules, func(r *rule) bool { return !local(r) && !v.always(r) && !v.ended(r.purpose) }) {
		return slices.ContainsFunc(source.rules, func(r *rule) bool { return v.keeps(r, a) })
	}
	for i := range source.rows {
		if s := (at{source, i}); v.mine[s] && !v.shared[s] && !v.held(s) {
			return false
		}
	}
	return true
}

func (v *verdict) always(r *rule) bool {
	p := r.purpose
	return len(v.e.ask.purposes) > 0 && !slices.Contains(v.e.ask.purposes, p.name) || p.processor || p.hold || v.e.ask.keep == p.name
}

// fieldHeld says whether a field with a purpose of its own is kept by it.
func (v *verdict) fieldHeld(a at, f *field) bool {
	return a.row().v[f.name] != nil && slices.ContainsFunc(f.rules, func(r *rule) bool { return v.keeps(r, a) })
}
