package memory

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Inspect says what is there: memory has no schema but the rows themselves.
func (s *store) Inspect(context.Context) (*connectors.Schema, error) {
	out := &connectors.Schema{}
	now := *s.now.Load()
	for _, at := range slices.Sorted(maps.Keys(now)) {
		types := map[string]string{}
		for _, r := range now[at] {
			for f, v := range r.row {
				if v != nil || types[f] == "" {
					types[f] = fmt.Sprintf("%T", v)
				}
			}
		}
		c := connectors.SchemaCollection{Name: at, Rows: int64(len(now[at]))}
		for _, f := range slices.Sorted(maps.Keys(types)) {
			c.Fields = append(c.Fields, connectors.SchemaField{Name: f, Type: types[f]})
		}
		out.Collections = append(out.Collections, c)
	}
	return out, nil
}
