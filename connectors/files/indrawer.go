package files

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// drawerOf reads what is held of a file, with its skeleton, where it is still what was found.
func (a *application) drawerOf(ctx context.Context, room *room, from *objects.Source, st *file) (*drawer, error) {
	d, err := room.drawer(drawerName(formatName(from.Rows), st.path), true)
	if err != nil {
		return nil, err
	}
	if d.version() != st.drawer.version() {
		return nil, errChanged
	}
	if d == nil {
		d = &drawer{label: label{Path: st.path, Format: formatName(from.Rows)}}
	}
	return d, nil
}

// changeDrawer changes what is held of a file, and nothing else.
func (a *application) changeDrawer(ctx context.Context, from *objects.Source, st *file, change func(*drawer) error) error {
	room, err := a.store.vault.own(ctx, patience)
	if err != nil {
		return err
	}
	defer room.close()
	d, err := a.drawerOf(ctx, room, from, st)
	if err == nil {
		err = change(d)
	}
	if err == nil {
		err = room.put(d)
	}
	if err != nil {
		return err
	}
	st.drawer = d
	a.store.reached("kept")
	return nil
}

// inDrawer deletes or sets held rows.
func (a *application) inDrawer(ctx context.Context, w *work, rows []target) error {
	byID := map[string]target{}
	for _, t := range rows {
		byID[t.spot.id] = t
	}
	err := a.changeDrawer(ctx, w.from, rows[0].in, func(d *drawer) error {
		if w.Verb == connectors.Delete {
			d.Remove(func(r rowfile.HeldRow) bool { _, ok := byID[r.ID]; return ok })
			return nil
		}
		for i := range d.Rows {
			if t, ok := byID[d.Rows[i].ID]; ok {
				if err := d.Assign(w.from.Codec, &d.Rows[i], t.set); err != nil {
					return w.from.Said(err)
				}
			}
		}
		return nil
	})
	if err == nil && w.Verb == connectors.Delete {
		for _, t := range rows {
			t.spot.id = ""
		}
	}
	return err
}
