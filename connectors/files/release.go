package files

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// releaseRows takes marks off held rows, and puts those back into their file that nobody holds any more: each where it stood
// among those of its neighbours that are still there. Where nothing has been changed but at the end of the file, that is to the byte.
func (a *application) releaseRows(ctx context.Context, w *work, rows []target, free map[string]bool) ([]target, error) {
	st := rows[0].in
	x, d, l, err := a.taken(ctx, w, st)
	if errors.Is(err, errAbsent) {
		return nil, w.refused("the file held rows stood in is gone", "put it back, or settle the held rows by hand")
	}
	if err != nil {
		return nil, err
	}
	defer x.dir.Close()
	defer x.close()
	isFree := func(r rowfile.HeldRow) bool { return free[r.ID] }
	patches, err := a.fits(ctx, w, st, d, l, x.old, isFree)
	if err != nil {
		return nil, err
	}
	w.mark(d, rows)
	if err := x.patch(w.from.Codec, st, patches); err != nil {
		return nil, err
	}
	before, numbers := l.Numbers(&d.Kept, isFree)
	d.Rows = slices.DeleteFunc(d.Rows, isFree)
	if err := x.together(ctx, w, st, d); err != nil {
		return nil, err
	}
	st.came(before)
	for _, t := range rows {
		if free[t.spot.id] {
			t.spot.row, t.spot.id = numbers[t.spot.id], ""
		}
	}
	return rows, nil
}

// fits gives what is to be done to the file so that held rows stand in it again, or an ErrConflict where they no longer fit in.
func (a *application) fits(ctx context.Context, w *work, st *file, d *drawer, l *rowfile.Layout, old io.ReaderAt, free func(rowfile.HeldRow) bool) ([]rowfile.Patch, error) {
	head, err := l.Head(w.from.Codec, reading(ctx, old, st.size))
	if err != nil {
		return nil, w.refused("a file has no header any more", "put it back")
	}
	if !rowfile.SameHead(w.from.Codec, d.Head, head) {
		return nil, w.refused("a file has other columns than when rows of it were restricted", "settle the held rows by hand")
	}
	patches, err := l.PutBack(&d.Kept, old, free)
	if errors.Is(err, rowfile.ErrAdrift) {
		return nil, w.refused("nothing that stood around a held row is there any more", "settle the held rows by hand")
	}
	if err != nil {
		return nil, clean(err)
	}
	key := slices.DeleteFunc(slices.Clone(w.from.Key), w.from.Path.Has)
	taken, err := l.Taken(w.from.Codec, key, &d.Kept, reading(ctx, old, st.size), free)
	if err != nil {
		return nil, w.from.Said(clean(err))
	}
	if taken {
		return nil, w.refused("a row with the key of a held one has been written meanwhile", "compare the two, and settle it by hand")
	}
	return patches, nil
}

// patch writes the new file: the old one, with rows put in.
func (x *exchange) patch(code rowfile.Codec, st *file, patches []rowfile.Patch) error {
	newSum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(x.fresh, newSum, &x.written), outward(st.size))
	if err := rowfile.Patched(code, x.old, st.size, patches, out); err != nil {
		return clean(err)
	}
	if err := out.Flush(); err != nil {
		return clean(err)
	}
	x.size, x.sum, x.carried = int64(x.written), sum(newSum), st.size
	if n := len(patches); n > 0 && patches[n-1].To == st.size {
		x.open = true
		x.lacks = rowfile.MissingAfter([]byte(patches[n-1].With))
	}
	return clean(x.fresh.Sync())
}

// refused is an ErrConflict that the outcome explains.
func (w *work) refused(what, hint string) error {
	w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Error, Path: w.On.Collection.Name, Summary: w.On.Collection.Name + ": " + what, Detail: hint})
	return fmt.Errorf("%w: %s", connectors.ErrConflict, what)
}
