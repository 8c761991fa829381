package planner

import (
	"context"
	"errors"
	"maps"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// System is one system of the map with its store.
type System struct {
	Map    *datamap.System
	Store  connectors.Store // nil where it could not be opened
	Copy   connectors.Store // of it, that plans are read from and nothing else; nil: they are read from Store
	Card   connectors.Description
	SHA256 string // of the connector's binary
	Err    error  // why it could not be opened

	heard *heard // what it answered, while a batch is planned
}

// Reading is the systems as plans read them: where there is a copy, by that.
func Reading(systems map[string]*System) map[string]*System {
	out := maps.Clone(systems)
	for name, y := range systems {
		if y.Copy != nil {
			copied := *y
			copied.Store, copied.Copy = y.Copy, nil
			out[name] = &copied
		}
	}
	return out
}

// Each gives every row of sel: pushed down where the store can follow it, else worked out hop by hop.
func (y *System) Each(ctx context.Context, sel connectors.Selection, f func(person int, row []any) error) error {
	done := func() {}
	if sel.Enough > 0 {
		return y.some(ctx, sel, f)
	}
	if y.heard != nil {
		if known, err := y.heard.each(sel, f); known {
			return err
		}
		f, done = y.heard.listening(sel, f)
	}
	parts, err := y.Flatten(ctx, sel)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if err := connectors.Each(y.Telling(ctx), y.Store, part, f); err != nil {
			return err
		}
	}
	done()
	return nil
}

// some gives as many rows of sel as are enough: its store may give more.
func (y *System) some(ctx context.Context, sel connectors.Selection, f func(person int, row []any) error) error {
	parts, err := y.Flatten(ctx, sel)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	n := 0
	for _, part := range parts {
		err := connectors.Each(ctx, y.Store, part, func(person int, row []any) error {
			if n++; n > sel.Enough {
				stop()
				return errEnough
			}
			return f(person, row)
		})
		if n > sel.Enough {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errEnough = errors.New("enough rows")

// Still is y as it is at this moment, for reads that must fit each other, and what ends it. Of a store without snapshots it is y
// itself: there each call sees the moment of its own.
func (y *System) Still(ctx context.Context) (*System, func() error, error) {
	if from, ok := connectors.As[connectors.Snapshotter](y.Store); ok {
		store, err := from.Snapshot(ctx)
		if err == nil {
			still := *y
			still.Store = store
			return &still, store.Close, nil
		}
		if !errors.Is(err, connectors.ErrNotSupported) {
			return nil, nil, err
		}
	}
	return y, func() error { return nil }, nil
}

// Count counts the rows of each selection.
func (y *System) Count(ctx context.Context, sels ...connectors.Selection) ([]int64, error) {
	tallies, err := y.Tallies(ctx, sels...)
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(sels))
	for i, t := range tallies {
		out[i] = t.Total
	}
	return out, nil
}

// Tallies counts the rows of each selection, in all and by person.
func (y *System) Tallies(ctx context.Context, sels ...connectors.Selection) ([]connectors.Tally, error) {
	if y.heard == nil {
		return y.ask(ctx, sels)
	}
	out := make([]connectors.Tally, len(sels))
	var unknown []connectors.Selection
	var at []int
	for i, sel := range sels {
		sel.Fields = nil
		var ok bool
		if out[i], ok = y.heard.tally(sel); !ok {
			unknown, at = append(unknown, sel), append(at, i)
		}
	}
	if len(unknown) == 0 {
		return out, nil
	}
	tallies, err := y.ask(ctx, unknown)
	if err != nil {
		return nil, err
	}
	for i, t := range tallies {
		out[at[i]] = t
		y.heard.counted(unknown[i], t)
	}
	return out, nil
}

// ask has the store count.
func (y *System) ask(ctx context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	ctx = y.Telling(ctx)
	out := make([]connectors.Tally, len(sels))
	for i := range out {
		out[i].ByPerson = map[int]int64{}
	}
	var ask []connectors.Selection
	var of []int
	for i, sel := range sels {
		parts, err := y.Flatten(ctx, sel)
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			part.Fields = nil
			ask, of = append(ask, part), append(of, i)
		}
	}
	if len(ask) == 0 {
		return out, nil
	}
	if counter, ok := connectors.As[connectors.Counter](y.Store); ok {
		tallies, err := counter.Count(ctx, ask)
		if err != nil {
			return nil, err
		}
		for i, t := range tallies {
			out[of[i]].Total += t.Total
			for p, n := range t.ByPerson {
				out[of[i]].ByPerson[p] += n
			}
		}
		return out, nil
	}
	for i, sel := range ask {
		sel.Fields = sel.Collection.Key // a row of two persons comes twice
		seen := map[string]bool{}
		err := connectors.Each(ctx, y.Store, sel, func(person int, key []any) error {
			t := &out[of[i]]
			t.ByPerson[person]++
			if id := (connectors.Tuple{Values: key}).ID(); len(key) == 0 || !seen[id] {
				seen[id] = true
				t.Total++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Flatten is sel in the form its store takes: as it is, or decomposed into selections by keys.
func (y *System) Flatten(ctx context.Context, sel connectors.Selection) ([]connectors.Selection, error) {
	if y.follows(sel) {
		if len(sel.Any) == 0 && !sel.All {
			return nil, nil
		}
		return []connectors.Selection{sel}, nil
	}
	return connectors.Decompose(y.Telling(ctx), y.Store, y.Card, sel)
}

func (y *System) follows(sel connectors.Selection) bool {
	for _, m := range sel.Any {
		if len(m.Via) > y.Card.MaxPath || (y.Card.MaxValues > 0 && len(m.Values) > y.Card.MaxValues) {
			return false
		}
		for _, h := range m.Via {
			if h.Repeat && !y.Card.Recursive {
				return false
			}
			for _, c := range append(append([]connectors.Cond(nil), h.If...), h.Then...) {
				if !y.Card.Exists && c.HasExists() {
					return false
				}
			}
		}
	}
	for _, c := range sel.Where {
		if !y.Card.Exists && c.HasExists() {
			return false
		}
	}
	return true
}
