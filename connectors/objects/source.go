package objects

import (
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Source is a collection, understood.
type Source struct {
	connectors.Collection
	Path  *Template
	Codec rowfile.Codec // nil: one file, one row
	Zone  *time.Location
}

// Understand reads a collection's address and row format. Its errors name the collection, never a value.
func Understand(c connectors.Collection) (*Source, error) {
	path, err := Compile(c.At)
	if err != nil {
		return nil, fmt.Errorf("collection %s: %w", c.Name, err)
	}
	s := &Source{Collection: c, Path: path, Zone: c.Location()}
	if s.Codec, err = rowfile.CodecFor(c.Rows, s.Zone); err != nil {
		return nil, fmt.Errorf("collection %s: %w", c.Name, err)
	}
	return s, nil
}

// Said puts the collection before an error about one of its files.
func (s *Source) Said(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("a file of %s: %w", s.Name, err)
}

// PathField is the index of a field of the path, or -1.
func (s *Source) PathField(name string) int { return slices.Index(s.Path.Fields, name) }

// Field is one value of a row: of the path, or of the record, which is nil where the object is the row. needed says that
// an object without such a field is an error: where rows are selected by it, finding none would be no answer.
func (s *Source) Field(values []string, r rowfile.Record, name string, needed bool) (any, error) {
	if i := s.PathField(name); i >= 0 {
		return values[i], nil
	}
	if r == nil {
		if needed {
			return nil, fmt.Errorf("the path of %s has no field %s", s.Name, name)
		}
		return nil, nil
	}
	value, there := r.Value(name)
	switch {
	case there:
		return value, nil
	case name == s.Codec.Position():
		return rowfile.Place(r), nil
	case needed && r.Fixed():
		return nil, fmt.Errorf("a file of %s has no column %s", s.Name, name)
	}
	return nil, nil
}
