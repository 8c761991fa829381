package s3

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// resolve finds the rows of a treatment and what is to be done to them. Nothing is changed, but that what an earlier call left half
// done of restricting the same rows is finished.
func (a *application) resolve(ctx context.Context, w *work) error {
	var err error
	switch w.Verb {
	case connectors.Block, connectors.Release:
		if w.Method != methodMove && w.Method != methodTag {
			return fmt.Errorf("%w: blocking by %s", connectors.ErrNotSupported, w.Method)
		}
		if err = a.taggable(ctx, w); err == nil {
			err = a.find(ctx, w)
		}
		if err == nil {
			err = a.foresee(ctx, w)
		}
	case connectors.Ensure:
		err = a.ensure(ctx, w)
	default:
		err = fmt.Errorf("%w: %s", connectors.ErrNotSupported, w.Verb)
	}
	if err == nil && int64(len(w.todo)) > w.AtMost {
		err = connectors.ErrMoreRows
	}
	return err
}

// find finds the rows of treatments of one collection, in one tour: of each row, the treatments take what earlier ones of them leave of it.
func (a *application) find(ctx context.Context, ws ...*work) error {
	var some []*work
	var sels []connectors.Selection
	for _, w := range ws {
		if len(w.On.Any) > 0 || w.On.All {
			some, sels = append(some, w), append(sels, w.On)
		}
	}
	if len(some) == 0 {
		return nil
	}
	from := some[0].from
	k, err := lookFor(from, sels...)
	if err != nil {
		return err
	}
	for i, w := range some {
		if len(w.Capture) > 0 {
			w.out.LinkKeys = &connectors.Keys{Fields: w.Capture}
		}
		if err := w.settable(); err != nil {
			return w.says(err)
		}
		w.match, w.byPath, w.tainted = k.each[i], k.each[i].ByPath(), map[string]map[string]bool{}
	}
	var one sync.Mutex
	all, rows := make([][][]target, len(some)), make([]int64, len(some))
	err = a.tour(ctx, from, k.any, false, func(ctx context.Context, st *stand) error {
		o, err := a.object(ctx, from, st)
		if err != nil {
			return err
		}
		if o.again == nil && from.Codec != nil {
			o.again = &again{in: a.read}
		}
		mine, tainted := make([][]target, len(some)), make([]map[string]bool, len(some))
		for i := range some {
			tainted[i] = map[string]bool{}
		}
		err = a.rowsAt(ctx, k, o.stand, func(i int, r *row) error {
			one.Lock()
			defer one.Unlock()
			t, err := a.take(ctx, some[i], r, o)
			if t != nil {
				mine[i] = append(mine[i], *t)
				if r.version.id != "" && r.held == "" {
					tainted[i][r.version.id] = true
				}
			}
			return some[i].says(err)
		}, func(i int, v version) { tainted[i][v.id] = true })
		for i, w := range some {
			if err == nil && len(mine[i]) > 0 && !w.stays(mine[i]) {
				err = w.says(a.removable(ctx, w, o, tainted[i]))
			}
		}
		if err != nil {
			return err
		}
		a.leave(from, o)
		one.Lock()
		defer one.Unlock()
		for i, w := range some {
			if len(mine[i]) > 0 {
				all[i] = append(all[i], mine[i])
			}
			if rows[i] += int64(len(mine[i])); rows[i] > w.AtMost {
				return w.says(connectors.ErrMoreRows) // no need to count on
			}
		}
		return nil
	})
	for i, w := range some {
		w.todo = slices.Concat(all[i]...)
		sortTargets(w.todo)
	}
	return err
}

// object gives the state of a key, the same for every treatment of the call.
func (a *application) object(ctx context.Context, from *objects.Source, st *stand) (*object, error) {
	id := objectID(from, st.key)
	a.mu.Lock()
	o := a.objects[id]
	a.mu.Unlock()
	if o != nil {
		if len(o.versions) != len(st.versions) || len(o.versions) > 0 && (o.versions[0].id != st.versions[0].id || o.versions[0].etag != st.versions[0].etag) {
			return nil, errChanged
		}
		if (o.drawer == nil) != (st.drawer == nil) || o.drawer != nil && o.drawer.etag != st.drawer.etag {
			return nil, errChanged
		}
		return o, nil
	}
	if err := a.settle(ctx, from, st); err != nil {
		return nil, err
	}
	o = &object{stand: st}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.objects[id] = o
	return o, nil
}

func objectID(from *objects.Source, key string) string { return formatName(from.Rows) + "\x00" + key }

// leave forgets an object in which no treatment has found a row so far, or will put one.
func (a *application) leave(from *objects.Source, o *object) {
	if !o.spots.none() || len(o.kept)+len(o.older) > 0 || o.grows {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.objects, objectID(from, o.key))
}

// removable says whether what the treatment replaces or removes can be removed, before anything is changed.
func (a *application) removable(ctx context.Context, w *work, o *object, tainted map[string]bool) error {
	a.mu.Lock()
	w.tainted[o.key] = tainted
	a.mu.Unlock()
	current := o.currentID()
	for _, v := range o.versions {
		old := v.id != current
		switch {
		case w.from.Codec != nil && !tainted[v.id]:
			continue
		case w.from.Codec != nil && old && (w.Verb == connectors.Block || w.Verb == connectors.Release):
			w.note("older versions of an object hold rows that are to be restricted", "let a lifecycle rule remove them, or remove them by hand; rows of older versions cannot be put back")
			return fmt.Errorf("%w: rows to be restricted stand in older versions", connectors.ErrConflict)
		}
		if err := a.free(ctx, o.key, v); err != nil && !errors.Is(err, errAbsent) {
			return w.locked(err)
		}
	}
	return nil
}

