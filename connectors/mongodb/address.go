package mongodb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// source is what a collection of the map means here.
type source struct {
	connectors.Collection
	coll   string   // the collection of documents
	path   []string // of the array whose elements are rows; nil: documents are
	bucket string   // of GridFS
}

const (
	gridPrefix = "gridfs:"
	itself     = "$element" // the element, where a name could also be one of its document's
)

// understand reads an address: the name of a collection, "tickets.comments[]" for the elements of an array in its documents, "gridfs:photos" for
// the files of a bucket. A collection whose elements are rows is named up to the first dot.
func understand(c connectors.Collection) (source, error) {
	s := source{Collection: c, coll: c.At}
	if c.Rows != nil {
		return s, notSupported("rows inside objects: " + c.Name)
	}
	switch {
	case strings.HasPrefix(c.At, gridPrefix):
		s.bucket = strings.TrimPrefix(c.At, gridPrefix)
		s.coll = s.bucket + ".files"
	case strings.HasSuffix(c.At, "[]"):
		coll, path, ok := strings.Cut(strings.TrimSuffix(c.At, "[]"), ".")
		if !ok || strings.Contains(path, "[]") {
			return s, notSupported("an address like that of " + c.Name + ": it is COLLECTION.ARRAY[], of one array in a document")
		}
		s.coll, s.path = coll, strings.Split(path, ".")
		if slices.Contains(s.path, "") {
			return s, notSupported("an address with an empty name: " + c.Name)
		}
	}
	if c.Document && s.bucket == "" {
		return s, notSupported("documents that are data themselves, but in GridFS: " + c.Name)
	}
	for i, k := range c.Key {
		if slices.Contains(c.Key[:i], k) { // it would name every element of a document
			return s, notSupported(fmt.Sprintf("a key that says %s twice: where the elements of %s have one too, theirs is %s.%s", k, c.Name, itself, k))
		}
	}
	return s, nil
}

func notSupported(what string) error { return fmt.Errorf("%w: %s", connectors.ErrNotSupported, what) }

// name is where a field stands: in the element (or the document, where documents are rows), or in the document around the element.
type name struct {
	field  string
	path   []string // nil: the element itself
	around bool     // to be looked for in the document around it, where the element does not have it
	first  bool     // the document goes before the element
}

// name reads the name of a field. It is the element's where the element has it, else its document's; but the first of several fields of a key is
// the document's where the document has it.
func (s source) name(field string) (name, error) {
	n := name{field: field}
	if strings.Contains(field, "[]") {
		return n, notSupported("field " + field + " of " + s.Name + ": map the array as a collection of its own, at: COLLECTION.ARRAY[]")
	}
	switch {
	case s.path == nil:
	case field == itself:
		return n, nil
	case strings.HasPrefix(field, itself+"."):
		field = strings.TrimPrefix(field, itself+".")
	default:
		n.around, n.first = true, len(s.Key) > 1 && field == s.Key[0]
	}
	n.path = strings.Split(field, ".")
	if slices.Contains(n.path, "") || strings.HasPrefix(field, "$") || strings.Contains(field, "\x00") {
		return n, notSupported("a field of " + s.Name + " called like that")
	}
	return n, nil
}
