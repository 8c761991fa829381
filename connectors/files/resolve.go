package files

import (
	"context"
	"fmt"
	"io/fs"
	"maps"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// file is the state of a file as it was when its rows were found, and since changed by this call.
type file struct {
	path   []string
	values []string
	info   fs.FileInfo
	size   int64    // how much of it was read
	sum    [32]byte // of what was read
	absent bool     // to be made
	body   string   // of a held document: what it is called in the vault
	drawer *drawer  // what is held of the path

	spots map[int64]*spot  // by the number a row had when it was found; 0 is the file itself
	kept  map[string]*spot // held rows, by what they are called in the drawer
}

// errChanged is the answer where a file is not what it was when its rows were found.
var errChanged = fmt.Errorf("%w: a file was changed meanwhile", connectors.ErrTryLater)

// resolve finds the rows of a treatment and what is to be done to them. Nothing is changed.
func (a *application) resolve(ctx context.Context, w *work) error {
	var err error
	if w.from, err = a.store.limits.Understand(w.On.Collection); err != nil {
		return err
	}
	switch w.Verb {
	case connectors.Delete, connectors.Set:
		err = a.find(ctx, w)
	case connectors.Block, connectors.Release:
		if w.Method != methodMove || len(methods()) == 0 {
			return fmt.Errorf("%w: blocking by %s", connectors.ErrNotSupported, w.Method)
		}
		if err = a.find(ctx, w); err == nil {
			err = a.foresee(ctx, w)
		}
	case connectors.Ensure:
		err = a.ensure(ctx, w)
	default:
		err = fmt.Errorf("%w: %s", connectors.ErrNotSupported, w.Verb)
	}
	if err == nil && int64(len(w.todo)) > w.AtMost {
		err = connectors.ErrMoreRows
	}
	return err
}

func (a *application) find(ctx context.Context, w *work) error {
	if len(w.On.Any) == 0 && !w.On.All {
		return nil
	}
	m, err := objects.NewMatcher(w.from, w.On)
	if err != nil {
		return err
	}
	if len(w.Capture) > 0 {
		w.out.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	if err := w.settable(); err != nil {
		return err
	}
	w.byID = m.Whole()
	f := finder{ctx: ctx, from: w.from, match: m}
	if w.Verb == connectors.Delete {
		f.empty = func(p []string) { w.hollow = append(w.hollow, p) }
	}
	return a.store.tour(f, func(st *stand) error {
		if w.from.Codec != nil {
			return a.findRows(ctx, w, m, st)
		}
		return st.documents(w.from, m, func(v *view, persons []int) error {
			in := a.file(v.object, st.drawer)
			return a.take(w, v, persons, in, in.spot(v.object, st))
		})
	})
}

// file gives the state of a document, the same for every treatment of the call.
func (a *application) file(o object, d *drawer) *file {
	id := slash(o.path()) + "/" + o.body
	if a.files[id] == nil {
		a.files[id] = &file{path: o.path(), values: o.values, info: o.info, body: o.body, drawer: d}
	}
	return a.files[id]
}

// findRows finds the rows of one file, and of those held of it. Treatments of one call read the same part of it.
func (a *application) findRows(ctx context.Context, w *work, m *objects.Matcher, st *stand) error {
	o := st.object
	known := a.files[slash(o.path())]
	state := known
	if known == nil {
		state = &file{path: o.path(), values: o.values, info: o.info, drawer: st.drawer, absent: !st.there}
	}
	if known.version() != "" && known.version() != st.drawer.version() || known != nil && known.absent == st.there {
		return errChanged
	}
	taken := len(w.todo)
	if st.there {
		rows, err := a.readRows(ctx, w, m, st, state)
		if err != nil {
			return err
		}
		if rows == 0 && w.Verb == connectors.Delete && w.dissolves() {
			w.husks = append(w.husks, state)
		}
	}
	err := st.drawer.scan(w.from, o, m, func(v *view, i int, persons []int) error {
		return a.take(w, v, persons, state, state.keptSpot(st.drawer.Rows[i]))
	})
	if w.keep || known != nil || len(w.todo) > taken {
		a.files[slash(o.path())] = state
	}
	return err
}

// readRows finds rows in the file itself.
func (a *application) readRows(ctx context.Context, w *work, m *objects.Matcher, st *stand, state *file) (int64, error) {
	size, err := readable(ctx, w.from, st.f)
	if err != nil {
		return 0, err
	}
	before := state.size > 0
	if before {
		size = state.size
	}
	in := summed(w.from.Codec, reading(ctx, st.f, size))
	var got [32]byte
	if in.whole != nil { // before it is read
		if got, err = in.sum(); err != nil {
			return 0, clean(err)
		}
	}
	rows, err := scan(ctx, w.from, in.r, st.f, st.object, m, func(v *view, persons []int) error {
		return a.take(w, v, persons, state, state.rowSpot(v.record.Number()))
	})
	if err != nil {
		return 0, err
	}
	if in.whole == nil {
		got = sum(in.h)
	}
	if before && state.sum != got {
		return 0, errChanged
	}
	state.size, state.sum = size, got
	return rows, nil
}

// take judges one row.
func (a *application) take(w *work, v *view, persons []int, in *file, at *spot) error {
	t := target{in: in, persons: persons, spot: at}
	row := connectors.Row{}
	if err := v.row(w.fields(), true, row); err != nil {
		return err
	}
	if w.out.LinkKeys != nil {
		t.keys = row.Pick(w.Capture)
		capture(w.out, t)
	}
	if at.planned.Gone {
		return nil
	}
	maps.Copy(row, at.planned.Set)
	switch at.planned.Standing(w.Treatment, row) {
	case connectors.Done:
		w.out.Already++
		return nil
	case connectors.Conflict:
		w.out.Conflicts = append(w.out.Conflicts, pick(row, w.On.Collection.Key))
		return nil
	}
	if w.Verb == connectors.Set {
		t.set = w.ValuesFor(row)
		if err := w.writable(v, t.set); err != nil {
			return err
		}
	}
	if !w.keep {
		at.planned.Add(w.Treatment, t.set)
	}
	if w.todo = append(w.todo, t); int64(len(w.todo)) > w.AtMost {
		return connectors.ErrMoreRows // no need to count on
	}
	return nil
}

// fields are those looked at beside the ones the row is selected by.
func (w *work) fields() []string {
	out := append([]string{}, w.Capture...)
	if w.Verb == connectors.Set {
		out = append(out, w.On.Collection.Key...)
		for _, x := range w.Assign {
			out = append(out, x.Field)
		}
	}
	return out
}

func pick(row connectors.Row, names []string) connectors.Row {
	out := connectors.Row{}
	for _, n := range names {
		out[n] = row[n]
	}
	return out
}
