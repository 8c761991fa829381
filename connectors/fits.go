package connectors

import (
	"slices"
	"time"
)

// Fits says whether the condition holds of row, whose dates without a zone stand in loc. It looks at
// no other row: a condition that asks for one ([Cond.HasExists]) never fits here; use [Eval].
func (c Cond) Fits(row Row, loc *time.Location) bool {
	return !c.HasExists() && c.holds(row, loc, sameEqual)
}

// HasExists says whether the condition, or one inside it, asks about rows over an edge.
func (c Cond) HasExists() bool {
	return c.Op == Exists || slices.ContainsFunc(c.Kids, Cond.HasExists)
}

// holds is the two-valued logic of every condition but Exists.
func (c Cond) holds(row Row, loc *time.Location, equal func(field string, a, b any) bool) bool {
	v := row[c.Field]
	switch c.Op {
	case And:
		return !slices.ContainsFunc(c.Kids, func(k Cond) bool { return !k.holds(row, loc, equal) })
	case Or:
		return slices.ContainsFunc(c.Kids, func(k Cond) bool { return k.holds(row, loc, equal) })
	case Not:
		return len(c.Kids) == 1 && !c.Kids[0].holds(row, loc, equal)
	case In:
		return v != nil && slices.ContainsFunc(c.Values, func(w any) bool { return w != nil && equal(c.Field, v, w) })
	case IsNull:
		return v == nil
	case Before:
		t, _, ok := Date(v, loc)
		return ok && t.Before(c.Time)
	case Dated:
		_, _, ok := Date(v, loc)
		return ok
	}
	return false
}

// Fits gives the persons for whom row, a row of the selection's collection, is selected, in ascending
// order; none where it is not. It looks at no other row: a Match with Via, and a selection with an
// Exists condition, never fit here; use [Eval]. With All, row is selected for person 0.
func (s Selection) Fits(row Row) []int {
	loc := s.Collection.Location()
	for _, c := range s.Where {
		if !c.Fits(row, loc) {
			return nil
		}
	}
	if s.All {
		return []int{0}
	}
	var persons []int
	for _, m := range s.Any {
		if len(m.Via) > 0 {
			continue
		}
		equal := sameEqual
		if m.Folded {
			equal = foldedEqual
		}
		for _, t := range m.Values {
			if t.fits(m.Fields, row, loc, equal) {
				persons = append(persons, t.Person)
			}
		}
	}
	slices.Sort(persons)
	return slices.Compact(persons)
}

func sameEqual(_ string, a, b any) bool { return Equal(a, b) }

func foldedEqual(_ string, a, b any) bool { return FoldedEqual(a, b) }

// fits says whether row holds the tuple's values in fields, and its date in Within.
func (t Tuple) fits(fields []string, row Row, loc *time.Location, equal func(field string, a, b any) bool) bool {
	if len(fields) == 0 || len(fields) != len(t.Values) {
		return false
	}
	for i, f := range fields {
		v := row[f]
		if Empty(v) || Empty(t.Values[i]) || !equal(f, v, t.Values[i]) {
			return false
		}
	}
	return t.Within == nil || t.Within.Holds(row, loc)
}

// Holds says whether the date of row lies in the range, both ends included; an unknown date does not.
func (r Range) Holds(row Row, loc *time.Location) bool {
	t, _, ok := Date(row[r.Field], loc)
	return ok && (r.From == nil || !t.Before(*r.From)) && (r.To == nil || !t.After(*r.To))
}

// Range is the time during which rows stepped to count as row's own; ok is false where none do. loc is the
// zone of the row stepped from.
func (b Between) Range(row Row, loc *time.Location) (r Range, ok bool) {
	from, _, ok := Date(row[b.From], loc)
	if !ok {
		return Range{}, false
	}
	r = Range{Field: b.Date, From: &from}
	if b.To == "" || Empty(row[b.To]) {
		return r, true
	}
	to, dateOnly, ok := Date(row[b.To], loc)
	if dateOnly {
		to = to.AddDate(0, 0, 1).Add(-time.Nanosecond)
	}
	r.To = &to
	return r, ok
}
