package files

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// A document moves as it is: the same file, with its time, owner and attributes, under another name, so that there is no instant at
// which it is in both places or in neither. On the way in, its entry in the drawer is written first, and does not count
// while the document is not there; on the way out, the document gets its old name beside the other, and has left from then on.

var errLinked = fmt.Errorf("%w: the document has a second name (a hard link), under which it would stay", connectors.ErrConflict)

// restrictDocument blocks or releases one document.
func (a *application) restrictDocument(ctx context.Context, w *work, t target) error {
	switch {
	case t.spot.id != "":
	case w.Verb == connectors.Release:
		return errAbsent // it went before it was held
	default:
		return a.hide(ctx, w, t)
	}
	room, err := a.store.vault.own(ctx, patience)
	if err != nil {
		return err
	}
	defer room.close()
	d, i, err := t.in.entry(room, w.from, t.spot.id)
	if err != nil {
		return err
	}
	x := &d.Docs[i]
	if w.Verb == connectors.Block {
		x.Marks = append(rowfile.Without(x.Marks, w.Mark), w.Mark)
		return room.put(d)
	}
	if left := rowfile.Without(x.Marks, w.Mark); len(left) > 0 {
		x.Marks = left
		return room.put(d)
	}
	if err := a.show(w, t, room, d, *x); err != nil {
		return err
	}
	d.Docs = slices.Delete(d.Docs, i, i+1)
	t.spot.id, t.in.body = "", ""
	return room.put(d)
}

// entry finds a held document; errAbsent where it is no longer held.
func (f *file) entry(room *room, from *objects.Source, id string) (*drawer, int, error) {
	d, err := room.drawer(drawerName(formatName(from.Rows), f.path), true)
	if err != nil {
		return nil, 0, err
	}
	if d != nil {
		for i, x := range d.Docs {
			if x.ID == id {
				return d, i, nil
			}
		}
	}
	return nil, 0, errAbsent
}

// hide moves a document into the vault.
func (a *application) hide(ctx context.Context, w *work, t target) error {
	last := len(t.in.path) - 1
	dir, err := a.store.tree.walk(t.in.path[:last])
	if err != nil {
		return err
	}
	defer dir.Close()
	name := t.in.path[last]
	f, err := lockFile(ctx, dir, name)
	if err != nil {
		return err
	}
	defer f.Close()
	release, _, err := alone(ctx, f, 3*time.Second)
	if err != nil {
		return err
	}
	defer func() { release() }()
	if err := same(dir, name, t.in); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return clean(err)
	}
	if links(info) > 1 {
		return errLinked
	}
	room, err := a.store.vault.own(ctx, patience)
	if err != nil {
		return err
	}
	defer room.close()
	if err := room.closed(); err != nil {
		return err
	}
	d, err := room.drawer(drawerName("", t.in.path), true)
	if err != nil {
		return err
	}
	if d == nil {
		d = &drawer{label: label{Path: t.in.path}}
	}
	x := heldDoc{ID: rand.Text(), Mode: info.Mode(), Marks: []string{w.Mark}}
	d.Docs = append(d.Docs, x)
	if err := room.save(d, drawerEnd); err != nil {
		return err
	}
	a.store.reached("noted")
	body := room.body(d, x)
	if err := moveTo(dir, name, room.folder, body); err != nil {
		d.Docs = d.Docs[:len(d.Docs)-1]
		return errors.Join(w.unmoved(err), room.put(d))
	}
	a.store.reached("moved")
	if err := errors.Join(room.sync(), dir.sync()); err != nil {
		return err
	}
	if moved, err := room.look(body); err != nil || !os.SameFile(moved, info) {
		return errors.Join(errChanged, a.giveBack(room, d, x, dir, name)) // another came into its place in that instant
	}
	_ = f.Chmod(0o600) // of another account's file we may not; the folder is closed all the same
	a.store.reached("shut")
	t.spot.id, t.in.body = x.ID, body
	return nil
}

// unmoved says why a document could not be moved.
func (w *work) unmoved(err error) error {
	if errors.Is(err, errAbsent) {
		return errAbsent
	}
	return errors.Join(w.refused("a document cannot be moved into the folder for what is held", "it must lie on the same file system, and the account Dossier runs as be allowed to remove it"), err)
}

// giveBack gives a document its name again; where that has been taken meanwhile the document stays held.
func (a *application) giveBack(room *room, d *drawer, x heldDoc, dir *folder, name string) error {
	body := room.body(d, x)
	if err := linkTo(room.folder, body, dir, name); err != nil {
		return err
	}
	if err := errors.Join(dir.sync(), room.drop(body)); err != nil {
		return err
	}
	d.Docs = slices.DeleteFunc(d.Docs, func(y heldDoc) bool { return y.ID == x.ID })
	return room.put(d)
}

// show puts a document back where it stood.
func (a *application) show(w *work, t target, room *room, d *drawer, x heldDoc) error {
	if err := a.foreseeDocument(w, t); err != nil {
		return err
	}
	last := len(t.in.path) - 1
	into, err := a.store.makeFolders(t.in.path[:last])
	if err != nil {
		return err
	}
	defer into.Close()
	body := room.body(d, x)
	f, info, err := room.open(body, os.O_RDONLY)
	if err != nil {
		return err
	}
	defer f.Close()
	if info.Mode() != x.Mode { // before it is seen again
		if err := f.Chmod(x.Mode & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)); err != nil {
			return clean(err)
		}
	}
	a.store.reached("opened")
	if err := linkTo(room.folder, body, into, t.in.path[last]); err != nil {
		_ = f.Chmod(0o600)
		if errors.Is(err, fs.ErrExist) {
			return w.refused(takenPath, takenHint)
		}
		return w.unmoved(err)
	}
	a.store.reached("returned")
	if err := into.sync(); err != nil {
		return err
	}
	if t.in.info, err = into.look(t.in.path[last]); err != nil {
		return err
	}
	err = room.drop(body)
	a.store.reached("cleared")
	return err
}

const (
	takenPath = "another document stands where a held one stood"
	takenHint = "move it away, or settle it by hand; the held one is unharmed"
)

// foreseeDocument finds out whether the place of a held document is free.
func (a *application) foreseeDocument(w *work, t target) error {
	at, err := a.store.tree.again()
	if err != nil {
		return err
	}
	defer func() { at.Close() }()
	for i, name := range t.in.path {
		info, err := at.look(name)
		if errors.Is(err, errAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		if i == len(t.in.path)-1 || !info.IsDir() {
			return w.refused(takenPath, takenHint)
		}
		next, err := at.down(name)
		if err != nil {
			return errChanged
		}
		_ = at.Close()
		at = next
	}
	return nil
}
