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
	err := s.looking(ctx, func(v *view) error {
		made, asks, err := v.counting(sels)
		if out = made; err != nil || len(asks) == 0 {
			return err
		}
		return v.line.send(ctx, inSnapshot(asks)...)
	})
	return out, s.lacking(ctx, err, func() []connectors.Use { return usesOf(sels...) })
}

// counts counts in the transaction the connection is in.
func (v *view) counts(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out, asks, err := v.counting(sels)
	if err != nil || len(asks) == 0 {
		return out, err
	}
	return out, v.line.send(ctx, asks...)
}

// counting are the statements that count, and what they count into.
func (v *view) counting(sels []connectors.Selection) ([]connectors.Tally, []ask, error) {
	out := make([]connectors.Tally, len(sels))
	var asks []ask
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		q, ok, err := relational.Count(dialect{}, v.relational, sel)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			asks = append(asks, ask{q, "counting rows", func(row [][]byte) error { return jobs.Tally(&out[i], row) }, nil})
		}
	}
	return out, asks, nil
}
