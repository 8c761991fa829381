package s3

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// inDrawer deletes or sets held rows.
func (a *application) inDrawer(ctx context.Context, w *work, rows []target) error {
	byID := map[string]target{}
	for _, t := range rows {
		byID[t.spot.id] = t
	}
	d := rows[0].in.drawer
	if w.Verb == connectors.Delete {
		d.Remove(func(r rowfile.HeldRow) bool { _, ok := byID[r.ID]; return ok })
	} else {
		for i := range d.Rows {
			if t, ok := byID[d.Rows[i].ID]; ok {
				if err := d.Assign(w.from.Codec, &d.Rows[i], t.set); err != nil {
					return w.from.Said(err)
				}
			}
		}
	}
	if err := a.save(ctx, d); err != nil {
		return err
	}
	if w.Verb == connectors.Delete {
		for _, t := range rows {
			t.spot.own().id = ""
		}
		if d.empty() {
			rows[0].in.drawer = nil
		}
	}
	return nil
}
