package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// releaseRows takes marks off held rows, and puts those back into their object that nobody holds any more: each where it stood
// among those of its neighbours that are still there. Where nothing has been changed but at the end of the object, that is to the byte.
func (a *application) releaseRows(ctx context.Context, w *work, rows []target, free map[string]bool) error {
	o := rows[0].in
	d := o.drawer
	isFree := func(r rowfile.HeldRow) bool { return free[r.ID] }
	l, pass, err := a.fits(ctx, w, o, isFree)
	if err != nil {
		return err
	}
	w.mark(d, rows)
	before, numbers := l.Numbers(&d.Kept, isFree)
	d.Pending = &pending{Verb: connectors.Release, Before: o.versions[0].etag, Replaces: o.versions[0].id}
	for id := range free {
		d.Pending.IDs = append(d.Pending.IDs, id)
	}
	slices.Sort(d.Pending.IDs)
	if err := a.save(ctx, d); err != nil {
		return err
	}
	if err := a.exchange(ctx, w.from, o.stand, d, pass); err != nil {
		return err
	}
	o.came(before)
	for _, t := range rows {
		if free[t.spot.id] {
			t.spot.row, t.spot.own().id = numbers[t.spot.id], ""
		}
	}
	return nil
}

// fits gives how the object is written so that held rows stand in it again, or an ErrConflict where they no longer fit in. The drawer is
// laid out anew.
func (a *application) fits(ctx context.Context, w *work, o *object, free func(rowfile.HeldRow) bool) (*rowfile.Layout, func(io.Reader, io.Writer) error, error) {
	v, there := o.current()
	if !there {
		return nil, nil, w.refused("the object held rows stood in is gone", "put it back, or settle the held rows by hand")
	}
	d := o.drawer
	old := a.random(ctx, w.from, o.key, v)
	defer old.close()
	l, err := a.layOut(ctx, w.from, o.key, v, d)
	if err != nil {
		return nil, nil, err
	}
	head, err := l.Head(w.from.Codec, old)
	if errors.Is(err, connectors.ErrConflict) {
		return nil, nil, w.refused("an object has no header any more", "put it back")
	}
	if err != nil {
		return nil, nil, err
	}
	if !rowfile.SameHead(w.from.Codec, d.Head, head) {
		return nil, nil, w.refused("an object has other columns than when rows of it were restricted", "settle the held rows by hand")
	}
	patches, err := l.PutBack(&d.Kept, old, free)
	if errors.Is(err, rowfile.ErrAdrift) {
		return nil, nil, w.refused("nothing that stood around a held row is there any more", "settle the held rows by hand")
	}
	if err != nil {
		return nil, nil, err
	}
	again := a.random(ctx, w.from, o.key, v)
	defer again.close()
	key := slices.DeleteFunc(slices.Clone(w.from.Key), w.from.Path.Has)
	taken, err := l.Taken(w.from.Codec, key, &d.Kept, again.stream(), free)
	if err != nil {
		return nil, nil, w.from.Said(err)
	}
	if taken {
		return nil, nil, w.refused("a row with the key of a held one has been written meanwhile", "compare the two, and settle it by hand")
	}
	return l, patched(w.from.Codec, patches), nil
}

func patched(code rowfile.Codec, patches []rowfile.Patch) func(io.Reader, io.Writer) error {
	return func(in io.Reader, out io.Writer) error { return rowfile.PatchedStream(code, in, patches, out) }
}

// foresee finds out, before anything is changed, whether what is released has its place.
func (a *application) foresee(ctx context.Context, w *work) error {
	if w.Verb != connectors.Release {
		return nil
	}
	done := map[*object]bool{}
	for _, t := range w.todo {
		if t.spot.id == "" || done[t.in] {
			continue
		}
		done[t.in] = true
		if w.from.Codec == nil {
			if v, there := t.in.current(); there && v.etag != "" && len(t.spot.planned.Marks) == 0 && !t.spot.planned.Gone {
				return w.refused("another object stands where a held one is to come back", "compare the two, and settle it by hand")
			}
			continue
		}
		free := func(r rowfile.HeldRow) bool {
			s := t.in.kept[r.ID]
			return s != nil && len(s.planned.Marks) == 0 && !s.planned.Gone
		}
		if t.in.drawer == nil || !slices.ContainsFunc(t.in.drawer.Rows, free) {
			continue
		}
		if _, _, err := a.fits(ctx, w, t.in, free); err != nil {
			return err
		}
	}
	return nil
}

// refused is an ErrConflict that the outcome explains.
func (w *work) refused(what, hint string) error {
	w.note(what, hint)
	return fmt.Errorf("%w: %s", connectors.ErrConflict, what)
}
