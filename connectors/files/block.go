package files

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// methodMove is the one way to block: content goes into a closed folder, out of sight of applications. What another
// program has read before, it has read; one that has a file open for writing is waited for.
const methodMove = "move"

// restrict blocks or releases rows of one file, or documents of one path, and gives those it changed.
func (a *application) restrict(ctx context.Context, w *work, rows []target) ([]target, error) {
	if w.from.Codec == nil {
		for i, t := range rows {
			if err := a.restrictDocument(ctx, w, t); errors.Is(err, errAbsent) {
				return rows[:i], nil // gone since: fewer rows are always fine
			} else if err != nil {
				return rows[:i], err
			}
		}
		return rows, nil
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(t target) bool { return t.spot.id == "" && (w.Verb == connectors.Release || t.spot.row == 0) })
	if len(rows) == 0 {
		return nil, nil // gone before their turn came
	}
	if w.Verb == connectors.Block && slices.ContainsFunc(rows, func(t target) bool { return t.spot.row > 0 }) {
		return a.blockRows(ctx, w, rows)
	}
	if free := w.freed(rows); len(free) > 0 {
		return a.releaseRows(ctx, w, rows, free)
	}
	return rows, a.changeDrawer(ctx, w.from, rows[0].in, func(d *drawer) error {
		w.mark(d, rows)
		return nil
	})
}

// mark marks held rows, or takes marks off.
func (w *work) mark(d *drawer, rows []target) {
	for i, r := range d.Rows {
		if !slices.ContainsFunc(rows, func(t target) bool { return t.spot.id == r.ID }) {
			continue
		}
		d.Rows[i].Marks = rowfile.Without(r.Marks, w.Mark)
		if w.Verb == connectors.Block {
			d.Rows[i].Marks = append(d.Rows[i].Marks, w.Mark)
		}
	}
}

// freed are the names of those held rows whose last mark the treatment takes off.
func (w *work) freed(rows []target) map[string]bool {
	out := map[string]bool{}
	if w.Verb != connectors.Release || rows[0].in.drawer == nil {
		return out
	}
	for _, t := range rows {
		for _, r := range t.in.drawer.Rows {
			if r.ID == t.spot.id && len(rowfile.Without(r.Marks, w.Mark)) == 0 {
				out[r.ID] = true
			}
		}
	}
	return out
}

// blockRows takes rows out of their file and into its drawer, and marks those that are there.
func (a *application) blockRows(ctx context.Context, w *work, rows []target) ([]target, error) {
	st := rows[0].in
	x, d, l, err := a.taken(ctx, w, st)
	if errors.Is(err, errAbsent) {
		return nil, nil // gone since, with all its rows
	}
	if err != nil {
		return nil, err
	}
	defer x.dir.Close()
	defer x.close()
	w.mark(d, rows)
	out := map[int64]rowfile.HeldRow{}
	names := map[string]*spot{}
	for _, t := range rows {
		if t.spot.row > 0 {
			r := rowfile.HeldRow{ID: rand.Text(), Number: t.spot.row, Marks: []string{w.Mark}}
			out[t.spot.row] = r
			names[r.ID] = t.spot
		}
	}
	if d.Head == nil {
		if d.Head, err = l.Head(w.from.Codec, reading(ctx, x.old, st.size)); err != nil {
			return nil, w.from.Said(clean(err))
		}
	}
	if err := l.TakeOut(&d.Kept, reading(ctx, x.old, st.size), out); err != nil {
		return nil, clean(err)
	}
	e := newEdit(w, rows)
	if err := x.fill(ctx, w, st, e); err != nil {
		return nil, err
	}
	if err := x.together(ctx, w, st, d); err != nil {
		return nil, err
	}
	st.went(e.gone)
	for id, s := range names {
		s.id = id
	}
	return rows, nil
}

// taken begins the exchange of a file for one with other rows in place, and lays it out.
func (a *application) taken(ctx context.Context, w *work, st *file) (*exchange, *drawer, *rowfile.Layout, error) {
	last := len(st.path) - 1
	dir, err := a.store.tree.walk(st.path[:last])
	if err != nil {
		return nil, nil, nil, err
	}
	x, err := a.exchange(ctx, dir, st.path[last])
	if err != nil {
		_ = dir.Close()
		return nil, nil, nil, err
	}
	d, l, err := a.laidOut(ctx, w, st, x.old)
	if err != nil {
		x.close()
		_ = dir.Close()
		return nil, nil, nil, err
	}
	return x, d, l, nil
}

// laidOut reads a file as it was found, and what is held of it.
func (a *application) laidOut(ctx context.Context, w *work, st *file, old io.ReaderAt) (*drawer, *rowfile.Layout, error) {
	room, err := a.store.vault.share(ctx)
	if err != nil {
		return nil, nil, err
	}
	d, err := a.drawerOf(ctx, room, w.from, st)
	room.close()
	if err != nil {
		return nil, nil, err
	}
	in := summed(w.from.Codec, reading(ctx, old, st.size))
	l, err := rowfile.LayOut(w.from.Codec, in.r, &d.Kept)
	var bad *rowfile.Malformed
	if errors.As(err, &bad) || err == nil && !in.is(st.sum) {
		return nil, nil, errChanged
	}
	return d, l, clean(err)
}

// together puts the new file and the drawer in place; see settle.go.
func (x *exchange) together(ctx context.Context, w *work, st *file, d *drawer) error {
	x.joint = &joint{ctx: ctx, app: x.app, drawer: d, from: w.from, file: st}
	if err := x.swap(ctx, w, st); err != nil {
		return err
	}
	st.size, st.sum, st.drawer = x.size, x.sum, d
	return nil
}
