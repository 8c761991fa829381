package files

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// rewrite changes rows of one file, and gives those it changed.
//
// The file is replaced: what stays is written beside it, made durable, and renamed over it, so that a
// reader, and whoever looks after a crash, finds the old file or the new one. What may go on meanwhile:
//
//   - Another Dossier holds the advisory lock (flock) of the file; so may an application. We wait for it.
//   - A program that opens the file for each line it appends loses none. Lines that came before the
//     exchange are copied over while a read lease keeps writers out (their open waits for us, for
//     milliseconds); a program that had already found the old file when the exchange came can only write to that, so
//     we go on until the lease says that nobody has it open any longer, and copy what came.
//   - A program that keeps the file open for writing is found by the lease before anything is changed:
//     ErrTryLater, because what it writes later would go to a file that has no name any more.
//   - A file changed otherwise than by appending is not the file whose rows were confirmed: ErrTryLater.
//     Where it happens in the milliseconds of the exchange, the changed file is put back.
//
// Where the system knows no leases (other than Linux; some network file systems; files of another account),
// we wait until the old file has been quiet for a quarter of a second, and a note says so: there, a
// program that keeps the file open must be stopped first.
func (a *application) rewrite(ctx context.Context, w *work, rows []target) ([]target, error) {
	st := rows[0].in
	if st.absent {
		return a.create(w, rows)
	}
	e := newEdit(w, rows)
	d, err := a.store.tree.walk(st.path[:len(st.path)-1])
	if errors.Is(err, errAbsent) {
		return nil, nil // gone since, with all its rows
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	x, err := a.exchange(ctx, d, st.path[len(st.path)-1])
	if errors.Is(err, errAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer x.close()
	if err := x.fill(ctx, w, st, e); err != nil {
		return nil, err
	}
	if len(e.done) == 0 {
		return nil, nil
	}
	if err := x.swap(ctx, w, st); err != nil {
		return nil, err
	}
	st.size, st.sum = x.size, x.sum
	st.went(e.gone)
	if e.left == 0 && w.Verb == connectors.Delete && w.dissolves() && st.drawer.empty() {
		_ = x.fresh.Close() // or we would be the program that holds it open
		x.fresh = nil
		return e.done, x.dissolve(ctx, w, st)
	}
	return e.done, nil
}

// edit says what becomes of the rows of a file.
type edit struct {
	work  *work
	now   map[int64]target // by the numbers the rows have now
	added []connectors.Row
	done  []target
	gone  []int64 // by the numbers they had
	left  int64   // rows that stay
	open  bool    // the last row of the file was touched
}

func newEdit(w *work, rows []target) *edit {
	e := &edit{work: w, now: map[int64]target{}}
	for _, t := range rows {
		if t.add {
			e.added = append(e.added, t.set)
			e.done = append(e.done, t)
			continue
		}
		if t.spot.row > 0 {
			e.now[t.spot.row] = t
		}
	}
	return e
}

func (e *edit) ask(r rowfile.Record) (rowfile.Change, error) {
	t, ok := e.now[r.Number()]
	e.open = ok
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

// fill writes the new file from the part of the old one that was read when the rows were found.
func (x *exchange) fill(ctx context.Context, w *work, st *file, e *edit) error {
	newSum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(x.fresh, newSum, &x.written), outward(st.size))
	in := summed(w.from.Codec, reading(ctx, x.old, st.size))
	err := w.from.Codec.Pass(in.r, out, e.ask, e.added)
	var bad *rowfile.Malformed
	if errors.As(err, &bad) || err == nil && !in.is(st.sum) {
		return errChanged // it could be read when its rows were found
	}
	if err != nil {
		return w.from.Said(clean(err))
	}
	if err := out.Flush(); err != nil {
		return clean(err)
	}
	x.size, x.sum, x.open = int64(x.written), sum(newSum), e.open || len(e.added) > 0
	x.carried = st.size
	return clean(x.fresh.Sync())
}

// create makes a file for rows that are added where there was none.
func (a *application) create(w *work, rows []target) ([]target, error) {
	st := rows[0].in
	d, err := a.store.makeFolders(st.path[:len(st.path)-1])
	if err != nil {
		return nil, err
	}
	defer d.Close()
	e := newEdit(w, rows)
	x := &exchange{app: a, dir: d, name: st.path[len(st.path)-1]}
	defer x.close()
	if x.fresh, x.temp, err = a.scratch(d); err != nil {
		return nil, err
	}
	st.sum = sum(sha256.New())
	x.old, err = os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	if err := x.fill(context.Background(), w, st, e); err != nil {
		return nil, err
	}
	if info, err := d.root.Lstat("."); err != nil {
		return nil, clean(err)
	} else if err := x.fresh.Chmod(info.Mode().Perm() & 0o666); err != nil { // who may go into the folder may read the file
		return nil, clean(err)
	}
	if err := d.root.Link(x.temp, x.name); err != nil { // unlike a rename, never over another file
		return nil, errChanged
	}
	if err := d.sync(); err != nil {
		return nil, err
	}
	st.absent, st.size, st.sum = false, x.size, x.sum
	return e.done, nil
}

func sum(h hash.Hash) (out [32]byte) {
	h.Sum(out[:0])
	return out
}

// outward is how large a buffer the new form of a file of a size is worth.
func outward(size int64) int { return int(min(256<<10, size+4<<10)) }

var errHardLink = fmt.Errorf("%w: the file has a second name (a hard link), under which the rows would stay", connectors.ErrConflict)
