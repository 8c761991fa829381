package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// content is what a collection holds, by key.
type content map[*coll]map[string]map[string]any

// after is what every collection holds when the work is done.
func (v *verdict) after() content {
	out := content{}
	for _, c := range v.e.colls {
		out[c] = map[string]map[string]any{}
		for i, r := range c.rows {
			a := at{c, i}
			var now map[string]any
			switch v.fate(a) {
			case "deleted":
				continue
			case "anonymised":
				now = v.anonymous(a)
			case "shell":
				now = v.reduced(a)
			case "held":
				now = maps.Clone(r.v)
				v.clearFields(a, now)
			default:
				now = maps.Clone(r.v)
			}
			out[c][c.keyOf(r)] = now
		}
	}
	for _, x := range v.e.edges() {
		v.cut(x, out)
	}
	v.standIns(out)
	v.recount(out)
	return out
}

func (v *verdict) anonymous(a at) map[string]any {
	now := maps.Clone(a.row().v)
	for _, name := range a.c.mapped() {
		if _, named := a.c.anon[name]; named || !slices.Contains(a.c.key, name) {
			now[name] = a.c.becomes(name, now[name])
		}
	}
	return now
}

// becomes is what an anonymised row holds in a field that held v.
func (c *coll) becomes(name string, v any) any {
	how := c.anon[name]
	text, set := strings.CutPrefix(how, "set ")
	switch {
	case how == "keep":
		return v
	case set:
		return text
	case how == "year", how == "month":
		return cutDate(v, how)
	case how == "placeholder":
		x := c.field(name).edge
		return x.to.placeholder[x.toFields[0]]
	}
	return nil
}

func cutDate(v any, how string) any {
	if _, _, ok := day(v); !ok {
		return nil
	}
	s := v.(string)
	head := s[:4] + "-01-01"
	if how == "month" {
		head = s[:7] + "-01"
	}
	return head + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return '0'
		}
		return r
	}, s[10:])
}

// stays are the columns of c that edges to rows that stay use, or that such rows need.
func (v *verdict) stays(c *coll) []string {
	out := slices.Clone(c.key)
	some := func(of *coll) bool {
		for i := range of.rows {
			if f := v.fate(at{of, i}); f == "held" || f == "shell" {
				return true
			}
		}
		return false
	}
	for _, x := range v.e.edges() {
		if !x.rights() {
			continue
		}
		far := x.child()
		needs := x.needs
		if x.child() == c && x.parent() != c {
			far, needs = x.parent(), nil
		}
		if (x.parent() == c || x.child() == c) && some(far) {
			out = append(append(out, x.uses(c)...), needs...)
		}
	}
	return out
}

// uses are the columns of c an edge speaks of, its condition and time included.
func (x *edge) uses(c *coll) []string {
	var out []string
	if x.from == c {
		out = append(out, x.fields...)
		if x.when != nil {
			out = append(out, x.when.field)
		}
		if x.during != nil {
			out = append(out, x.during[0])
		}
	}
	if x.to == c {
		out = append(out, x.toFields...)
		if x.during != nil {
			out = append(out, x.during[1:]...)
		}
	}
	return out
}

// told are the columns by which fields with a purpose of their own that still runs tell it, other than field but.
func (v *verdict) told(c *coll, but *field) []string {
	var out []string
	for _, f := range c.fields {
		held := false
		for i := range c.rows {
			a := at{c, i}
			held = held || v.mine[a] && !v.shared[a] && v.fieldHeld(a, f)
		}
		if !held || but != nil && fmt.Sprint(rulesYAML(c, f.rules)) == fmt.Sprint(rulesYAML(c, but.rules)) {
			continue
		}
		for _, r := range f.rules {
			out = append(out, v.tells(r)...)
		}
	}
	return out
}

// tells are the columns of its own row a rule that may hold speaks of.
func (v *verdict) tells(r *rule) []string {
	var out []string
	if !v.always(r) && v.ended(r.purpose) {
		return nil
	}
	if r.when != nil {
		out = append(out, r.when.field)
	}
	if r.date != nil && r.date.of == nil && !v.always(r) {
		out = append(out, r.date.field)
	}
	return out
}

// reduced is what is left of a shell: its key, what edges use and kept rows need, fields that are kept for themselves.
func (v *verdict) reduced(a at) map[string]any {
	now := maps.Clone(a.row().v)
	stay := append(v.of(a).stays(a.c), v.of(a).told(a.c, nil)...)
	for _, name := range a.c.mapped() {
		if f := a.c.field(name); f != nil && len(f.rules) > 0 {
			continue
		}
		if !slices.Contains(stay, name) {
			now[name] = a.c.becomes(name, now[name])
		}
	}
	v.clearFields(a, now)
	return now
}

// clearFields empties fields whose own purpose has ended, inside a row that stays.
func (v *verdict) clearFields(a at, now map[string]any) {
	stay := v.of(a).stays(a.c)
	for i := range a.c.rows {
		if v.of(a).fate(at{a.c, i}) == "held" {
			for _, r := range a.c.rules {
				stay = append(stay, v.tells(r)...)
			}
			break
		}
	}
	for _, f := range a.c.fields {
		if len(f.rules) > 0 && !v.fieldHeld(a, f) && !slices.Contains(stay, f.name) && !slices.Contains(v.of(a).told(a.c, f), f.name) && v.inScope(a.c) {
			now[f.name] = nil
		}
	}
}

