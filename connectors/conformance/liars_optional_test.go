package conformance_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// over is a store with something put in front of what it can do beside.
type over struct{ connectors.Store }

func (o over) Unwrap() any { return o.Store }

type (
	counting struct {
		over
		f func([]connectors.Tally) []connectors.Tally
	}
	inspected struct {
		over
		f func(*connectors.Schema)
	}
	opening struct{ over }
	probing struct {
		over
		f func(ctx context.Context, s connectors.Store, sel connectors.Selection) (int64, int64, error)
	}
	laying struct {
		over
		load, dump func(map[string][]connectors.Row) map[string][]connectors.Row
	}
)

func (c counting) Count(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	inner, _ := connectors.As[connectors.Counter](c.Store)
	out, err := inner.Count(ctx, sels)
	return c.f(out), err
}

func (i inspected) Inspect(ctx context.Context) (*connectors.Schema, error) {
	inner, _ := connectors.As[connectors.Inspector](i.Store)
	s, err := inner.Inspect(ctx)
	if err == nil {
		i.f(s)
	}
	return s, err
}

// OpenBlob opens an object that holds nothing.
func (opening) OpenBlob(context.Context, connectors.Blob) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(nil)), nil
}

func (p probing) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	return p.f(ctx, p.Store, sel)
}

func (l laying) Load(ctx context.Context, rows map[string][]connectors.Row) error {
	inner, _ := connectors.As[connectors.Fixture](l.Store)
	return inner.Load(ctx, l.load(rows))
}

func (l laying) Dump(ctx context.Context) (map[string][]connectors.Row, error) {
	inner, _ := connectors.As[connectors.Fixture](l.Store)
	rows, err := inner.Dump(ctx)
	return l.dump(rows), err
}

// optionalLiars lie by an interface that not every store has, or by what the card promises.
func optionalLiars() map[string]lie {
	dressed := func(f func(over) connectors.Store) saboteur {
		return saboteur{dress: func(s connectors.Store) connectors.Store { return f(over{s}) }}
	}
	probes := func(f func(ctx context.Context, s connectors.Store, sel connectors.Selection) (int64, int64, error)) saboteur {
		return dressed(func(o over) connectors.Store { return probing{o, f} })
	}
	honest := func(ctx context.Context, s connectors.Store, sel connectors.Selection) (int64, int64, error) {
		p, _ := connectors.As[connectors.Prober](s)
		return p.Probe(ctx, sel)
	}
	same := func(rows map[string][]connectors.Row) map[string][]connectors.Row { return rows }
	first := map[string][]connectors.Row{}
	beside := map[string][]connectors.Row{}
	return map[string]lie{
		"counts a row once for each person": {dressed(func(o over) connectors.Store {
			return counting{o, func(ts []connectors.Tally) []connectors.Tally {
				for i := range ts {
					ts[i].Total = 0
					for _, n := range ts[i].ByPerson {
						ts[i].Total += n
					}
				}
				return ts
			}}
		}), "find/shared"},
		"counts rows of nobody": {dressed(func(o over) connectors.Store {
			return counting{o, func(ts []connectors.Tally) []connectors.Tally {
				for i := range ts {
					ts[i].ByPerson = nil
				}
				return ts
			}}
		}), "find/several"},
		"counts everything for nothing": {dressed(func(o over) connectors.Store {
			return counting{o, func(ts []connectors.Tally) []connectors.Tally { ts[len(ts)-1].Total++; return ts }}
		}), "find/several"},
		"names no columns": {dressed(func(o over) connectors.Store {
			return inspected{o, func(s *connectors.Schema) {
				for i := range s.Collections {
					s.Collections[i].Fields = nil
				}
			}}
		}), "card/schema"},
		"names no collections": {dressed(func(o over) connectors.Store {
			return inspected{o, func(s *connectors.Schema) { s.Collections = nil }}
		}), "card/schema"},
		"opens empty objects":       {dressed(func(o over) connectors.Store { return opening{o} }), "find/document"},
		"says that nobody can read": {probes(func(context.Context, connectors.Store, connectors.Selection) (int64, int64, error) { return 0, 0, nil }), "block/unreadable"},
		"probes for reading alone": {probes(func(ctx context.Context, s connectors.Store, sel connectors.Selection) (int64, int64, error) {
			readable, _, err := honest(ctx, s, sel)
			return readable, 0, err
		}), "block/unreadable"},
		"probes as itself": {probes(func(ctx context.Context, s connectors.Store, sel connectors.Selection) (int64, int64, error) {
			var n int64
			err := connectors.Each(ctx, s, sel, func(int, []any) error { n++; return nil })
			return n, n, err
		}), "block/unreadable"},
		"leaves what it tried": {probes(func(ctx context.Context, s connectors.Store, sel connectors.Selection) (int64, int64, error) {
			readable, writable, err := honest(ctx, s, sel)
			w, _ := connectors.As[connectors.Writer](s)
			_, set := w.Apply(ctx, []connectors.Treatment{{ID: "probe", Verb: connectors.Set, On: sel, AtMost: 1e9, Assign: []connectors.Assign{{Field: "name", To: "probe"}}}},
				connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
			return readable, writable, errors.Join(err, set)
		}), "block/unreadable"},
		"reads back what was laid out": {dressed(func(o over) connectors.Store {
			return laying{o, func(rows map[string][]connectors.Row) map[string][]connectors.Row {
				for at, rs := range rows {
					first[at] = slices.Clone(rs)
				}
				return rows
			}, func(map[string][]connectors.Row) map[string][]connectors.Row { return maps.Clone(first) }}
		}), "delete/rows"},
		"lays out beside what was there": {dressed(func(o over) connectors.Store {
			return laying{o, func(rows map[string][]connectors.Row) map[string][]connectors.Row {
				out := map[string][]connectors.Row{}
				for at, rs := range rows {
					beside[at] = append(beside[at], rs...)
					out[at] = beside[at]
				}
				return out
			}, same}
		}), "set/year"},
		"takes fewer values than it says": {saboteur{card: func(d *connectors.Description) { d.MaxValues = 50 }, locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			for _, m := range sel.Any {
				if len(m.Values) > 20 {
					return errors.New("too many values")
				}
			}
			return s.Locate(ctx, sel, out)
		}}, "find/many"},
		"has a limit it does not say": {saboteur{locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			for i := range sel.Any {
				sel.Any[i].Values = sel.Any[i].Values[:min(len(sel.Any[i].Values), 999)]
			}
			return s.Locate(ctx, sel, out)
		}}, "find/many"},
		"cuts what is too many": {saboteur{card: func(d *connectors.Description) { d.MaxValues = 2 }, locate: func(ctx context.Context, s connectors.Store, sel connectors.Selection, out *connectors.Rows) error {
			sel.Any = slices.Clone(sel.Any)
			for i := range sel.Any {
				sel.Any[i].Values = sel.Any[i].Values[:min(len(sel.Any[i].Values), 1)]
			}
			return s.Locate(ctx, sel, out)
		}}, "find/many"},
	}
}
