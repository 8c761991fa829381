package files

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// foresee finds out, before anything is changed, whether what is released has its place.
func (a *application) foresee(ctx context.Context, w *work) error {
	if w.Verb != connectors.Release {
		return nil
	}
	done := map[*file]bool{}
	for _, t := range w.todo {
		if t.spot.id == "" || done[t.in] {
			continue
		}
		done[t.in] = true
		var err error
		if w.from.Codec == nil {
			err = a.foreseeDocument(w, t)
		} else {
			err = a.foreseeRows(ctx, w, t.in)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *application) foreseeRows(ctx context.Context, w *work, st *file) error {
	free := func(r rowfile.HeldRow) bool {
		s := st.kept[r.ID]
		return s != nil && len(s.planned.Marks) == 0 && !s.planned.Gone
	}
	if st.drawer == nil || !slices.ContainsFunc(st.drawer.Rows, free) {
		return nil
	}
	last := len(st.path) - 1
	dir, err := a.store.tree.walk(st.path[:last])
	var f *os.File
	if err == nil {
		defer dir.Close()
		f, _, err = dir.open(st.path[last], os.O_RDONLY)
	}
	if errors.Is(err, errAbsent) {
		return w.refused("the file held rows stood in is gone", "put it back, or settle the held rows by hand")
	}
	if err != nil {
		return err
	}
	defer f.Close()
	d, l, err := a.laidOut(ctx, w, st, f)
	if err != nil {
		return err
	}
	_, err = a.fits(ctx, w, st, d, l, f, free)
	return err
}
