package s3

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// object is the state of a key as it was when its rows were found, and since changed by this call.
type object struct {
	*stand
	spots  spots            // by the number a row had when it was found; 0 is the document itself
	kept   map[string]*spot // held rows and documents, by what they are called in the drawer
	older  map[string]*spot // rows of older versions only, by version and name
	absent bool             // it is to be made
	grows  bool             // a row is to be added to it
}

// spot is where a row is while a call goes on, the same for all its treatments: a later one finds what an earlier one left. There may be as many as a person has
// rows: what most have in common is one for all, and [spot.own] comes before a change.
type spot struct {
	number int64 // it had when it was found
	row    int64 // its number in the object now; 0: it is not there, or is the object itself
	*more
}

// more is what few spots have.
type more struct {
	id      string // what it is called in the drawer; "" where it is not held
	version string // the older version in which alone it stands
	tag     bool   // it is a document that is, or is to be, blocked where it stands
	tags    *tagging
	asked   map[string]bool // of which requests its tags were asked
	written bool            // what stands beside it was written by this call
	planned rowfile.Intent
}

// What most spots are: of rows that stand in the object, to be deleted or not.
var untouched, goes = &more{}, &more{planned: rowfile.Intent{Gone: true}}

// own is what the spot has of its own from now on.
func (s *spot) own() *more {
	if s.more == untouched || s.more == goes {
		mine := *s.more
		s.more = &mine
	}
	return s.more
}

// plans adds what a treatment will do.
func (s *spot) plans(t connectors.Treatment, set connectors.Row) {
	if t.Verb == connectors.Delete && s.more == untouched {
		s.more = goes
		return
	}
	s.own().planned.Add(t, set)
}

func at(m *map[string]*spot, name string, fresh more) *spot {
	if *m == nil {
		*m = map[string]*spot{}
	}
	if (*m)[name] == nil {
		(*m)[name] = &spot{more: &fresh}
	}
	return (*m)[name]
}

// spotOf gives the spot of a row that was found.
func (o *object) spotOf(s *store, r *row) *spot {
	switch {
	case r.held != "":
		var marks []string
		for _, x := range o.drawer.Rows {
			if x.ID == r.held {
				marks = x.Marks
			}
		}
		for _, x := range o.drawer.Docs {
			if x.ID == r.held {
				marks = x.Marks
			}
		}
		return at(&o.kept, r.held, more{id: r.held, planned: rowfile.Intent{Marks: marks}})
	case r.record == nil:
		return o.spots.at(0)
	case r.version.id != "" && r.version.id != o.currentID():
		return at(&o.older, r.version.id+" "+s.name(r), more{version: r.version.id})
	}
	return o.spots.at(r.record.Number())
}

func (o *object) currentID() string {
	v, _ := o.current()
	return v.id
}

// went numbers the rows anew that are still in the object: those of gone, ascending, are not.
func (o *object) went(gone []int64) {
	o.renumber(func(n int64) int64 { return rowfile.Went(n, gone) })
}

// came numbers the rows anew after others have come: each has come before the row that had the number in before, ascending.
func (o *object) came(before []int64) {
	o.renumber(func(n int64) int64 { return rowfile.Came(n, before) })
}

func (o *object) renumber(now func(int64) int64) {
	for s := range o.spots.all() {
		if s.row > 0 {
			s.row = now(s.row)
		}
	}
	for _, s := range o.kept {
		if s.row > 0 {
			s.row = now(s.row)
		}
	}
}

// now says that the object was written by this call.
func (o *object) now(w written) {
	v := version{id: w.version, etag: w.etag, size: w.size}
	if len(o.versions) > 0 && !o.versions[0].marker {
		o.versions[0] = v
		return
	}
	o.versions = append([]version{v}, o.versions...)
}
