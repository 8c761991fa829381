package mongodb

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
)

// countsAtOnce is how many selections are counted beside each other.
const countsAtOnce = 4

// Count counts rows; see [connectors.Counter]. It reads of each document what the selection looks at. The selections are counted some beside each other:
// the counts are of one moment only while nobody writes.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	all, inner := errgroup.WithContext(ctx)
	all.SetLimit(countsAtOnce)
	for i, sel := range sels {
		all.Go(func() (err error) {
			out[i], err = s.count(inner, sel)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

func (s *store) count(ctx context.Context, sel connectors.Selection) (connectors.Tally, error) {
	out := connectors.Tally{ByPerson: map[int]int64{}}
	if len(sel.Any) == 0 && !sel.All {
		return out, nil
	}
	from, err := understand(sel.Collection)
	if err != nil {
		return out, err
	}
	return out, s.find(ctx, finder{from: from, each: func(_ row, persons []int) error {
		out.Total++
		for _, p := range persons {
			out.ByPerson[p]++
		}
		return nil
	}}, sel)
}
