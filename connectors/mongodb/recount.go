package mongodb

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// counters are rows that are judged together by their counters, as they will be when earlier treatments of the call have been carried out.
type counters struct {
	*work
	rows   []*target
	stands []*stand // that they stand in
	bytes  int
}

func (c *counters) take(r row, persons []int) error {
	c.rows = append(c.rows, &target{row: r, intent: intent{persons: persons}})
	return nil
}

// rest judges the rows there are, once they are enough.
func (c *counters) rest(ctx context.Context, st *stand) error {
	c.stands, c.bytes = append(c.stands, st), c.bytes+len(st.doc)
	if len(c.stands) < unitRows && len(c.rows) < unitRows && c.bytes < unitBytes {
		return nil
	}
	return c.judge(ctx)
}

func (c *counters) judge(ctx context.Context) error {
	for part := range slices.Chunk(c.rows, unitRows) {
		counts, err := c.counts(ctx, part, c.app.known)
		if err != nil {
			return err
		}
		for i, t := range part {
			t.counts = counts[i]
			if err := c.work.judge(ctx, t); err != nil {
				return err
			}
		}
	}
	for _, st := range c.stands {
		if err := c.app.known.rest(st); err != nil {
			return err
		}
	}
	c.rows, c.stands, c.bytes = nil, nil, 0
	return nil
}

// counted counts anew for rows whose turn has come, and leaves those that are right.
func (w *work) counted(ctx context.Context, unit []*target) ([]*target, error) {
	counts, err := w.counts(ctx, unit, nil)
	if err != nil {
		return nil, err
	}
	var out []*target
	for i, t := range unit {
		t.now = t.cur
		if t.part != nil {
			t.part.now = t.part.cur
		}
		standing, err := w.assign(ctx, t, counts[i])
		if err != nil {
			return nil, err
		}
		if standing == connectors.Done {
			w.out.Already++
			continue
		}
		out = append(out, t)
	}
	return out, nil
}

// counts are the numbers of rows that refer to each of rows, held ones included: of what is known, without those that are to go; of nothing known, as
// the store has them.
func (w *work) counts(ctx context.Context, rows []*target, of *known) ([]connectors.Row, error) {
	out := make([]connectors.Row, len(rows))
	for i := range out {
		out[i] = connectors.Row{}
	}
	for _, a := range w.Assign {
		there, err := understand(a.Over.Collection)
		if err != nil {
			return nil, err
		}
		m := connectors.Match{Fields: a.Over.To}
		for i, t := range rows {
			from, err := t.values(w.from, a.Over.From, true)
			if err != nil {
				return nil, err
			}
			out[i][a.Field] = int64(0)
			m.Values = append(m.Values, connectors.Tuple{Person: i, Values: from.Pick(a.Over.From)})
		}
		sel := connectors.Selection{Collection: a.Over.Collection, Any: []connectors.Match{m}}
		f := finder{from: there, whole: of != nil, known: of, each: func(r row, who []int) error {
			if !r.removed() {
				for _, i := range who {
					out[i][a.Field] = out[i][a.Field].(int64) + 1
				}
			}
			return nil
		}}
		if err := w.app.find(ctx, f, sel); err != nil {
			return nil, err
		}
	}
	return out, nil
}
