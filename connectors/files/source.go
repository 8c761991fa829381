package files

import (
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
)

// source is a collection, understood.
type source struct {
	connectors.Collection
	path  *template
	codec codec // nil: one file, one row
	zone  *time.Location
}

// understand reads a collection's address and row format. Its errors name the collection, never a value.
func understand(c connectors.Collection) (*source, error) {
	path, err := compile(c.At)
	if err != nil {
		return nil, fmt.Errorf("collection %s: %w", c.Name, err)
	}
	s := &source{Collection: c, path: path, zone: c.Location()}
	if s.codec, err = codecFor(c.Rows); err != nil {
		return nil, fmt.Errorf("collection %s: %w", c.Name, err)
	}
	if f, ok := s.codec.(*csvFormat); ok {
		f.loc = s.zone
	}
	return s, nil
}

// said puts the collection before an error about one of its files.
func (s *source) said(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("a file of %s: %w", s.Name, err)
}

// pathField is the index of a field of the path, or -1.
func (s *source) pathField(name string) int { return slices.Index(s.path.fields, name) }
