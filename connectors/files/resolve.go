package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
)

// file is the state of a file as it was when its rows were found, and since changed by this call.
type file struct {
	path   []string
	values []string
	info   fs.FileInfo
	size   int64    // how much of it was read
	sum    [32]byte // of what was read
	gone   []int64  // rows taken out by this call, by their first numbers, ascending
	absent bool     // to be made

	planned map[int64]plan // by the first number of a row; 0 is the file itself
}

// plan is what the treatments resolved so far will have made of a row: a later one finds what an earlier one left.
type plan struct {
	gone bool
	set  connectors.Row
}

// intend adds what a treatment will do.
func (f *file) intend(t target, verb connectors.Verb) {
	if f.planned == nil {
		f.planned = map[int64]plan{}
	}
	p := f.planned[t.row]
	if verb == connectors.Delete {
		p.gone = true
	} else {
		p.set = merged(p.set, t.set)
	}
	f.planned[t.row] = p
}

func merged(a, b connectors.Row) connectors.Row {
	out := connectors.Row{}
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

// errChanged is the answer where a file is not what it was when its rows were found.
var errChanged = fmt.Errorf("%w: a file was changed meanwhile", connectors.ErrTryLater)

// resolve finds the rows of a treatment and what is to be done to them. Nothing is changed.
func (a *application) resolve(ctx context.Context, w *work) error {
	var err error
	if w.from, err = understand(w.On.Collection); err != nil {
		return err
	}
	switch w.Verb {
	case connectors.Delete, connectors.Set:
		err = a.find(ctx, w)
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
	m, err := newMatcher(w.from, w.On)
	if err != nil {
		return err
	}
	if len(w.Capture) > 0 {
		w.out.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	if err := w.settable(); err != nil {
		return err
	}
	w.byID = m.byPath()
	f := finder{ctx: ctx, from: w.from, match: m, visit: func(o object) error {
		if w.from.codec != nil {
			return a.findRows(ctx, w, m, o)
		}
		v := &view{from: w.from, object: o}
		persons, err := v.persons(m)
		if err != nil || len(persons) == 0 {
			return err
		}
		return a.take(w, v, persons, a.file(o))
	}}
	if w.Verb == connectors.Delete {
		f.empty = func(p []string) { w.hollow = append(w.hollow, p) }
	}
	return f.walk(a.store.tree)
}

// file gives the state of o, the same for every treatment of the call.
func (a *application) file(o object) *file {
	id := slash(o.path())
	if a.files[id] == nil {
		a.files[id] = &file{path: o.path(), values: o.values, info: o.info}
	}
	return a.files[id]
}

// findRows finds the rows of one file. Treatments of one call read the same part of it.
func (a *application) findRows(ctx context.Context, w *work, m *matcher, o object) error {
	f, info, err := o.in.open(o.name, os.O_RDONLY)
	if errors.Is(err, errAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := w.from.readable(ctx, f)
	if err != nil {
		return err
	}
	known := a.files[slash(o.path())]
	if known != nil && known.size > 0 {
		size = known.size
	}
	sum := sha256.New()
	read := io.TeeReader(io.NewSectionReader(f, 0, size), sum)
	state := &file{path: o.path(), values: o.values, info: info, size: size}
	if known != nil {
		state = known
	}
	rows, err := w.from.scan(ctx, read, f, o, m, func(v *view, persons []int) error {
		return a.take(w, v, persons, state)
	})
	if err != nil {
		return err
	}
	var got [32]byte
	sum.Sum(got[:0])
	if known != nil && known.size > 0 && known.sum != got {
		return errChanged
	}
	state.size, state.sum = size, got
	if rows == 0 && w.Verb == connectors.Delete && w.dissolves() {
		w.husks = append(w.husks, state)
	}
	if w.keep || known != nil || len(w.todo) > 0 && w.todo[len(w.todo)-1].in == state {
		a.files[slash(o.path())] = state
	}
	return nil
}

// take judges one row.
func (a *application) take(w *work, v *view, persons []int, in *file) error {
	t := target{in: in, persons: persons}
	if v.record != nil {
		t.row = v.record.number()
	}
	row := connectors.Row{}
	if err := v.row(w.fields(), true, row); err != nil {
		return err
	}
	if w.out.LinkKeys != nil {
		t.keys = row.Pick(w.Capture)
		capture(w.out, t)
	}
	before := in.planned[t.row]
	if before.gone {
		return nil
	}
	maps.Copy(row, before.set)
	switch w.Standing(row) {
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
		in.intend(t, w.Verb)
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
