package conformance

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/connectors"
)

// bytes blocks and releases all rows of a fixture and compares them strictly, types included.
func (m blocking) bytes(name string) func(context.Context, *Bench) error {
	return func(ctx context.Context, b *Bench) error {
		before, err := b.fixture.Dump(ctx)
		if err != nil {
			return fmt.Errorf("reading back: %w", err)
		}
		sel := b.all(name)
		_, want, err := b.found(sel)
		if err != nil {
			return err
		}
		for _, v := range []connectors.Verb{connectors.Block, connectors.Release} {
			if err := m.does(ctx, b, string(v), v, sel, mark, want); err != nil {
				return err
			}
		}
		after, err := b.fixture.Dump(ctx)
		if err != nil {
			return fmt.Errorf("reading back: %w", err)
		}
		c := b.Collection(name)
		return identical(before[c.At], after[c.At], c.Key)
	}
}

// identical compares rows by key: every value the same, of the same type.
func identical(before, after []connectors.Row, key []string) error {
	likely := "Copy values as the store holds them: no conversion, no default, no trigger on the way back."
	if len(before) != len(after) {
		return Fail(likely).Came("rows", "%d", len(after)).Want("%d", len(before))
	}
	rows := map[string]connectors.Row{}
	for _, r := range after {
		rows[values(r.Pick(key))] = r
	}
	for _, r := range before {
		back, ok := rows[values(r.Pick(key))]
		if !ok {
			return Fail(likely).Came("row "+values(r.Pick(key)), "not there").Want("there")
		}
		for f, v := range r {
			if !connectors.Same(v, back[f]) {
				return Fail(likely).Came(f+" of row "+values(r.Pick(key)), "%s (%T)", values([]any{back[f]}), back[f]).Want("%s (%T)", values([]any{v}), v)
			}
		}
	}
	return nil
}

func (m blocking) releaseTwice(ctx context.Context, b *Bench) error {
	sel := b.People(1, 3)
	two := tally{changed: 2, by: map[int]int64{0: 1, 1: 1}}
	if err := m.does(ctx, b, "block", connectors.Block, sel, mark, two); err != nil {
		return err
	}
	if err := m.does(ctx, b, "first release", connectors.Release, sel, mark, two); err != nil {
		return err
	}
	if err := m.does(ctx, b, "second release", connectors.Release, sel, mark, tally{already: 2, by: map[int]int64{}}); err != nil {
		return err
	}
	return b.Unchanged(ctx, blockLikely)
}

func (m blocking) neverBlocked(ctx context.Context, b *Bench) error {
	if err := m.does(ctx, b, "release", connectors.Release, b.People(1, 3), mark, tally{already: 2, by: map[int]int64{}}); err != nil {
		return err
	}
	return b.Unchanged(ctx, blockLikely)
}

func (m blocking) otherMark(ctx context.Context, b *Bench) error {
	sel := b.People(1)
	if err := m.does(ctx, b, "block", connectors.Block, sel, mark, tally{changed: 1}); err != nil {
		return err
	}
	if err := m.does(ctx, b, "release for another request", connectors.Release, sel, other, tally{already: 1, by: map[int]int64{}}); err != nil {
		return err
	}
	return b.probes(ctx, "row held by the first", sel, 0)
}

func (m blocking) releasePersons(ctx context.Context, b *Bench) error {
	sel := b.People(3, 3)
	for _, v := range []connectors.Verb{connectors.Block, connectors.Release} {
		if err := m.does(ctx, b, string(v), v, sel, mark, tally{changed: 1, by: map[int]int64{0: 1, 1: 1}}); err != nil {
			return err
		}
	}
	return nil
}

func (m blocking) releaseCeiling(ctx context.Context, b *Bench) error {
	sel := b.People(1, 3)
	if err := m.does(ctx, b, "block", connectors.Block, sel, mark, tally{changed: 2}); err != nil {
		return err
	}
	t := m.treat(connectors.Release, sel, mark)
	t.AtMost = 1
	out, err := b.apply(ctx, t)
	if err := refuses(err, connectors.ErrMoreRows, "release of 2, ceiling 1", ceilingLikely); err != nil {
		return err
	}
	if err := claimsNothing(out); err != nil {
		return err
	}
	return b.probes(ctx, "rows over the ceiling, blocked before", sel, 0)
}

func (m blocking) releaseRefused(ctx context.Context, b *Bench) error {
	sel := b.People(1, 3)
	if err := m.does(ctx, b, "block", connectors.Block, sel, mark, tally{changed: 2}); err != nil {
		return err
	}
	opt := connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return connectors.ErrRefused }}
	out, err := b.applyWith(ctx, opt, m.treat(connectors.Release, sel, mark))
	if err := refuses(err, connectors.ErrRefused, "release", confirmLikely); err != nil {
		return err
	}
	if err := claimsNothing(out); err != nil {
		return err
	}
	return b.probes(ctx, "rows the host refused to release", sel, 0)
}
