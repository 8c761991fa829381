package datamap

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
)

// Place is what an address names: a system; with a collection; with a field.
type Place struct {
	System     *System
	Collection *Collection
	Field      *Field
}

// System returns the system of that name, or nil.
func (m *Map) System(name string) *System {
	for _, s := range m.Systems {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Lookup finds SYSTEM, SYSTEM/COLLECTION or SYSTEM/COLLECTION.FIELD.
func (m *Map) Lookup(address string) (Place, error) {
	system, rest, deeper := strings.Cut(address, "/")
	s := m.System(system)
	if s == nil {
		var names []string
		for _, x := range m.Systems {
			names = append(names, x.Name)
		}
		return Place{}, fmt.Errorf("no system %s: %s", system, maybe(system, names, "there are %s", commas(names)))
	}
	if !deeper {
		return Place{System: s}, nil
	}
	name, field, inside := strings.Cut(rest, ".")
	c := s.Collection(name)
	if c == nil {
		return Place{}, fmt.Errorf("system %s has no collection %s: %s", s.Name, name, maybe(name, collectionNames(s), "it has %s", commas(collectionNames(s))))
	}
	if !inside {
		return Place{System: s, Collection: c}, nil
	}
	f := c.Field(field)
	if f == nil {
		return Place{}, fmt.Errorf("%s maps no field %s: %s", c.Address(), field, maybe(field, fieldNames(c), "it maps %s", commas(fieldNames(c))))
	}
	return Place{System: s, Collection: c, Field: f}, nil
}

func collectionNames(s *System) []string {
	var out []string
	for _, c := range s.Collections {
		out = append(out, c.Name)
	}
	return out
}

func fieldNames(c *Collection) []string {
	var out []string
	for _, f := range c.Fields {
		out = append(out, f.Name)
	}
	return out
}

// elsewhere finds the collection of that name in another system, else the nearest one in any.
func (m *Map) elsewhere(name string, not *System) string {
	var addresses []string
	for _, s := range m.Systems {
		if s == not {
			continue
		}
		if c := s.Collection(name); c != nil {
			return c.Address()
		}
		for _, c := range s.Collections {
			addresses = append(addresses, c.Address())
		}
	}
	return mapfile.Near(name, addresses)
}
