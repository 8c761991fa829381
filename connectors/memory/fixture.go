package memory

import (
	"context"
	"fmt"
	"maps"

	"github.com/dossier-dsr/dossier/connectors"
)

// Load lays out the collections named, in place of what they held.
func (s *store) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	case <-ctx.Done():
		return ctx.Err()
	}
	next := clone(*s.now.Load())
	for at, rs := range rows {
		next[at] = nil
		for _, r := range rs {
			for f, v := range r {
				if err := connectors.Check(v); err != nil {
					return fmt.Errorf("load %s.%s: %w", at, f, err)
				}
			}
			next[at] = append(next[at], s.record(maps.Clone(r)))
		}
	}
	s.now.Store(&next)
	return nil
}

// Dump gives all rows, held ones too, and documents as their bytes.
func (s *store) Dump(context.Context) (map[string][]connectors.Row, error) {
	out := map[string][]connectors.Row{}
	for at, records := range *s.now.Load() {
		out[at] = []connectors.Row{}
		for _, r := range records {
			out[at] = append(out[at], maps.Clone(r.row))
		}
	}
	return out, nil
}
