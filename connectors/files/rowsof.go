package files

import (
	"mime"
	"path"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// view gives the fields of a row: of the path, of the record, its place, the document.
type view struct {
	from   *objects.Source
	object object
	record rowfile.Record // nil: the file is the row

	scratch connectors.Row
}

// field is one value of the row; see [source.field].
func (v *view) field(name string, needed bool) (any, error) {
	if name == connectors.DocumentField {
		return v.document(), nil
	}
	return v.from.Field(v.object.values, v.record, name, needed)
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
