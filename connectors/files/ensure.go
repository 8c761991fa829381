package files

import (
	"context"
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// ensure finds out whether the row to be ensured stands in the file its path fields name. It is recognised by the key of
// the collection, and put at the end of that file, which is made where it is missing.
func (a *application) ensure(ctx context.Context, w *work) error {
	if w.from.Codec == nil {
		return fmt.Errorf("%w: %s of a document", connectors.ErrNotSupported, w.Verb)
	}
	if err := present(a.store.tree, w.from); err != nil {
		return err
	}
	row := w.Values()
	values := make([]string, len(w.from.Path.Fields))
	for i, name := range w.from.Path.Fields {
		s, ok := rowfile.PlainText(row[name], w.from.Zone)
		if !ok || !objects.Safe(s) {
			return w.note(fmt.Errorf("%w: it stands in the path of a file", connectors.ErrConflict), name)
		}
		values[i] = s
	}
	p, ok := w.from.Path.Path(values)
	if !ok {
		return fmt.Errorf("%w: %s has no path with these values", connectors.ErrConflict, w.from.Name)
	}
	set := connectors.Row{}
	var order []string
	for _, x := range w.Assign {
		if w.from.Path.Has(x.Field) {
			continue
		}
		if err := w.from.Codec.Check(x.To); err != nil {
			return w.note(err, x.Field)
		}
		set[x.Field] = x.To
		order = append(order, x.Field)
	}
	return a.place(ctx, w, p, values, set, order)
}

// place looks for the row in the file at p.
func (a *application) place(ctx context.Context, w *work, p, values []string, set connectors.Row, order []string) error {
	key := connectors.Match{Fields: w.On.Collection.Key, Values: []connectors.Tuple{{Values: w.Values().Pick(w.On.Collection.Key)}}}
	m, err := objects.NewMatcher(w.from, connectors.Selection{Collection: w.On.Collection, Any: []connectors.Match{key}})
	if err != nil {
		return err
	}
	probe := &work{Treatment: connectors.Treatment{Verb: connectors.Delete, On: w.On, AtMost: 1 << 40}, from: w.from, keep: true,
		out: &connectors.Outcome{ByPerson: map[int]int64{}}}
	id := slash(p)
	o := object{at: p, name: p[len(p)-1], values: values}
	d, err := a.store.tree.walk(p[:len(p)-1])
	if err == nil {
		defer d.Close()
		o.in = d
	} else if !errors.Is(err, errAbsent) {
		return err
	}
	st, err := a.store.stand(ctx, w.from, o)
	if err != nil {
		return err
	}
	defer st.close()
	if st.there || st.drawer != nil {
		if err := a.findRows(ctx, probe, m, st); err != nil {
			return err
		}
		if len(probe.todo) > 0 {
			w.out.Already++
			return nil
		}
	}
	if !st.there {
		rowfile.WithHeader(w.from.Codec, order)
		if a.files[id] == nil {
			a.files[id] = &file{path: p, values: values, absent: true}
		}
	}
	w.todo = []target{{in: a.files[id], set: set, add: true}}
	return nil
}
