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
	isFree := func(r heldRow) bool { return free[r.ID] }
	patches, err := a.fits(ctx, w, st, d, l, x.old, isFree)
	if err != nil {
		return nil, err
	}
	w.mark(d, rows)
	if err := x.patch(st, patches); err != nil {
		return nil, err
	}
	before, numbers := l.numbers(d, isFree)
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
func (a *application) fits(ctx context.Context, w *work, st *file, d *drawer, l *layout, old io.ReaderAt, free func(heldRow) bool) ([]patch, error) {
	head, err := l.head(w.from, old)
	if err != nil {
		return nil, w.refused("a file has no header any more", "put it back")
	}
	was, _ := cutEnd(d.Head)
	if now, _ := cutEnd(head); string(now) != string(was) {
		return nil, w.refused("a file has other columns than when rows of it were restricted", "settle the held rows by hand")
	}
	patches, err := l.putBack(d, old, free)
	if errors.Is(err, errAdrift) {
		return nil, w.refused("nothing that stood around a held row is there any more", "settle the held rows by hand")
	}
	if err != nil {
		return nil, err
	}
	taken, err := l.taken(ctx, w.from, st, d, old, free)
	if err != nil {
		return nil, err
	}
	if taken {
		return nil, w.refused("a row with the key of a held one has been written meanwhile", "compare the two, and settle it by hand")
	}
	return patches, nil
}

// taken says whether a row that has come since has the key of one of those that are to come back.
func (l *layout) taken(ctx context.Context, from *source, st *file, d *drawer, old io.ReaderAt, free func(heldRow) bool) (bool, error) {
	names := slices.DeleteFunc(slices.Clone(from.Key), func(k string) bool { return k == from.codec.position() || from.path.has(k) })
	fresh := map[int64]bool{}
	n := int64(0)
	for i, t := range l.tokens {
		if t.kind == rowPiece {
			if n++; l.isNew[i] {
				fresh[n] = true
			}
		}
	}
	if len(names) == 0 || len(fresh) == 0 {
		return false, nil
	}
	var rows []heldRow
	for _, r := range d.Rows {
		if free(r) {
			rows = append(rows, r)
		}
	}
	var keys [][]any
	values := func(r record) []any {
		out := make([]any, len(names))
		for i, k := range names {
			out[i], _ = r.value(k)
		}
		return out
	}
	err := d.pass(from, rows, io.Discard, func(_ int, r record) (change, error) {
		keys = append(keys, values(r))
		return change{}, nil
	})
	if err != nil {
		return false, err
	}
	found := false
	err = from.codec.pass(&reading{ctx, io.NewSectionReader(old, 0, st.size)}, io.Discard, func(r record) (change, error) {
		if fresh[r.number()] {
			now := values(r)
			found = found || slices.ContainsFunc(keys, func(k []any) bool {
				return !slices.ContainsFunc(k, connectors.Empty) && slices.EqualFunc(k, now, connectors.Equal)
			})
		}
		return change{}, nil
	}, nil)
	return found, clean(err)
}

// numbers are those rows get that come back, and, ascending, those of the rows before which they come.
func (l *layout) numbers(d *drawer, free func(heldRow) bool) (before []int64, out map[string]int64) {
	out = map[string]int64{}
	n, h := int64(0), 0
	for i, t := range l.bones.tokens {
		switch {
		case h < len(d.Rows) && d.Rows[h].Token == i:
			if r := d.Rows[h]; free(r) {
				before = append(before, n+1)
				out[r.ID] = n + int64(len(before))
			}
			h++
		case t.kind == rowPiece:
			n++
		}
	}
	return before, out
}

// patch writes the new file: the old one, with rows put in.
func (x *exchange) patch(st *file, patches []patch) error {
	newSum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(x.fresh, newSum, &x.written), 256<<10)
	if err := patched(x.old, st.size, patches, out); err != nil {
		return clean(err)
	}
	if err := out.Flush(); err != nil {
		return clean(err)
	}
	x.size, x.sum, x.carried = int64(x.written), sum(newSum), st.size
	if n := len(patches); n > 0 && patches[n-1].to == st.size {
		x.open = true
		x.lacks = missingAfter([]byte(patches[n-1].with))
	}
	return clean(x.fresh.Sync())
}

// refused is an ErrConflict that the outcome explains.
func (w *work) refused(what, hint string) error {
	w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Error, Path: w.On.Collection.Name, Summary: w.On.Collection.Name + ": " + what, Detail: hint})
	return fmt.Errorf("%w: %s", connectors.ErrConflict, what)
}
