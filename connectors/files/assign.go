package files

import (
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// settable says what of the treatment no file of the collection can take.
func (w *work) settable() error {
	for _, x := range w.Assign {
		switch {
		case w.Verb == connectors.Delete:
		case x.Field == connectors.DocumentField:
			return fmt.Errorf("%w: a document of %s cannot be given new content", connectors.ErrNotSupported, w.from.Name)
		case w.from.Codec != nil && w.from.Path.Has(x.Field):
			return fmt.Errorf("%w: field %s of %s stands in the path of the file, which all its rows share", connectors.ErrNotSupported, x.Field, w.from.Name)
		case w.from.Codec == nil && !w.from.Path.Has(x.Field):
			return fmt.Errorf("the path of %s has no field %s", w.from.Name, x.Field)
		}
	}
	return nil
}

// writable says whether the new values can be written, before anything is touched. A value that cannot is an
// ErrConflict that does not say the value.
func (w *work) writable(v *view, set connectors.Row) error {
	if w.from.Codec == nil {
		_, err := w.newPath(v.object.values, set)
		return err
	}
	for name, value := range set {
		if err := w.from.Codec.Check(value); err != nil {
			return w.note(err, name)
		}
		if _, there := v.record.Value(name); !there && v.record.Fixed() {
			return fmt.Errorf("a file of %s has no column %s", w.from.Name, name)
		}
		if err := rowfile.Takes(v.record, name, value); err != nil {
			return w.note(err, name)
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
		if s, ok := rowfile.PlainText(v, w.from.Zone); !ok || !objects.Safe(s) {
			return nil, w.note(fmt.Errorf("%w: it stands in the path of a file", connectors.ErrConflict), name)
		}
	}
	p, ok := w.from.Path.Path(w.freshValues(values, set))
	if !ok {
		return nil, fmt.Errorf("%w: %s has no path with the new values", connectors.ErrConflict, w.from.Name)
	}
	return p, nil
}

// freshValues are the values of the path's fields, with those of set.
func (w *work) freshValues(values []string, set connectors.Row) []string {
	fresh := slices.Clone(values)
	for name, v := range set {
		fresh[w.from.PathField(name)], _ = rowfile.PlainText(v, w.from.Zone)
	}
	return fresh
}
