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
	if w.from, err = a.limits.Understand(w.On.Collection); err != nil {
		return err
	}
	switch w.Verb {
	case connectors.Delete, connectors.Set:
		err = a.find(ctx, w)
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

func (a *application) find(ctx context.Context, w *work) error {
	if len(w.On.Any) == 0 && !w.On.All {
		return nil
	}
	m, err := objects.NewMatcher(w.from, w.On)
	if err != nil {
		return err
	}
	if len(w.Capture) > 0 {
		w.out.LinkKeys = &connectors.Keys{Fields: w.Capture}
	}
	if err := w.settable(); err != nil {
		return err
	}
	w.match, w.byPath, w.tainted = m, m.ByPath(), map[string]map[string]bool{}
	var one sync.Mutex
	var all [][]target
	rows := int64(0)
	err = a.tour(ctx, w.from, m, false, func(ctx context.Context, st *stand) error {
		o, err := a.object(ctx, w.from, st)
		if err != nil {
			return err
		}
		if o.again == nil && w.from.Codec != nil {
			o.again = &again{in: a.read}
		}
		var mine []target
		tainted := map[string]bool{}
		err = a.rowsAt(ctx, w.from, m, o.stand, func(r *row) error {
			one.Lock()
			defer one.Unlock()
			t, err := a.take(ctx, w, r, o)
			if t != nil {
				mine = append(mine, *t)
				if r.version.id != "" && r.held == "" {
					tainted[r.version.id] = true
				}
			}
			return err
		}, func(v version) { tainted[v.id] = true })
		if err == nil && len(mine) > 0 && !w.stays(mine) {
			err = a.removable(ctx, w, o, tainted)
		}
		if err != nil {
			return err
		}
		a.leave(w.from, o)
		one.Lock()
		defer one.Unlock()
		if len(mine) > 0 {
			all = append(all, mine)
		}
		if rows += int64(len(mine)); rows > w.AtMost {
			return connectors.ErrMoreRows // no need to count on
		}
		return nil
	})
	w.todo = slices.Concat(all...)
	sortTargets(w.todo)
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
