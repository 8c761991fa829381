package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// dissolves says whether a file that holds no row any more goes, too.
func (w *work) dissolves() bool { return w.byID && w.from.Codec.Grows() }

// clear removes what a call that was killed left of the rows it deleted: files without rows and empty folders on paths
// that the selection names.
func (a *application) clear(ctx context.Context, w *work) error {
	for _, st := range w.husks {
		if err := a.husk(ctx, w, st); err != nil {
			return err
		}
	}
	for _, p := range w.hollow {
		if err := a.prune(ctx, w.from, p, nil); err != nil {
			return err
		}
	}
	return nil
}

func (a *application) husk(ctx context.Context, w *work, st *file) error {
	if !st.drawer.empty() {
		return nil // rows of it are held
	}
	last := len(st.path) - 1
	d, err := a.store.tree.walk(st.path[:last])
	if errors.Is(err, errAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	defer d.Close()
	if err := a.begin(); err != nil {
		return err
	}
	x := &exchange{app: a, dir: d, name: st.path[last]}
	defer x.close()
	return x.dissolve(ctx, w, st)
}

// dissolve removes a file of which the last row went, where rows were selected by a field of its path: an empty file
// named by a member number is still personal data. It removes the folders this leaves empty, too. What is
// appended in that instant brings the file back.
func (x *exchange) dissolve(ctx context.Context, w *work, st *file) error {
	f, err := lockFile(ctx, x.dir, x.name)
	if errors.Is(err, errAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	release, known, err := alone(ctx, f, time.Second)
	if err != nil {
		return err
	}
	defer func() { release() }()
	if info, err := f.Stat(); err != nil || info.Size() != st.size {
		return clean(err) // rows came: it stays
	}
	spare := x.app.bench.next("old")
	if err := x.dir.root.Link(x.name, spare); err != nil {
		return clean(err)
	}
	x.spare = spare
	if err := x.dir.root.Remove(x.name); err != nil {
		return clean(err)
	}
	if err := x.dir.sync(); err != nil {
		return err
	}
	x.app.store.reached("hidden")
	if release, _, err = letIn(f, release, 5*time.Second); err == nil && !known {
		_ = pause(ctx, 250*time.Millisecond)
	}
	if info, err := f.Stat(); err != nil || info.Size() != st.size {
		return x.back(f, st.size)
	}
	if err := x.dir.root.Remove(x.spare); err != nil {
		return clean(err)
	}
	x.spare = ""
	st.absent = true
	x.app.store.reached("dissolved")
	if err := x.dir.sync(); err != nil {
		return err
	}
	return x.app.prune(ctx, w.from, st.path[:len(st.path)-1], nil)
}

// back gives a file its name again, or what was appended to it to the file that has come in its place.
func (x *exchange) back(f *os.File, size int64) error {
	err := x.dir.root.Link(x.spare, x.name)
	if errors.Is(err, fs.ErrExist) {
		x.old, x.carried = f, size
		if x.fresh, _, err = x.dir.open(x.name, os.O_WRONLY|os.O_APPEND); err == nil {
			var info fs.FileInfo
			if info, err = f.Stat(); err == nil {
				err = x.carry(info.Size())
			}
		}
		x.old = nil
	}
	return errors.Join(clean(err), x.dir.sync())
}
