package files

import "github.com/dossier-dsr/dossier/connectors/rowfile"

// spot is where a row is while a call goes on, the same for all its treatments: a later one finds what an earlier one left.
type spot struct {
	row     int64  // its number in the file now; 0: it is not there, or is the file itself
	id      string // what it is called in the drawer; "" where it is not held
	planned rowfile.Intent
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
		f.kept[r.ID] = &spot{id: r.ID, planned: rowfile.Intent{Marks: r.Marks}}
	}
	return f.kept[r.ID]
}

// spot is that of a document.
func (f *file) spot(o object, st *stand) *spot {
	if f.spots == nil {
		f.spots = map[int64]*spot{0: {}}
		for _, d := range st.docs {
			if d.body == o.body {
				*f.spots[0] = spot{id: d.ID, planned: rowfile.Intent{Marks: d.Marks}}
			}
		}
	}
	return f.spots[0]
}

// went numbers the rows anew that are still in the file: those of gone, ascending, are not.
func (f *file) went(gone []int64) {
	f.renumber(func(n int64) int64 { return rowfile.Went(n, gone) })
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
	f.renumber(func(n int64) int64 { return rowfile.Came(n, before) })
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
