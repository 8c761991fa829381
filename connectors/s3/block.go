package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// methodMove blocks what can be blocked: content goes below a closed prefix, which the bucket's policy keeps from applications.
const methodMove = "move"

// restrict blocks or releases rows of one object, or documents of one key, and gives those it changed.
func (a *application) restrict(ctx context.Context, w *work, rows []target) ([]target, error) {
	if w.from.Codec == nil {
		for i, t := range rows {
			err := a.still(ctx, w, t)
			if err == nil {
				err = a.restrictDocument(ctx, w, t)
			}
			if errors.Is(err, errAbsent) {
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
	if err := a.restrictRows(ctx, w, rows); err != nil {
		return nil, err
	}
	return rows, nil
}

func (a *application) restrictRows(ctx context.Context, w *work, rows []target) error {
	if w.Verb == connectors.Block && slices.ContainsFunc(rows, func(t target) bool { return t.spot.row > 0 }) {
		return a.blockRows(ctx, w, rows)
	}
	if free := w.freed(rows); len(free) > 0 {
		return a.releaseRows(ctx, w, rows, free)
	}
	d := rows[0].in.drawer
	w.mark(d, rows)
	return a.save(ctx, d)
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

// blockRows takes rows out of their object and into its drawer, and marks those that are there. The drawer holds them before the
// object lets go of them.
func (a *application) blockRows(ctx context.Context, w *work, rows []target) error {
	o := rows[0].in
	d := o.drawer
	if d == nil {
		d = &drawer{Path: o.path, Format: formatName(w.from.Rows)}
	}
	v := o.versions[0]
	old := a.random(ctx, w.from, o.key, v)
	defer old.close()
	l, err := a.layOut(ctx, w.from, o.key, v, d)
	if err != nil {
		return err
	}
	w.mark(d, rows)
	out := map[int64]rowfile.HeldRow{}
	named := map[string]*spot{}
	p := &pending{Verb: connectors.Block, Before: v.etag, Replaces: v.id}
	for _, t := range rows {
		if t.spot.row > 0 {
			r := rowfile.HeldRow{ID: rand.Text(), Number: t.spot.row, Marks: []string{w.Mark}}
			out[t.spot.row] = r
			named[r.ID] = t.spot
			p.IDs = append(p.IDs, r.ID)
		}
	}
	if d.Head == nil {
		if d.Head, err = l.Head(w.from.Codec, old); err != nil {
			return w.from.Said(err)
		}
	}
	if err := l.TakeOut(&d.Kept, old, out); err != nil {
		return err
	}
	d.Pending = p
	if err := a.save(ctx, d); err != nil {
		return err
	}
	o.drawer = d
	gone, err := a.takenOut(ctx, w.from, o.stand, d)
	if err != nil {
		return err
	}
	o.went(gone)
	for id, s := range named {
		s.row, s.own().id = 0, id
	}
	return nil
}

// takenOut lets the object go without the rows that are pending, and then says that they have gone.
func (s *store) takenOut(ctx context.Context, from *objects.Source, st *stand, d *drawer) ([]int64, error) {
	out := map[int64]bool{}
	for _, r := range d.Rows {
		if slices.Contains(d.Pending.IDs, r.ID) {
			out[r.Number] = true
		}
	}
	var gone []int64
	pass := func(in io.Reader, w io.Writer) error {
		return from.Codec.Pass(in, w, func(r rowfile.Record) (rowfile.Change, error) {
			if out[r.Number()] {
				gone = append(gone, r.Number())
			}
			return rowfile.Change{Drop: out[r.Number()]}, nil
		}, nil)
	}
	return gone, s.exchange(ctx, from, st, d, pass)
}

// exchange writes the object anew, as a pending change wants it, and finishes the change.
func (s *store) exchange(ctx context.Context, from *objects.Source, st *stand, d *drawer, pass func(io.Reader, io.Writer) error) error {
	v := st.versions[0]
	got, err := s.replace(ctx, from, st, v, pass, always)
	if errors.Is(err, errChanged) { // by somebody else, or by a request of ours whose answer was lost: the object says which
		now, looked := s.one(ctx, st.key)
		if looked == nil {
			st.item = now
			looked = s.compare(ctx, from, st, d)
		}
		return errors.Join(err, looked)
	}
	if err != nil {
		return err
	}
	o := object{stand: st}
	o.now(got)
	if err := s.replaced(ctx, st.key, d.Pending); err != nil {
		return err
	}
	return s.finish(ctx, d)
}

// replaced removes the version a change of rows has replaced, where it was not written over.
func (s *store) replaced(ctx context.Context, key string, p *pending) error {
	if p.Replaces == "" {
		return nil
	}
	i, err := s.one(ctx, key)
	if err != nil {
		return err
	}
	if v, there := i.current(); there && v.id == p.Replaces {
		return nil
	}
	return s.removeVersions(ctx, key, []string{p.Replaces})
}

// finish says that a pending change has been done.
func (s *store) finish(ctx context.Context, d *drawer) error {
	p := d.Pending
	d.Pending = nil
	if p.Verb == connectors.Release {
		d.Rows = slices.DeleteFunc(slices.Clone(d.Rows), func(r rowfile.HeldRow) bool { return slices.Contains(p.IDs, r.ID) })
	}
	return s.save(ctx, d)
}

// layOut reads an object as it was found, and finds the places of what is held of it.
func (s *store) layOut(ctx context.Context, from *objects.Source, key string, v version, d *drawer) (*rowfile.Layout, error) {
	in, err := s.content(ctx, from, key, v, nil)
	if err != nil {
		return nil, v.outdated(err)
	}
	defer in.close()
	l, err := rowfile.LayOut(from.Codec, in.r, &d.Kept)
	return l, from.Said(err)
}

// restrictDocument blocks or releases one document.
func (a *application) restrictDocument(ctx context.Context, w *work, t target) error {
	d := t.in.drawer
	if t.spot.id == "" {
		if t.spot.tag {
			return a.restrictTagged(ctx, w, t.in.key)
		}
		if w.Verb == connectors.Release || len(t.in.versions) == 0 {
			return errAbsent
		}
		if d == nil {
			d = &drawer{Path: t.in.path}
		}
		doc := heldDoc{ID: rand.Text(), Marks: []string{w.Mark}, Discarded: t.in.versions[0].marker, Step: copying}
		for n := len(t.in.versions); n > 0; n-- {
			if v := t.in.versions[n-1]; !v.marker {
				doc.From = append(doc.From, was{ID: v.id, ETag: v.etag})
			}
		}
		d.Docs = append(d.Docs, doc)
		if err := a.save(ctx, d); err != nil {
			return err
		}
		t.in.drawer = d
		if err := a.shelve(ctx, t.in.stand, d, len(d.Docs)-1); err != nil {
			return err
		}
		t.spot.own().id = doc.ID
		return nil
	}
	i := slices.IndexFunc(d.Docs, func(x heldDoc) bool { return x.ID == t.spot.id })
	if i < 0 {
		return errAbsent
	}
	marks := rowfile.Without(d.Docs[i].Marks, w.Mark)
	if w.Verb == connectors.Block {
		marks = append(marks, w.Mark)
	}
	if len(marks) > 0 {
		d.Docs[i].Marks = marks
		return a.save(ctx, d)
	}
	if len(t.in.versions) > 0 && !t.in.versions[0].marker {
		w.note("another object stands where a held one is to come back", "compare the two, and settle it by hand")
		return fmt.Errorf("%w: another object stands there", connectors.ErrConflict)
	}
	d.Docs[i].Step = returning
	if err := a.save(ctx, d); err != nil {
		return err
	}
	if err := a.unshelve(ctx, t.in.stand, d, i); err != nil {
		return err
	}
	t.spot.own().id = ""
	return nil
}
