package files

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// settable says what of the treatment no file of the collection can take.
func (w *work) settable() error {
	for _, x := range w.Assign {
		switch {
		case w.Verb == connectors.Delete:
		case x.Field == connectors.DocumentField:
			return fmt.Errorf("%w: a document of %s cannot be given new content", connectors.ErrNotSupported, w.from.Name)
		case w.from.codec != nil && w.from.path.has(x.Field):
			return fmt.Errorf("%w: field %s of %s stands in the path of the file, which all its rows share", connectors.ErrNotSupported, x.Field, w.from.Name)
		case w.from.codec == nil && !w.from.path.has(x.Field):
			return fmt.Errorf("the path of %s has no field %s", w.from.Name, x.Field)
		}
	}
	return nil
}

// writable says whether the new values can be written, before anything is touched. A value that cannot is an
// ErrConflict that does not say the value.
func (w *work) writable(v *view, set connectors.Row) error {
	if w.from.codec == nil {
		_, err := w.newPath(v.object.values, set)
		return err
	}
	for name, value := range set {
		if err := w.from.codec.check(value); err != nil {
			return w.note(err, name)
		}
		if _, there := v.record.value(name); !there && v.record.fixed() {
			return fmt.Errorf("a file of %s has no column %s", w.from.Name, name)
		}
	}
	return nil
}

// note says in the outcome which field is at fault.
func (w *work) note(err error, field string) error {
	w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Error, Path: w.On.Collection.Name + "." + field,
		Summary: fmt.Sprintf("the new value of %s.%s cannot stand there", w.On.Collection.Name, field), Detail: "choose another value in the map"})
	return fmt.Errorf("field %s: %w", field, err)
}

// newPath is the path of a document whose fields get new values.
func (w *work) newPath(values []string, set connectors.Row) ([]string, error) {
	for name, v := range set {
		if s, ok := plainText(v, w.from.zone); !ok || !safe(s) {
			return nil, w.note(fmt.Errorf("%w: it stands in the path of a file", connectors.ErrConflict), name)
		}
	}
	p, ok := w.from.path.path(w.freshValues(values, set))
	if !ok {
		return nil, fmt.Errorf("%w: %s has no path with the new values", connectors.ErrConflict, w.from.Name)
	}
	return p, nil
}

// freshValues are the values of the path's fields, with those of set.
func (w *work) freshValues(values []string, set connectors.Row) []string {
	fresh := slices.Clone(values)
	for name, v := range set {
		fresh[w.from.pathField(name)], _ = plainText(v, w.from.zone)
	}
	return fresh
}
