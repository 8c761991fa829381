package conformance_test

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

type (
	locate func(context.Context, connectors.Store, connectors.Selection, *connectors.Rows) error
	apply  func(context.Context, connectors.Writer, []connectors.Treatment, connectors.ApplyOptions) ([]connectors.Outcome, error)
)

// saboteur is memory with one thing broken.
type saboteur struct {
	memory connectors.Connector
	card   func(*connectors.Description)
	open   func(connectors.Config) connectors.Config
	locate locate
	apply  apply
	hide   bool                                    // hides every optional interface
	live   bool                                    // its snapshots go on with the store
	dress  func(connectors.Store) connectors.Store // puts an optional interface of its own in front
}

func (s saboteur) Describe() connectors.Description {
	d := s.memory.Describe()
	if s.card != nil {
		s.card(&d)
	}
	return d
}

func (s saboteur) Open(ctx context.Context, c connectors.Config) (connectors.Store, error) {
	if s.open != nil {
		c = s.open(c)
	}
	inner, err := s.memory.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	if s.hide {
		return bare{inner, inner.(connectors.Fixture)}, nil
	}
	if s.dress != nil {
		return s.dress(broken{inner, s}), nil
	}
	return broken{inner, s}, nil
}

type bare struct {
	connectors.Store
	connectors.Fixture
}

type broken struct {
	connectors.Store
	s saboteur
}

func (b broken) Unwrap() any { return b.Store }

func (b broken) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if b.s.locate != nil {
		return b.s.locate(ctx, b.Store, sel, out)
	}
	return b.Store.Locate(ctx, sel, out)
}

func (b broken) Snapshot(ctx context.Context) (connectors.Store, error) {
	if b.s.live {
		return b, nil
	}
	inner, err := b.Store.(connectors.Snapshotter).Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return broken{inner, b.s}, nil
}

func (b broken) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	if b.s.apply != nil {
		return b.s.apply(ctx, b.Store.(connectors.Writer), do, opt)
	}
	return b.Store.(connectors.Writer).Apply(ctx, do, opt)
}

// each gives every row found to f, which adds it or does not.
func each(ctx context.Context, s connectors.Store, sel connectors.Selection, f func(person int, values []any) error) error {
	return connectors.Each(ctx, s, sel, f)
}

func edited(edit func(*connectors.Treatment)) apply {
	return func(ctx context.Context, w connectors.Writer, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
		do = slices.Clone(do)
		for i := range do {
			edit(&do[i])
		}
		return w.Apply(ctx, do, opt)
	}
}

func narrowed(edit func(*connectors.Selection)) locate {
	return func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
		edit(&sel)
		return s.Locate(ctx, sel, out)
	}
}

// filtered drops the conditions from what memory is asked, reads field beside the rest, and lets keep judge.
func filtered(field string, keep func(v any, conds []connectors.Cond) bool) locate {
	return func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
		if len(sel.Where) == 0 {
			return s.Locate(ctx, sel, out)
		}
		conds := sel.Where
		sel.Where = nil
		sel.Fields = append(slices.Clip(sel.Fields), field)
		return each(ctx, s, sel, func(p int, values []any) error {
			n := len(values) - 1
			if !keep(values[n], conds) {
				return nil
			}
			return out.Add(p, values[:n]...)
		})
	}
}

func declare(f func(*connectors.Description)) saboteur { return saboteur{card: f} }