// cutting says whether row s of x's collection stays and what it refers to over x is deleted and stands nowhere else.
func (v *verdict) cutting(x *edge, s at) bool {
	if f := v.fate(s); f == "deleted" || f == "anonymised" || x.leave == "keep" || !v.inScope(x.from) {
		return false
	} else if f == "shell" && !slices.Contains(v.of(s).stays(x.from), x.fields[0]) {
		return false
	}
	gone := false
	for i := range x.to.rows {
		t := at{x.to, i}
		if !over(x, s.row(), t.row()) {
			continue
		}
		if v.fate(t) != "deleted" {
			return false
		}
		gone = true
	}
	return gone
}

// cut treats the references over x to rows that are deleted.
func (v *verdict) cut(x *edge, out content) {
	for i, r := range x.from.rows {
		s := at{x.from, i}
		if !v.cutting(x, s) {
			continue
		}
		now := out[x.from][x.from.keyOf(r)]
		mine := v.fate(s) == "held" || v.fate(s) == "shell"
		if x.leave == "delete" && !mine {
			delete(out[x.from], x.from.keyOf(r))
			continue
		}
		for j, f := range x.fields {
			now[f] = nil
			if x.leave == "placeholder" {
				now[f] = x.to.placeholder[x.toFields[j]]
			}
		}
	}
}

// stuck finds what no treatment can do: a reference to a deleted row that is part of the key of one that stays.
func (v *verdict) stuck() {
	for _, x := range v.e.edges() {
		for i := range x.from.rows {
			inKey := slices.ContainsFunc(x.fields, func(f string) bool { return slices.Contains(x.from.key, f) })
			s := at{x.from, i}
			if inKey && v.cutting(x, s) && (x.leave != "delete" || v.fate(s) == "held" || v.fate(s) == "shell") {
				v.blocked = fmt.Sprintf("%s.%v is of the key of a row that stays, and names one that goes", x.from.name, x.fields)
			}
		}
	}
}

// recount sets the counters of rows that stay whole, and of shells the counted rows are still joined to.
func (v *verdict) recount(out content) {
	for _, c := range v.e.colls {
		for _, f := range c.fields {
			if f.counts == nil || !v.inScope(c) {
				continue
			}
			for i, r := range c.rows {
				now := out[c][c.keyOf(r)]
				a := at{c, i}
				if fate := v.fate(a); now == nil || fate == "anonymised" || fate == "shell" && !v.of(a).counts(c, f) {
					continue
				}
				now[f.name] = v.countIn(c, f, now, out)
			}
			if c.placeholder != nil {
				v.countArrivals(c, f, out)
			}
		}
	}
}

// countArrivals sets the counter of a placeholder person that is new, if rows name it: those that are not told of any are not counted.
func (v *verdict) countArrivals(c *coll, f *field, out content) {
	r := row{v: map[string]any{}}
	for k, text := range c.placeholder {
		r.v[k] = text
	}
	now := out[c][c.keyOf(r)]
	if now == nil || slices.ContainsFunc(c.rows, func(x row) bool { return c.keyOf(x) == c.keyOf(r) }) {
		return
	}
	if n := v.countIn(c, f, now, out); n > 0 {
		now[f.name] = n
	}
}

// counts says whether a counter of a shell goes on counting: the columns it counts by are left, and the map does not say what it becomes.
func (v *verdict) counts(c *coll, f *field) bool {
	if _, named := c.anon[f.name]; named {
		return false
	}
	stay := v.stays(c)
	for _, x := range v.e.edges() {
		by := x.toFields
		if x.from == c {
			by = x.fields
		}
		if x.from == c && x.to == f.counts || x.from == f.counts && x.to == c {
			return !slices.ContainsFunc(by, func(name string) bool { return !slices.Contains(stay, name) })
		}
	}
	return false
}

func (v *verdict) countIn(c *coll, f *field, now map[string]any, out content) int64 {
	var n int64
	for _, x := range v.e.edges() {
		for _, s := range out[f.counts] {
			if x.from == c && x.to == f.counts && joined(x, row{v: now}, row{v: s}) || x.from == f.counts && x.to == c && joined(x, row{v: s}, row{v: now}) {
				n++
			}
		}
	}
	return n
}

// standIns adds the placeholder persons that references now name.
func (v *verdict) standIns(out content) {
	for _, x := range v.e.edges() {
		if x.to.placeholder == nil || !v.inScope(x.to) {
			continue
		}
		needed := false
		for i := range x.from.rows {
			a := at{x.from, i}
			needed = needed || (v.fate(a) == "anonymised" || v.fate(a) == "shell") && x.from.erase == "anonymise" && x.on != "" && x.from.anon[x.on] == "placeholder" || x.leave == "placeholder" && v.cutting(x, a)
		}
		if !needed {
			continue
		}
		r := row{v: map[string]any{}}
		for k, text := range x.to.placeholder {
			r.v[k] = text
		}
		if out[x.to][x.to.keyOf(r)] == nil {
			out[x.to][x.to.keyOf(r)] = r.v
		}
	}
}
