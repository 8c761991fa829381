package oracle

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// asOf is the instant everything is counted from: the morning of 6 November 2026 in Warsaw.
var warsaw = mustZone("Europe/Warsaw")
var asOf = time.Date(2026, 11, 6, 9, 30, 0, 0, warsaw)

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func empty(v any) bool { return v == nil || v == "" }

func same(a, b any) bool { return !empty(a) && !empty(b) && fmt.Sprint(a) == fmt.Sprint(b) }

// joined says whether the edge's fields of two rows agree. Empty values and those that name nobody join nothing.
func joined(x *edge, from, to row) bool {
	for i := range x.fields {
		a, b := from.v[x.fields[i]], to.v[x.toFields[i]]
		if !same(a, b) || nobody(x.from, x.fields[i], a) || nobody(x.to, x.toFields[i], b) {
			return false
		}
	}
	return true
}

// nobody says whether a value of a field is a sentinel of its kind.
func nobody(c *coll, name string, v any) bool {
	f := c.field(name)
	return f != nil && f.ident != "" && v == sentinels[f.ident]
}

func (w *when) holds(r row) bool {
	return w == nil || r.v[w.field] != nil && slices.Contains(w.values, fmt.Sprint(r.v[w.field]))
}

// over says whether the edge leads between two rows: values, condition, time.
func over(x *edge, from, to row) bool {
	if !joined(x, from, to) || !x.when.holds(from) {
		return false
	}
	if x.during == nil {
		return true
	}
	at, _, ok := day(from.v[x.during[0]])
	since, _, ok2 := day(to.v[x.during[1]])
	if !ok || !ok2 || at.Before(since) {
		return false
	}
	end := to.v[x.during[2]]
	if empty(end) {
		return true
	}
	until, whole, ok := day(end)
	if whole {
		until = until.AddDate(0, 0, 1).Add(-1)
	}
	return ok && !at.After(until)
}

// owns says whether parent owns child over x.
func owns(x *edge, parent, child row) bool {
	if x.verb == "owns" {
		return over(x, parent, child)
	}
	return over(x, child, parent)
}

// day reads a date; whole: it has no time of day.
func day(v any) (t time.Time, whole, ok bool) {
	s, is := v.(string)
	if !is {
		return
	}
	if t, err := time.ParseInLocation("2006-01-02", s, warsaw); err == nil {
		return t, true, t.Year() > 1
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, false, true
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04:05", s, warsaw); err == nil {
		return t, false, true
	}
	return
}

// lastDay is the last day of keeping from an instant, as year*10000 + month*100 + day: counted in the calendar by hand.
func (p *purpose) lastDay(from time.Time) int {
	y, m, d := from.In(warsaw).Date()
	if p.yearEnd {
		m, d = 12, 31
	}
	month := int(m)
	switch p.unit {
	case "years":
		y += p.n
	case "months":
		for range p.n {
			if month++; month > 12 {
				y, month = y+1, 1
			}
		}
	case "days":
		for range p.n {
			if d++; d > length(y, month) {
				d = 1
				if month++; month > 12 {
					y, month = y+1, 1
				}
			}
		}
	}
	return number(y, month, min(d, length(y, month)))
}

func number(y, m, d int) int { return y*10000 + m*100 + d }

func today() int {
	y, m, d := asOf.Date()
	return number(y, int(m), d)
}

func length(y, month int) int {
	switch month {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// normal brings the spellings of an identifier together, as far as rows are drawn.
func normal(v any) string { return strings.TrimSpace(fmt.Sprint(v)) }
