package files

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// same says whether what stands under name is still the file that was found: its identity, size and time.
func same(d *folder, name string, in *file) error {
	now, err := d.look(name)
	if err != nil {
		return err
	}
	if !os.SameFile(now, in.info) || now.Size() != in.info.Size() || !now.ModTime().Equal(in.info.ModTime()) {
		return errChanged
	}
	return nil
}

// unlink deletes a document; errAbsent where it is no longer there. It removes the folders this leaves empty,
// where their names hold fields: an empty folder named by a member number is still personal data.
func (a *application) unlink(ctx context.Context, w *work, t target) error {
	last := len(t.in.path) - 1
	d, err := a.store.tree.walk(t.in.path[:last])
	if err != nil {
		return err
	}
	defer d.Close()
	name := t.in.path[last]
	if err := same(d, name, t.in); err != nil {
		return err
	}
	if links(t.in.info) > 1 {
		w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Warning, Path: w.On.Collection.Name,
			Summary: "a document of " + w.On.Collection.Name + " has a second name (a hard link), under which it stays", Detail: "find that name and map it, or remove it"})
	}
	if err := d.root.Remove(name); err != nil {
		return clean(err)
	}
	if err := d.sync(); err != nil {
		return err
	}
	a.store.reached("unlinked")
	return a.prune(ctx, w.from, t.in.path[:last], nil)
}

// prune removes empty folders whose names hold fields, from the last upwards, unless something that stood there is held, beside one document of
// the path but: it may come back.
func (a *application) prune(ctx context.Context, from *objects.Source, p, but []string) error {
	for i := len(p) - 1; i >= 0 && from.Path.Segments[i].Named(); i-- {
		d, err := a.store.tree.walk(p[:i])
		if errors.Is(err, errAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		removed := false
		held, err := a.store.holdsBelow(ctx, p[:i+1], but)
		if err == nil && !held {
			removed, err = d.removeEmpty(p[i])
		}
		_ = d.Close()
		if err != nil || !removed {
			return err
		}
	}
	return nil
}

// removeEmpty removes a folder, if it is one and empty.
func (d *folder) removeEmpty(name string) (bool, error) {
	in, err := d.down(name)
	if errors.Is(err, errAbsent) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	empty, err := in.isEmpty()
	_ = in.Close()
	if err != nil || !empty {
		return false, err
	}
	err = d.root.Remove(name)
	if still, lookErr := d.look(name); lookErr == nil && still.IsDir() && !errors.Is(err, fs.ErrPermission) {
		return false, nil // something came into it meanwhile
	}
	if err != nil {
		return false, clean(err)
	}
	return true, d.sync()
}

// rename gives a document new path fields. It never takes the place of another.
func (a *application) rename(ctx context.Context, w *work, t target) error {
	to, err := w.newPath(t.in.values, t.set)
	if err != nil {
		return err
	}
	last := len(to) - 1
	d, err := a.store.tree.walk(t.in.path[:last])
	if err != nil {
		return err
	}
	defer d.Close()
	name := t.in.path[last]
	if err := same(d, name, t.in); err != nil {
		return err
	}
	into, err := a.store.makeFolders(to[:last])
	if err != nil {
		return err
	}
	defer into.Close()
	switch there, err := into.look(to[last]); {
	case err == nil && os.SameFile(there, t.in.info): // a call before this one got so far
	case err == nil:
		return errTaken
	case !errors.Is(err, errAbsent):
		return err
	default:
		if err := linkTo(d, name, into, to[last]); errors.Is(err, fs.ErrExist) {
			return errTaken
		} else if err != nil {
			return err
		}
	}
	a.store.reached("doubled")
	if err := into.sync(); err != nil {
		return err
	}
	if err := d.root.Remove(name); err != nil {
		return clean(err)
	}
	if err := d.sync(); err != nil {
		return err
	}
	was := t.in.path[:last]
	t.in.path, t.in.values = to, w.freshValues(t.in.values, t.set)
	return a.prune(ctx, w.from, was, nil)
}

var errTaken = fmt.Errorf("%w: another document has the new path", connectors.ErrConflict)

// makeFolders opens the folder at p, and makes what is missing of it, readable as the one above.
func (s *store) makeFolders(p []string) (*folder, error) {
	at, err := s.tree.again()
	for _, name := range p {
		if err != nil {
			return nil, err
		}
		next, err := at.down(name)
		if errors.Is(err, errAbsent) {
			next, err = at.make(name)
		}
		_ = at.Close()
		if err != nil {
			return nil, err
		}
		at = next
	}
	return at, err
}

// make makes a folder with the mode of d.
func (d *folder) make(name string) (*folder, error) {
	info, err := d.root.Lstat(".")
	if err == nil {
		err = d.root.Mkdir(name, info.Mode().Perm())
	}
	if err == nil {
		err = d.root.Chmod(name, info.Mode().Perm()) // whatever the umask
	}
	if err == nil {
		err = d.sync()
	}
	if err != nil {
		return nil, clean(err)
	}
	return d.down(name)
}
