package files

import (
	"maps"
	"slices"
	"sort"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// spot is where a row is while a call goes on, the same for all its treatments: a later one finds what an earlier one left.
type spot struct {
	row     int64  // its number in the file now; 0: it is not there, or is the file itself
	id      string // what it is called in the drawer; "" where it is not held
	planned plan
}

// plan is what the treatments resolved so far will have made of a row.
type plan struct {
	gone  bool
	set   connectors.Row
	marks []string
}

// rowSpot is that of a row found in the file.
func (f *file) rowSpot(n int64) *spot {
	if f.spots == nil {
		f.spots = map[int64]*spot{}
	}
	if f.spots[n] == nil {
		f.spots[n] = &spot{row: n}
	}
	return f.spots[n]
}

// keptSpot is that of a row found in the drawer.
func (f *file) keptSpot(r rowfile.HeldRow) *spot {
	if f.kept == nil {
		f.kept = map[string]*spot{}
	}
	if f.kept[r.ID] == nil {
		f.kept[r.ID] = &spot{id: r.ID, planned: plan{marks: r.Marks}}
	}
	return f.kept[r.ID]
}

// spot is that of a document.
func (f *file) spot(o object, st *stand) *spot {
	if f.spots == nil {
		f.spots = map[int64]*spot{0: {}}
		for _, d := range st.docs {
			if d.body == o.body {
				*f.spots[0] = spot{id: d.ID, planned: plan{marks: d.Marks}}
			}
		}
	}
	return f.spots[0]
}

// standing is how a row stands to the treatment.
func (w *work) standing(row connectors.Row, at *spot) connectors.Standing {
	marked := slices.Contains(at.planned.marks, w.Mark)
	switch {
	case w.Verb == connectors.Block && marked, w.Verb == connectors.Release && !marked:
		return connectors.Done
	}
	return w.Standing(row)
}

// intend adds what a treatment will do.
func (s *spot) intend(w *work, t target) {
	switch w.Verb {
	case connectors.Delete:
		s.planned.gone = true
	case connectors.Block:
		s.planned.marks = append(slices.Clone(s.planned.marks), w.Mark)
	case connectors.Release:
		s.planned.marks = without(s.planned.marks, w.Mark)
	default:
		s.planned.set = merged(s.planned.set, t.set)
	}
}

func without(marks []string, mark string) []string {
	return slices.DeleteFunc(slices.Clone(marks), func(m string) bool { return m == mark })
}

func merged(a, b connectors.Row) connectors.Row {
	out := connectors.Row{}
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

// went numbers the rows anew that are still in the file: those of gone, ascending, are not.
func (f *file) went(gone []int64) {
	f.renumber(func(n int64) int64 {
		i := sort.Search(len(gone), func(i int) bool { return gone[i] >= n })
		if i < len(gone) && gone[i] == n {
			return 0
		}
		return n - int64(i)
	})
}

func (f *file) renumber(now func(int64) int64) {
	for _, s := range f.spots {
		if s.row > 0 {
			s.row = now(s.row)
		}
	}
	for _, s := range f.kept {
		if s.row > 0 {
			s.row = now(s.row)
		}
	}
}

// came numbers the rows anew after others have come: each has come before the row that had the number in before, ascending.
func (f *file) came(before []int64) {
	f.renumber(func(n int64) int64 {
		return n + int64(sort.Search(len(before), func(i int) bool { return before[i] > n }))
	})
}

func (d *drawer) version() string {
	if d.empty() {
		return ""
	}
	return d.State
}

func (f *file) version() string {
	if f == nil {
		return ""
	}
	return f.drawer.version()
}
