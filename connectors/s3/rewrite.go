package s3

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// rewrite changes rows of one object, and gives those it changed. What stays is written beside it, in parts that nobody sees, and takes its place at
// one instant and only if the object is still the one that was read; whoever is killed in between has changed nothing. Then the version that
// was replaced goes, and every older one that holds such rows. Killed before that, the rows are still found, in those versions.
func (a *application) rewrite(ctx context.Context, w *work, rows []target) ([]target, error) {
	o := rows[0].in
	e := newEdit(w, rows)
	if len(e.now)+len(e.added) > 0 {
		if err := a.write(ctx, w, o, e); errors.Is(err, errAbsent) {
			return nil, nil // gone since, with all its rows
		} else if err != nil {
			return nil, err
		}
	}
	var ids []string
	for id := range w.tainted[o.key] {
		if id != o.currentID() || len(e.now)+len(e.added) == 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	if err := a.removeVersions(ctx, o.key, ids); err != nil {
		return e.done, err
	}
	current := o.currentID()
	o.versions = slices.DeleteFunc(o.versions, func(v version) bool { return v.id != "" && v.id != current && slices.Contains(ids, v.id) })
	for _, t := range rows {
		if t.spot != nil && t.spot.version != "" {
			e.done = append(e.done, t)
		}
	}
	return e.done, nil
}

// edit says what becomes of the rows of an object.
type edit struct {
	work  *work
	now   []target // by the numbers the rows have now, ascending
	added []connectors.Row
	done  []target
	gone  []int64 // by the numbers they had
	left  int64   // rows that stay
}

func newEdit(w *work, rows []target) *edit {
	e := &edit{work: w, done: make([]target, 0, len(rows))}
	standing := func(t target) bool { return !t.add && t.spot.row > 0 }
	ascending := func(a, b target) int { return cmp.Compare(a.spot.row, b.spot.row) }
	if !slices.ContainsFunc(rows, func(t target) bool { return !standing(t) }) && slices.IsSortedFunc(rows, ascending) {
		e.now = rows // as most are; there may be very many
		return e
	}
	for _, t := range rows {
		if t.add {
			e.added = append(e.added, t.set)
			e.done = append(e.done, t)
		} else if standing(t) {
			e.now = append(e.now, t)
		}
	}
	slices.SortFunc(e.now, ascending)
	return e
}

// of is what is to be done to the row that has a number now.
func (e *edit) of(number int64) (target, bool) {
	i, there := slices.BinarySearchFunc(e.now, number, func(t target, n int64) int { return cmp.Compare(t.spot.row, n) })
	if !there {
		return target{}, false
	}
	return e.now[i], true
}

func (e *edit) ask(r rowfile.Record) (rowfile.Change, error) {
	t, ok := e.of(r.Number())
	if !ok {
		e.left++
		return rowfile.Change{}, nil
	}
	e.done = append(e.done, t)
	if e.work.Verb == connectors.Delete || e.work.Verb == connectors.Block {
		e.gone = append(e.gone, r.Number())
		return rowfile.Change{Drop: true}, nil
	}
	e.left++
	return rowfile.Change{Set: t.set}, nil
}

// write puts a new object in place, made of the one that was read.
func (a *application) write(ctx context.Context, w *work, o *object, e *edit) error {
	pass := func(in io.Reader, out io.Writer) error { return w.from.Codec.Pass(in, out, e.ask, e.added) }
	keep := func() bool {
		empties := w.Verb == connectors.Delete && w.match != nil && w.match.Whole() && e.left == 0 && w.from.Codec.Grows() && o.drawer.empty()
		return !empties
	}
	if o.absent {
		u := a.upload(ctx, o.key, nil, over{})
		defer u.abort()
		if err := pass(empty{}, u); err != nil {
			return w.from.Said(err)
		}
		got, err := u.commit()
		if err == nil {
			o.now(got)
			o.absent = false
		}
		return err
	}
	got, err := a.replace(ctx, w.from, o.stand, o.versions[0], pass, keep)
	if errors.Is(err, errEmptied) { // an object that bears the person's name, and nothing else is in it
		if err = a.removeAll(ctx, o.item); err == nil {
			o.versions = nil
		}
		return err
	}
	if err != nil {
		return err
	}
	old := o.versions[0]
	o.now(got)
	o.went(e.gone)
	if a.versions && old.id != got.version {
		return a.removeVersions(ctx, o.key, []string{old.id})
	}
	return nil
}

var errEmptied = errors.New("nothing is left of it")

type empty struct{}

func (empty) Read([]byte) (int, error) { return 0, io.EOF }

// replace streams a version through change into a new one over it, compressed as it was and with the same traits. It is not put in place where
// keep says no.
func (s *store) replace(ctx context.Context, from *objects.Source, st *stand, v version, change func(io.Reader, io.Writer) error, keep func() bool) (written, error) {
	in, err := s.content(ctx, from, st.key, v, st.again)
	if err != nil {
		return written{}, v.outdated(err)
	}
	defer in.close()
	u := s.upload(ctx, st.key, nil, over{v.etag})
	u.carry = &carry{s: s, ctx: ctx, key: st.key, v: v, to: st.key, head: func() *s3.GetObjectOutput { return cmp.Or(in.head, st.again.beside(s.clock())) }}
	defer u.abort()
	u.buf.Grow(int(min(v.size, partBytes)))
	out, err := in.how.squeeze(u)
	if err != nil {
		return written{}, err
	}
	if err := change(in.r, out); err != nil {
		return written{}, from.Said(err)
	}
	if err := out.Close(); err != nil {
		return written{}, err
	}
	if !keep() {
		return written{}, errEmptied
	}
	s.reached("filled")
	return u.commit()
}

func always() bool { return true }
