package s3

import (
	"context"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// ensure finds out whether the row to be ensured stands in the object its path fields name. It is recognised by the key of
// the collection, and put at the end of that object, which is made where it is missing.
func (a *application) ensure(ctx context.Context, w *work) error {
	if w.from.Codec == nil {
		return fmt.Errorf("%w: %s of a document", connectors.ErrNotSupported, w.Verb)
	}
	if err := a.present(ctx, w.from); err != nil {
		return err
	}
	values := connectors.Row{}
	set := connectors.Row{}
	var order []string
	all := w.Values()
	for _, name := range w.from.Path.Fields {
		values[name] = all[name]
	}
	p, err := w.newPath(make([]string, len(w.from.Path.Fields)), values)
	if err != nil {
		return err
	}
	for _, x := range w.Assign {
		if w.from.Path.Has(x.Field) {
			continue
		}
		if err := w.from.Codec.Check(x.To); err != nil {
			w.note("the value of "+x.Field+" cannot stand there", "choose another value in the map")
			return fmt.Errorf("field %s: %w", x.Field, err)
		}
		set[x.Field] = x.To
		order = append(order, x.Field)
	}
	key := connectors.Match{Fields: w.On.Collection.Key, Values: []connectors.Tuple{{Values: all.Pick(w.On.Collection.Key)}}}
	k, err := lookFor(w.from, connectors.Selection{Collection: w.On.Collection, Any: []connectors.Match{key}})
	if err != nil {
		return err
	}
	st := &stand{found: found{path: p}}
	st.values, _ = w.from.Path.Read(p)
	if st.item, err = a.one(ctx, strings.Join(p, "/")); err != nil {
		return err
	}
	if st.drawer, err = a.drawer(ctx, a.drawerKey(formatName(w.from.Rows), p)); err != nil {
		return err
	}
	o, err := a.object(ctx, w.from, st)
	if err != nil {
		return err
	}
	found := false
	err = a.rowsAt(ctx, k, o.stand, func(_ int, r *row) error {
		older := r.held == "" && r.version.id != o.currentID()
		found = found || !older
		return nil
	}, nil)
	if err != nil {
		return err
	}
	if found {
		w.out.Already++
		return nil
	}
	if _, there := o.current(); !there {
		rowfile.WithHeader(w.from.Codec, order)
		o.absent = true
	}
	o.grows = true
	w.todo = []target{{in: o, change: &change{set: set, add: true}}}
	return nil
}
