package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Count counts in the file, all selections in one snapshot.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	var out []connectors.Tally
	err := s.reading(ctx, func(v *view) (err error) {
		out, err = v.counts(ctx, sels)
		return err
	})
	return out, err
}

func (v *view) counts(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		var err error
		if out[i], err = v.count(ctx, sel); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v *view) count(ctx context.Context, sel connectors.Selection) (connectors.Tally, error) {
	tally := connectors.Tally{ByPerson: map[int]int64{}}
	q, ok, err := relational.Count(dialect{}, v.relational, sel)
	if err != nil || !ok {
		return tally, err
	}
	sum, everyone := int64(0), int64(-1)
	err = v.each(ctx, q, func(row []driver.Value) error {
		person, n := row[0].(int64), row[1].(int64)
		if person == relational.Everyone {
			everyone = n
			return nil
		}
		tally.ByPerson[int(person)] = n
		sum += n
		return nil
	})
	if tally.Total = sum; everyone >= 0 {
		tally.Total = everyone
	}
	return tally, err
}
