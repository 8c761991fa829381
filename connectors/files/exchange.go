package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// exchange is the replacing of one file by another.
type exchange struct {
	app   *application
	dir   *folder
	name  string
	old   *os.File // locked
	seen  fs.FileInfo
	since time.Time // when seen was taken
	fresh *os.File
	temp  string // its name, until it has its own
	spare string // the second name of the old file during the exchange

	written rowfile.Counter
	size    int64    // of what was written for the part of the old file that was read
	sum     [32]byte // of it
	open    bool     // the last row was changed, and what is appended may go on with it
	carried int64    // how much of the old file stands in the new one
	lacks   string   // what must be written before anything is carried
	joint   *joint   // what goes together with it; nil: nothing does
}

// exchange opens and locks the file and begins a new one.
func (a *application) exchange(ctx context.Context, d *folder, name string) (*exchange, error) {
	x := &exchange{app: a, dir: d, name: name}
	var err error
	if x.old, err = lockFile(ctx, d, name); err != nil {
		return nil, err
	}
	if x.since = time.Now(); err == nil {
		x.seen, err = x.old.Stat()
	}
	if err == nil && links(x.seen) > 1 {
		err = errHardLink
	}
	if err == nil {
		x.fresh, x.temp, err = a.scratch(d)
	}
	if err != nil {
		x.close()
		return nil, clean(err)
	}
	a.store.reached("begun")
	return x, nil
}

func (x *exchange) close() {
	if x.temp != "" {
		_ = x.dir.root.Remove(x.temp)
	}
	if x.spare != "" {
		_ = x.dir.root.Remove(x.spare)
	}
	for _, f := range []*os.File{x.fresh, x.old} {
		if f != nil {
			_ = f.Close()
		}
	}
}

// swap puts the new file in the place of the old one.
func (x *exchange) swap(ctx context.Context, w *work, st *file) (err error) {
	x.app.store.reached("filled")
	if err := resemble(x.fresh, x.old, x.seen); err != nil {
		return err
	}
	release, known, err := alone(ctx, x.old, 3*time.Second)
	if err != nil {
		return err
	}
	defer func() { release() }()
	if err := x.catchUp(w, st); err != nil {
		return err
	}
	if err := x.fresh.Sync(); err != nil {
		return clean(err)
	}
	x.app.store.reached("synced")
	spare := x.app.bench.next("old")
	if x.joint != nil {
		defer func() { err = errors.Join(err, x.joint.close()) }()
		if err := x.joint.ready(x, spare); err != nil {
			return err
		}
	}
	if err := x.dir.root.Link(x.name, spare); err != nil {
		return clean(err)
	}
	x.spare = spare
	x.app.store.reached("linked")
	before, err := x.old.Stat()
	if err != nil {
		return clean(err)
	}
	if err := x.dir.root.Rename(x.temp, x.name); err != nil {
		return clean(err)
	}
	x.temp = ""
	if x.joint != nil {
		x.joint.state = joined
	}
	x.app.store.reached("renamed")
	if err := x.dir.sync(); err != nil {
		return err
	}
	if err := x.drain(w, before, known, release); err != nil {
		return err
	}
	err = clean(x.dir.root.Remove(x.spare))
	x.spare = ""
	x.app.store.reached("removed")
	return errors.Join(err, x.dir.sync())
}

// catchUp copies what was appended since the rows were found, where nothing else was changed.
func (x *exchange) catchUp(w *work, st *file) error {
	now, err := x.old.Stat()
	if err != nil {
		return clean(err)
	}
	here, err := x.dir.look(x.name)
	if err != nil || !os.SameFile(here, now) {
		return errChanged // another file has been put in its place
	}
	// A change within the clock's tick of the last look shows in no time stamp.
	if now.Size() != x.seen.Size() || !now.ModTime().Equal(x.seen.ModTime()) || x.since.Sub(x.seen.ModTime()) < 50*time.Millisecond {
		h := sha256.New()
		if _, err := io.Copy(h, io.NewSectionReader(x.old, 0, st.size)); err != nil {
			return clean(err)
		}
		if sum(h) != st.sum {
			return errChanged
		}
	}
	if now.Size() == x.carried {
		return nil
	}
	if now.Size() < x.carried || !w.from.Codec.Grows() || x.open && !endsLine(x.old, x.carried) {
		return errChanged
	}
	return x.carry(now.Size())
}

// endsLine says whether a line ends at offset at.
func endsLine(f *os.File, at int64) bool {
	if at == 0 {
		return true
	}
	var b [1]byte
	n, _ := f.ReadAt(b[:], at-1)
	return n == 1 && b[0] == '\n'
}

// carry appends the old file up to size to the new one.
func (x *exchange) carry(size int64) error {
	if x.lacks != "" && size > x.carried {
		if _, err := x.fresh.WriteString(x.lacks); err != nil {
			return clean(err)
		}
		x.lacks = ""
	}
	n, err := io.Copy(x.fresh, io.NewSectionReader(x.old, x.carried, size-x.carried))
	x.carried += n
	return clean(err)
}

// drain lets in who waits to write to the old file, waits until nobody can any longer, and copies what still came.
func (x *exchange) drain(w *work, before fs.FileInfo, known bool, release func()) error {
	patience := 5 * time.Second
	// The context no longer counts: the exchange has been made, and what others write must not be lost.
	release, _, err := letIn(x.old, release, patience)
	if err != nil {
		w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Warning, Path: w.On.Collection.Name,
			Summary: "a program opened a file of " + w.On.Collection.Name + " while it was replaced, and still writes to the old one",
			Detail:  "restart that program; what it writes until then is lost"})
	}
	defer release()
	if !known {
		x.quiet(w)
	}
	now, err := x.old.Stat()
	if err != nil {
		return clean(err)
	}
	if now.Size() < x.carried || !w.from.Codec.Grows() && (now.Size() != before.Size() || !now.ModTime().Equal(before.ModTime())) {
		// Someone wrote the whole file anew, over the one that has just lost its place: theirs is the file.
		if x.joint != nil {
			if err := x.joint.back(); err != nil {
				return err
			}
		}
		if err := x.dir.root.Rename(x.spare, x.name); err != nil {
			return clean(err)
		}
		x.spare = ""
		if x.joint != nil {
			x.joint.state = parted
			x.app.store.reached("parted")
		}
		return errors.Join(errChanged, x.dir.sync())
	}
	if now.Size() > x.carried {
		if err := x.carry(now.Size()); err != nil {
			return err
		}
		return clean(x.fresh.Sync())
	}
	return nil
}

// quiet waits until the old file has not grown for a quarter of a second, five seconds at most, where no lease can be had.
func (x *exchange) quiet(w *work) {
	const calm = 250 * time.Millisecond
	var size int64 = -1
	for last, end := time.Now(), time.Now().Add(5*time.Second); time.Since(last) < calm && time.Now().Before(end); {
		if now, err := x.old.Stat(); err == nil && now.Size() != size {
			size, last = now.Size(), time.Now()
		}
		_ = pause(context.Background(), 5*time.Millisecond)
	}
	w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Warning, Path: w.On.Collection.Name,
		Summary: "this system cannot tell whether a program holds a file of " + w.On.Collection.Name + " open",
		Detail:  "stop programs that keep such files open for writing before an erasure; those that open them for each line lose nothing"})
}
