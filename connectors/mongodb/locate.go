package mongodb

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Locate gives the rows of sel, see [connectors.Store].
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if len(sel.Any) == 0 && !sel.All {
		return nil
	}
	from, err := understand(sel.Collection)
	if err != nil {
		return err
	}
	f := finder{from: from, fields: sel.Fields, each: func(r row, persons []int) error {
		values, err := r.values(from, sel.Fields, false)
		if err != nil {
			return err
		}
		if slices.Contains(sel.Fields, connectors.DocumentField) {
			if values[connectors.DocumentField], err = blobOf(from, r); err != nil {
				return err
			}
		}
		for _, p := range persons {
			if err := out.Add(p, sel.Pick(values)...); err != nil {
				return err
			}
		}
		return nil
	}}
	if slices.Contains(sel.Fields, "_id") { // by which what refers to the rows may be looked for next
		f.twins = &twins{}
	}
	return s.find(ctx, f, sel)
}
