package files

import (
	"fmt"
	"mime"
	"path"

	"github.com/dossier-dsr/dossier/connectors"
)

// view gives the fields of a row: of the path, of the record, its place, the document.
type view struct {
	from   *source
	object object
	record record // nil: the file is the row

	scratch connectors.Row
}

// field is one value of the row. needed says that a file without such a field is an error: where rows are
// selected by it, finding none would be no answer.
func (v *view) field(name string, needed bool) (any, error) {
	if i := v.from.pathField(name); i >= 0 {
		return v.object.values[i], nil
	}
	if name == connectors.DocumentField {
		return v.document(), nil
	}
	if v.record == nil {
		if needed {
			return nil, fmt.Errorf("the path of %s has no field %s", v.from.Name, name)
		}
		return nil, nil
	}
	value, there := v.record.value(name)
	switch {
	case there:
		return value, nil
	case name == v.from.codec.position():
		return place(v.record), nil
	case needed && v.record.fixed():
		return nil, fmt.Errorf("a file of %s has no column %s", v.from.Name, name)
	}
	return nil, nil
}

// row gives several fields.
func (v *view) row(names []string, needed bool, into connectors.Row) error {
	for _, n := range names {
		value, err := v.field(n, needed)
		if err != nil {
			return err
		}
		into[n] = value
	}
	return nil
}

func (v *view) document() connectors.Blob {
	kind := mime.TypeByExtension(path.Ext(v.object.name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	id := slash(v.object.path())
	if v.object.body != "" {
		id = heldFolder + "/" + v.object.body
	}
	return connectors.Blob{ID: id, Name: v.object.name, MediaType: kind, Size: v.object.info.Size()}
}
