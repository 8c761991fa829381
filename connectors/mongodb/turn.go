package mongodb

import (
	"context"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// unit is what is confirmed at a time: at most 1,000 rows, and of their documents no more than fit into memory.
type unit struct {
	rows  []found
	bytes int // of their documents
}

const (
	unitRows  = 1000
	unitBytes = 4 << 20
)

// found is a row that is to be changed when its turn comes; what is in its document lies aside until then.
type found struct {
	stand *stand
	no    int // of an element; -1: the document is the row
	intent
}

// plan notes a row that is to be changed.
func (w *work) plan(t *target) error {
	if w.todo++; w.todo > w.AtMost {
		return connectors.ErrMoreRows // no need to count on
	}
	if w.Verb != connectors.Recount { // which has to know what it counts by
		t.around = nil
	}
	f := found{t.stand, -1, t.intent}
	size := len(t.doc)
	if t.part != nil {
		f.no = t.part.no
		size = max(size, len(t.part.was.Value))
	}
	last := len(w.units) - 1
	if last >= 0 && w.units[last].rows[len(w.units[last].rows)-1].stand == t.stand {
		size = 0 // counted already
	}
	if last < 0 || len(w.units[last].rows) == unitRows || w.units[last].bytes+size > unitBytes {
		w.units = append(w.units, unit{})
		last++
	}
	w.units[last].rows = append(w.units[last].rows, f)
	w.units[last].bytes += size
	w.app.known.wait(t.stand)
	return nil
}

// turn works a unit whose turn has come: what is in its documents is brought back, and what is still needed afterwards is put aside again.
func (w *work) turn(ctx context.Context, unit []found) error {
	rows := make([]*target, len(unit))
	for i, f := range unit {
		var err error
		if rows[i], err = w.bring(f); err != nil {
			return err
		}
	}
	if err := w.unit(ctx, rows); err != nil {
		return err
	}
	for _, f := range unit {
		w.app.known.turned(f.stand)
	}
	for _, f := range unit {
		if err := w.app.known.rest(f.stand); err != nil {
			return err
		}
	}
	return nil
}

// bring brings back a row, from where it is held by itself if earlier treatments have moved it.
func (w *work) bring(f found) (*target, error) {
	t := &target{row: row{stand: f.stand}, intent: f.intent}
	if err := w.app.known.look(f.stand); err != nil {
		return nil, err
	}
	if f.no < 0 {
		return t, nil
	}
	if h := f.stand.homes[numbered{strings.Join(w.from.path, "."), f.no}]; h != nil {
		if err := w.app.known.look(h); err != nil {
			return nil, err
		}
		h.looks, h.fresh = 0, true // it goes where its document goes
		t.stand, f.no = h, 0
	}
	var err error
	t.part, err = t.numbered(w.from.path, f.no)
	return t, err
}

// numbered is an element of a document, by the path of its array and its number there.
type numbered struct {
	array string
	no    int
}

// rehouse notes where an element is held by itself from now on.
func (s *stand) rehouse(n numbered, in *stand) {
	if s.homes == nil {
		s.homes = map[numbered]*stand{}
	}
	s.homes[n] = in
}