// take judges one row; nil where there is nothing to do.
func (a *application) take(ctx context.Context, w *work, r *row, o *object) (*target, error) {
	sp := o.spotOf(a.store, r)
	t := target{in: o, spot: sp}
	if err := a.lookTagged(ctx, w, r, sp); err != nil {
		return nil, err
	}
	var row connectors.Row
	if names := w.fields(); len(names) > 0 {
		row = connectors.Row{}
		if err := r.fields(a.store, names, true, row); err != nil {
			return nil, err
		}
		t.change = &change{persons: slices.Clone(r.persons)}
	} else {
		t.change = w.changeOf(r.persons)
	}
	if w.out.LinkKeys != nil {
		t.keys = row.Pick(w.Capture)
		capture(w.out, t)
	}
	if sp.planned.Gone {
		return nil, nil
	}
	if row != nil {
		maps.Copy(row, sp.planned.Set)
	}
	switch sp.planned.Standing(w.Treatment, row) {
	case connectors.Done:
		w.out.Already++
		return nil, nil
	case connectors.Conflict:
		w.out.Conflicts = append(w.out.Conflicts, pick(row, w.On.Collection.Key))
		return nil, nil
	}
	if w.Verb == connectors.Set {
		t.set = w.ValuesFor(row)
		if err := w.writable(r, t.set); err != nil {
			return nil, err
		}
	}
	sp.plans(w.Treatment, t.set)
	return &t, nil
}

// changeOf is what is to be done to a row of persons where nothing is looked at in it or set.
func (w *work) changeOf(persons []int) *change {
	if len(persons) != 1 {
		return &change{persons: slices.Clone(persons)}
	}
	if w.plain == nil {
		w.plain = map[int]*change{}
	}
	if w.plain[persons[0]] == nil {
		w.plain[persons[0]] = &change{persons: slices.Clone(persons)}
	}
	return w.plain[persons[0]]
}

// fields are those looked at beside the ones the row is selected by.
func (w *work) fields() []string {
	out := append([]string{}, w.Capture...)
	if w.Verb == connectors.Set {
		out = append(out, w.On.Collection.Key...)
		for _, x := range w.Assign {
			out = append(out, x.Field)
		}
	}
	return out
}

func pick(row connectors.Row, names []string) connectors.Row {
	out := connectors.Row{}
	for _, n := range names {
		out[n] = row[n]
	}
	return out
}

// settable says what of the treatment no object of the collection can take.
func (w *work) settable() error {
	for _, x := range w.Assign {
		switch {
		case w.Verb == connectors.Delete:
		case x.Field == connectors.DocumentField:
			return fmt.Errorf("%w: a document of %s cannot be given new content", connectors.ErrNotSupported, w.from.Name)
		case w.from.Codec != nil && w.from.Path.Has(x.Field):
			return fmt.Errorf("%w: field %s of %s stands in the key of the object, which all its rows share", connectors.ErrNotSupported, x.Field, w.from.Name)
		case w.from.Codec == nil && !w.from.Path.Has(x.Field) && !isBeside(w.from, x.Field):
			return fmt.Errorf("the path of %s has no field %s", w.from.Name, x.Field)
		}
	}
	return nil
}

// writable says whether the new values can be written, before anything is touched. A value that cannot is an
// ErrConflict that does not say the value.
func (w *work) writable(r *row, set connectors.Row) error {
	if w.from.Codec == nil {
		_, err := w.newPath(r.st.values, set)
		return err
	}
	for name, value := range set {
		if err := w.from.Codec.Check(value); err != nil {
			w.note("the new value of "+name+" cannot stand there", "choose another value in the map")
			return fmt.Errorf("field %s: %w", name, err)
		}
		if _, there := r.record.Value(name); !there && r.record.Fixed() {
			return fmt.Errorf("a file of %s has no column %s", w.from.Name, name)
		}
		if err := rowfile.Takes(r.record, name, value); err != nil {
			w.note("the new value of "+name+" cannot stand there", "choose another value in the map")
			return fmt.Errorf("field %s: %w", name, err)
		}
	}
	return nil
}

// newPath is the path of a document whose fields get new values.
func (w *work) newPath(values []string, set connectors.Row) ([]string, error) {
	fresh := slices.Clone(values)
	for name, v := range set {
		if isBeside(w.from, name) {
			if _, ok := rowfile.PlainText(v, w.from.Zone); !ok && v != nil {
				return nil, fmt.Errorf("%w: field %s: a value of type %T", connectors.ErrNotSupported, name, v)
			}
			continue
		}
		text, ok := rowfile.PlainText(v, w.from.Zone)
		if !ok || !objects.Safe(text) {
			w.note("the new value of "+name+" cannot stand in the key of an object", "choose another value in the map")
			return nil, fmt.Errorf("field %s: %w: it stands in the key of an object", name, connectors.ErrConflict)
		}
		fresh[w.from.PathField(name)] = text
	}
	p, ok := w.from.Path.Path(fresh)
	if !ok {
		return nil, fmt.Errorf("%w: %s has no key with the new values", connectors.ErrConflict, w.from.Name)
	}
	return p, nil
}
