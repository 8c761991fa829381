package connectors

import (
	"maps"
	"slices"
	"time"
)

// Eval works out any selection over rows held in Go, paths and Exists conditions included: for stores
// that keep their rows in memory, and as the plain answer others are compared with. It compares
// every row with every tuple, so it is for small collections.
type Eval struct {
	// Rows gives the rows of a collection, or ErrNoCollection. Their order must not change between calls.
	Rows func(Collection) ([]Row, error)
	// Equal compares a value of a field of c with a value looked for; nil is [Equal].
	Equal func(c Collection, field string, a, b any) bool
}

// Found is a row that is selected: where it stands among the rows of its collection, and the persons
// it was reached for, in ascending order.
type Found struct {
	Index   int
	Row     Row
	Persons []int
}

// Select gives the rows of sel in the order of their collection, each once. With All, rows are reached
// for person 0.
func (e Eval) Select(sel Selection) ([]Found, error) {
	if len(sel.Any) == 0 && !sel.All {
		return nil, nil
	}
	s := &session{Eval: e, read: map[string][]Row{}}
	all, err := s.rows(sel.Collection)
	if err != nil {
		return nil, err
	}
	got := reach{}
	for i := range all {
		if sel.All {
			got.add(i, 0)
		}
	}
	for _, m := range sel.Any {
		if err := s.match(sel.Collection, m, got); err != nil {
			return nil, err
		}
	}
	var out []Found
	for _, i := range slices.Sorted(maps.Keys(got)) {
		ok, err := s.holdAll(sel.Where, sel.Collection, all[i])
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, Found{Index: i, Row: all[i], Persons: slices.Sorted(maps.Keys(got[i]))})
		}
	}
	return out, nil
}

// Related gives the rows reached from row, of collection c, over step.
func (e Eval) Related(row Row, step Step) ([]Row, error) {
	s := &session{Eval: e, read: map[string][]Row{}}
	all, err := s.rows(step.Collection)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(all), func(r Row) bool {
		return !s.joins(step.Collection, row, step.From, r, step.To)
	}), nil
}

// reach is the persons by the index of the row they reach.
type reach map[int]map[int]bool

// add says whether person had not reached row i before.
func (r reach) add(i, person int) bool {
	if r[i][person] {
		return false
	}
	if r[i] == nil {
		r[i] = map[int]bool{}
	}
	r[i][person] = true
	return true
}

// session reads each collection once.
type session struct {
	Eval
	read map[string][]Row
}

func (s *session) rows(c Collection) ([]Row, error) {
	if rows, ok := s.read[c.At]; ok {
		return rows, nil
	}
	rows, err := s.Rows(c)
	if err == nil {
		s.read[c.At] = rows
	}
	return rows, err
}

// match adds to got what m reaches in c.
func (s *session) match(c Collection, m Match, got reach) error {
	start := c
	if len(m.Via) > 0 {
		start = m.Via[0].Collection
	}
	rows, err := s.rows(start)
	if err != nil {
		return err
	}
	loc := start.Location()
	equal := func(f string, a, b any) bool { return s.equal(start, f, a, b) }
	if m.Folded {
		equal = foldedEqual
	}
	now := reach{}
	for i, row := range rows {
		for _, t := range m.Values {
			if t.fits(m.Fields, row, loc, equal) {
				now.add(i, t.Person)
			}
		}
	}
	for i, hop := range m.Via {
		next := c
		if i+1 < len(m.Via) {
			next = m.Via[i+1].Collection
		}
		if now, err = s.follow(now, hop, next); err != nil {
			return err
		}
	}
	for i, persons := range now {
		for p := range persons {
			got.add(i, p)
		}
	}
	return nil
}

// follow gives what hop reaches from now; with Repeat, now included, until nothing is new.
func (s *session) follow(now reach, hop Hop, next Collection) (reach, error) {
	if !hop.Repeat {
		return s.step(now, hop, next)
	}
	all := reach{}
	for len(now) > 0 {
		fresh := reach{}
		for i, persons := range now {
			for p := range persons {
				if all.add(i, p) {
					fresh.add(i, p)
				}
			}
		}
		var err error
		if now, err = s.step(fresh, hop, next); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// step follows hop once.
func (s *session) step(now reach, hop Hop, next Collection) (reach, error) {
	from, err := s.rows(hop.Collection)
	if err != nil {
		return nil, err
	}
	to, err := s.rows(next)
	if err != nil {
		return nil, err
	}
	out := reach{}
	fromLoc, toLoc := hop.Collection.Location(), next.Location()
	for i, persons := range now {
		ok, err := s.holdAll(hop.If, hop.Collection, from[i])
		if err != nil {
			return nil, err
		}
		var during *Range
		if ok && hop.During != nil {
			var r Range
			r, ok = hop.During.Range(from[i], fromLoc)
			during = &r
		}
		if !ok {
			continue
		}
		for j, row := range to {
			if !s.joins(next, from[i], hop.From, row, hop.To) || during != nil && !during.Holds(row, toLoc) {
				continue
			}
			ok, err := s.holdAll(hop.Then, next, row)
			if err != nil {
				return nil, err
			}
			for p := range persons {
				if ok {
					out.add(j, p)
				}
			}
		}
	}
	return out, nil
}

// joins says whether to's fields hold from's values.
func (s *session) joins(c Collection, from Row, fromFields []string, to Row, toFields []string) bool {
	t := Tuple{}
	for _, f := range fromFields {
		t.Values = append(t.Values, from[f])
	}
	return t.fits(toFields, to, time.UTC, func(f string, a, b any) bool { return s.equal(c, f, a, b) })
}

func (s *session) equal(c Collection, field string, a, b any) bool {
	if s.Equal == nil {
		return Equal(a, b)
	}
	return s.Equal(c, field, a, b)
}

func (s *session) holdAll(conds []Cond, c Collection, row Row) (bool, error) {
	for _, x := range conds {
		if ok, err := s.hold(x, c, row); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// hold is [Cond.Fits] with Exists.
func (s *session) hold(x Cond, c Collection, row Row) (bool, error) {
	if !x.HasExists() {
		return x.holds(row, c.Location(), func(f string, a, b any) bool { return s.equal(c, f, a, b) }), nil
	}
	switch x.Op {
	case And:
		return s.holdAll(x.Kids, c, row)
	case Or:
		for _, k := range x.Kids {
			if ok, err := s.hold(k, c, row); err != nil || ok {
				return ok, err
			}
		}
	case Not:
		ok, err := s.hold(x.Kids[0], c, row)
		return err == nil && !ok, err
	case Exists:
		related, err := s.Related(row, *x.Over)
		if err != nil {
			return false, err
		}
		for _, r := range related {
			if ok, err := s.holdAll(x.Kids, x.Over.Collection, r); err != nil || ok {
				return ok, err
			}
		}
	}
	return false, nil
}
