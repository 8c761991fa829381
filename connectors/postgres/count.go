package postgres

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
	"github.com/dossier-dsr/dossier/connectors/relational/jobs"
)

// Count counts in the database: all selections in one snapshot and, once their tables are known, one round trip.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	var out []connectors.Tally
	err := s.reading(ctx, s.pool, func(v *view) (err error) {
		out, err = v.counts(ctx, sels)
		return err
	})
	return out, s.lacking(ctx, err, func() []connectors.Use { return usesOf(sels...) })
}

func (v *view) counts(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	var asks []ask
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		q, ok, err := relational.Count(dialect{}, v.relational, sel)
		if err != nil {
			return nil, err
		}
		if ok {
			asks = append(asks, ask{q, "counting rows", func(row [][]byte) error { return jobs.Tally(&out[i], row) }, nil})
		}
	}
	if len(asks) == 0 {
		return out, nil
	}
	return out, v.line.send(ctx, asks...)
}
