package mongodb

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
)

// Count counts rows; see [connectors.Counter]. It reads of each document what the selection looks at. The selections are counted one after another:
// the counts are of one moment only while nobody writes.
func (s *store) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		if len(sel.Any) == 0 && !sel.All {
			continue
		}
		from, err := understand(sel.Collection)
		if err != nil {
			return nil, err
		}
		f := finder{from: from, each: func(_ row, persons []int) error {
			out[i].Total++
			for _, p := range persons {
				out[i].ByPerson[p]++
			}
			return nil
		}}
		if err := s.find(ctx, f, sel); err != nil {
			return nil, err
		}
	}
	return out, nil
}
