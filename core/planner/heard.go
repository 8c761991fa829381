package planner

import (
	"reflect"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// heard is what one system answered while a batch was planned. Persons are judged together first; then each one's own planning asks the
// same of its rows again, and the work, made one, of all: what was answered is not asked twice. Persons are meant by their index in the
// batch, and by the values they are found by: two of one number who are found by other values are not taken for one. It is of one try: what is planned anew asks anew, and so does the look before anything is carried out.
type heard struct {
	tallies, rows []*told
	listens       bool // to rows too
	room          int  // for so many more values of rows
}

// mostHeard is how many values of rows are kept of one system.
const mostHeard = 1_000_000

// told is one answer.
type told struct {
	sel   connectors.Selection
	of    [][][]connectors.Tuple // of each match: the tuples of each person
	by    map[int]int            // persons by their place in of
	tally connectors.Tally
	apart bool // no row was counted for two persons
	rows  map[int][][]any
}

// newTold sorts the tuples of a selection by person; nil where it is not about persons.
func newTold(sel connectors.Selection) *told {
	if sel.All || len(sel.Any) == 0 {
		return nil
	}
	t := &told{sel: sel, by: map[int]int{}}
	for _, m := range sel.Any {
		for _, v := range m.Values {
			if _, ok := t.by[v.Person]; !ok {
				t.by[v.Person] = len(t.by)
			}
		}
	}
	for _, m := range sel.Any {
		of := make([][]connectors.Tuple, len(t.by))
		for _, v := range m.Values {
			at := t.by[v.Person]
			of[at] = append(of[at], v)
		}
		t.of = append(t.of, of)
	}
	return t
}

// answers says whether t tells all that was asked: the same of the rows of the same persons, found by the same values. t may tell of more
// persons.
func (t *told) answers(q *told) bool {
	if len(q.by) > len(t.by) || t.sel.Collection.Name != q.sel.Collection.Name || len(t.sel.Any) != len(q.sel.Any) || !slices.Equal(t.sel.Fields, q.sel.Fields) {
		return false
	}
	for i := range q.sel.Any {
		a, b := &t.sel.Any[i], &q.sel.Any[i]
		if a.Folded != b.Folded || !slices.Equal(a.Fields, b.Fields) || !reflect.DeepEqual(a.Via, b.Via) {
			return false
		}
	}
	if !reflect.DeepEqual(t.sel.Collection, q.sel.Collection) || !reflect.DeepEqual(t.sel.Where, q.sel.Where) {
		return false
	}
	for person, at := range q.by {
		there, ok := t.by[person]
		if !ok {
			return false
		}
		for i := range q.of {
			if !slices.EqualFunc(t.of[i][there], q.of[i][at], sameTuple) {
				return false
			}
		}
	}
	return true
}

func sameTuple(a, b connectors.Tuple) bool {
	return slices.EqualFunc(a.Values, b.Values, sameValue) && reflect.DeepEqual(a.Within, b.Within)
}

func sameValue(a, b any) bool {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return ok && x == y
	case int64:
		y, ok := b.(int64)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

// tally is what was counted before; ok is false where it is not known.
func (h *heard) tally(sel connectors.Selection) (out connectors.Tally, ok bool) {
	q := newTold(sel)
	if q == nil {
		return out, false
	}
	for _, t := range h.tallies {
		if !t.apart && len(q.by) != len(t.by) || !t.answers(q) {
			continue
		}
		out.ByPerson = map[int]int64{}
		for person := range q.by {
			if n, some := t.tally.ByPerson[person]; some {
				out.ByPerson[person] = n
				out.Total += n
			}
		}
		if !t.apart {
			out.Total = t.tally.Total
		}
		return out, true
	}
	return out, false
}

// counted keeps a tally.
func (h *heard) counted(sel connectors.Selection, tally connectors.Tally) {
	t := newTold(sel)
	if t == nil {
		return
	}
	var sum int64
	for _, n := range tally.ByPerson {
		sum += n
	}
	t.tally, t.apart = tally, sum == tally.Total
	h.tallies = append(h.tallies, t)
}

// each gives the rows read before; ok is false where they were not.
func (h *heard) each(sel connectors.Selection, f func(person int, row []any) error) (ok bool, err error) {
	q := newTold(sel)
	if q == nil {
		return false, nil
	}
	for _, t := range h.rows {
		if !t.answers(q) {
			continue
		}
		for _, person := range q.persons() {
			for _, row := range t.rows[person] {
				if err := f(person, row); err != nil {
					return true, err
				}
			}
		}
		return true, nil
	}
	return false, nil
}

// persons are those asked about, in the order in which they were.
func (t *told) persons() []int {
	out := make([]int, len(t.by))
	for person, at := range t.by {
		out[at] = person
	}
	return out
}

// listening is f, and keeps the rows it is given; done says that there were no more. Where there is no room they are not kept.
func (h *heard) listening(sel connectors.Selection, f func(person int, row []any) error) (both func(person int, row []any) error, done func()) {
	t := newTold(sel)
	if !h.listens || t == nil {
		return f, func() {}
	}
	t.rows = map[int][][]any{}
	left := h.room
	both = func(person int, row []any) error {
		if left -= len(row) + 1; left >= 0 {
			t.rows[person] = append(t.rows[person], row)
		}
		return f(person, row)
	}
	return both, func() {
		if left >= 0 {
			h.room, h.rows = left, append(h.rows, t)
		}
	}
}

// listening is the planner with systems that remember, for one try, what they answer.
func (p *Planner) listening() *Planner {
	out := *p
	out.Systems = map[string]*System{}
	for name, y := range p.Systems {
		one := *y
		one.heard = &heard{room: mostHeard}
		out.Systems[name] = &one
	}
	return &out
}

// listen has the systems keep rows too, or no longer.
func (p *Planner) listen(rows bool) {
	for _, y := range p.Systems {
		if y.heard != nil {
			y.heard.listens = rows
		}
	}
}
