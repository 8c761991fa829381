package postgres

import (
	"context"
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
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
			asks = append(asks, ask{q, "counting rows", func(row [][]byte) error { return take(&out[i], row) }, nil})
		}
	}
	if len(asks) == 0 {
		return out, nil
	}
	return out, v.line.send(ctx, asks...)
}

// take reads the number of one person's rows, or, under the person Everyone, of all.
func take(t *connectors.Tally, row [][]byte) error {
	person, err := strconv.Atoi(string(row[0]))
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(row[1]), 10, 64)
	if err != nil {
		return err
	}
	if person == relational.Everyone { // the last row; the sum counts a row of two persons twice
		t.Total = n
		return nil
	}
	t.ByPerson[person] = n
	t.Total += n
	return nil
}
