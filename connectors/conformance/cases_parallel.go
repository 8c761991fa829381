package conformance

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
)

func parallelCases() []Case {
	return []Case{
		limit("parallel", "parallel", "calls at the same time do not disturb each other", does(connectors.Set), parallel),
		limit("parallel-same", "parallel", "two calls for the same rows at once change each row once", both(does(connectors.Delete), transactional), parallelSame),
	}
}

// tries is how often a store may say ErrTryLater before the suite gives up.
const tries = 100

// patient carries out treatments until the store no longer says ErrTryLater.
func (b *Bench) patient(ctx context.Context, do ...connectors.Treatment) (out []connectors.Outcome, err error) {
	for range tries {
		if out, err = b.apply(ctx, do...); !errors.Is(err, connectors.ErrTryLater) {
			return out, err
		}
	}
	return out, err
}

func parallel(ctx context.Context, b *Bench) error {
	ids := []int64{1, 3, 8}
	likely := "Store is safe for concurrent use; what must wait, waits, or is ErrTryLater."
	g, gctx := errgroup.WithContext(ctx)
	for _, id := range ids {
		g.Go(func() error {
			for round := range 5 {
				name := connectors.Assign{Field: "name", To: fmt.Sprintf("round %d of %d", round, id)}
				out, err := b.patient(gctx, setOn(b.People(id), name))
				if err != nil {
					return fmt.Errorf("apply: %w", err)
				}
				if err := counted("a change beside others", likely, out[0], tally{changed: 1, by: map[int]int64{0: 1}}); err != nil {
					return err
				}
			}
			return nil
		})
		g.Go(func() error {
			sel := b.People(ids...)
			want, err := b.expect(sel)
			if err != nil {
				return err
			}
			for range 5 {
				got, err := b.locate(gctx, sel)
				if err != nil {
					return fmt.Errorf("locate: %w", err)
				}
				if err := b.differs("located beside changes", likely, got, want); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	by := b.Lookup("people")
	return b.became(ctx, "people", likely, func(r connectors.Row) connectors.Row {
		for _, id := range ids {
			if connectors.Equal(r[by], b.person(id)[by]) {
				r["name"] = fmt.Sprintf("round 4 of %d", id)
			}
		}
		return r
	})
}

func parallelSame(ctx context.Context, b *Bench) error {
	t := deletePeople(b, 1, 3, 8)
	_, want, err := b.found(t.On)
	if err != nil {
		return err
	}
	changed := make([]int64, 4)
	g, gctx := errgroup.WithContext(ctx)
	for i := range changed {
		g.Go(func() error {
			out, err := b.patient(gctx, t)
			if err != nil {
				return fmt.Errorf("apply: %w", err)
			}
			changed[i] = out[0].Changed
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	var sum int64
	for _, n := range changed {
		sum += n
	}
	if sum != want.changed {
		return Fail("Rows are locked before they are counted.").Came("changed by four calls at once", "%v", changed).Want("%d in all", want.changed)
	}
	return nil
}
