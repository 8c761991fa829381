package objects

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Wanted is what the selection says of the fields of rows inside objects, for a format that says what stands where; nil where it says nothing.
func (m *Matcher) Wanted() *rowfile.Sought {
	if m.all {
		return nil
	}
	out := &rowfile.Sought{}
	known := true
	for _, w := range m.ways {
		var way rowfile.Way
		for i, name := range w.Fields {
			if m.from.PathField(name) >= 0 || m.from.Codec == nil || name == m.from.Codec.Position() {
				continue
			}
			if !slices.Contains(out.Fields, name) {
				out.Fields = append(out.Fields, name)
			}
			x := rowfile.Wanted{Field: name}
			for _, list := range w.tuples {
				for _, t := range list {
					x.Values = append(x.Values, t.Values[i])
				}
			}
			way = append(way, x)
		}
		known = known && !w.folded && len(way) > 0
		out.Ways = append(out.Ways, way)
	}
	if !known {
		out.Ways = nil
	}
	return out
}
