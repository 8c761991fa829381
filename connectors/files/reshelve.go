package files

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// shelf deletes a held document, or gives it new path fields.
func (a *application) shelf(ctx context.Context, w *work, t target) error {
	path := t.in.path
	was := path[:len(path)-1]
	if w.Verb == connectors.Set { // before: once it has another path, nothing leads here again
		if err := a.prune(ctx, w.from, was, path); err != nil {
			return err
		}
	}
	if err := a.onShelf(ctx, w, t); err != nil || w.Verb == connectors.Set {
		return err
	}
	return a.prune(ctx, w.from, was, nil)
}

func (a *application) onShelf(ctx context.Context, w *work, t target) error {
	room, err := a.store.vault.own(ctx, patience)
	if err != nil {
		return err
	}
	defer room.close()
	d, i, err := t.in.entry(room, w.from, t.spot.id)
	if err != nil {
		return err
	}
	x := d.Docs[i]
	if w.Verb == connectors.Delete {
		err = room.drop(room.body(d, x))
		a.store.reached("dropped")
	} else {
		err = a.reshelve(w, t, room, d, x)
	}
	if err != nil {
		return err
	}
	d.Docs = slices.Delete(d.Docs, i, i+1)
	return room.put(d)
}

// reshelve moves a held document into the drawer of its new path.
func (a *application) reshelve(w *work, t target, room *room, d *drawer, x heldDoc) error {
	to, err := w.newPath(t.in.values, t.set)
	if err != nil {
		return err
	}
	moved := *t.in
	moved.path = to
	if err := a.foreseeDocument(w, target{in: &moved}); err != nil {
		return err
	}
	into, err := room.drawer(drawerName("", to), true)
	if err != nil {
		return err
	}
	if into == nil {
		into = &drawer{label: label{Path: to}}
	}
	into.Docs = append(into.Docs, x)
	if err := room.save(into, drawerEnd); err != nil {
		return err
	}
	a.store.reached("reshelving")
	if err := room.root.Rename(room.body(d, x), room.body(into, x)); err != nil {
		return clean(err)
	}
	a.store.reached("reshelved")
	t.in.path, t.in.values, t.in.body = to, w.freshValues(t.in.values, t.set), room.body(into, x)
	return room.sync()
}

// holdsBelow says whether something is held of a path below p, beside one document of the path but.
func (s *store) holdsBelow(ctx context.Context, p, but []string) (bool, error) {
	room, err := s.vault.share(ctx)
	if room == nil || err != nil {
		return false, err
	}
	defer room.close()
	names, err := room.drawers()
	if err != nil {
		return false, err
	}
	for _, n := range names {
		d, err := room.drawer(n, false)
		if err != nil {
			return false, err
		}
		if d != nil && len(d.Path) > len(p) && slices.Equal(d.Path[:len(p)], p) && (!slices.Equal(d.Path, but) || len(d.Docs) != 1) {
			return true, nil
		}
	}
	return false, nil
}
