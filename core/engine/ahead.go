package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// A package is made of one system after the other, in the order of its plan. Systems that hold little of the person are read before their turn, beside each
// other: into memory, each in a snapshot of its own that nothing makes wait. Documents are not, so that each is opened as soon as it was found. A system that
// turns out to hold more, or documents in a snapshot, is read in its turn as if it had not been read.
const (
	aheadAtOnce = 4       // systems at the same time, and questions with one that has no snapshots
	aheadRows   = 1000    // of a system, by the plan
	aheadBytes  = 1 << 20 // of a system, about
)

// errTooMuch ends the reading ahead of a system; it is read in its turn.
var errTooMuch = errors.New("more than is read ahead")

// portion is one system's part of a package.
type portion struct {
	system   string
	sys      *planner.System
	exports  []planner.Export
	shown    []planner.Export // what of them is shown, with what was reviewed
	answered []*state.Task    // its review, of an export that was reviewed: its rows lie in a spool
	asks     []connectors.Selection

	read    chan struct{} // closed when it was read ahead; nil: it is not
	rows    [][][]any     // by export; nil of one that is read in its turn
	omitted [][]int64
	err     error
}

// portions are the systems' parts in their order.
func (j *job) portions(g *gathering) []*portion {
	var out []*portion
	for _, x := range j.work.Exports {
		if len(out) == 0 || out[len(out)-1].system != x.System {
			out = append(out, &portion{system: x.System, sys: j.Planner.Systems[x.System]})
		}
		p, c := out[len(out)-1], g.m.System(x.System).Collection(x.Collection)
		t, shown := g.review(x), x
		if t != nil {
			shown = withReview(c, x)
		}
		ask, _ := g.reading(c, shown)
		p.exports, p.shown, p.answered, p.asks = append(p.exports, x), append(p.shown, shown), append(p.answered, t), append(p.asks, ask)
	}
	return out
}

// little says whether a system holds so few of the person's rows that they are read ahead.
func (g *gathering) little(sys *datamap.System) bool {
	var n int64
	for _, c := range sys.Collections {
		n += g.rows[c]
	}
	return n <= aheadRows
}

// readAhead begins to read; end waits for what is under way.
func (g *gathering) readAhead(ctx context.Context, all []*portion) (end func()) {
	ctx, cancel := context.WithCancel(ctx)
	var under sync.WaitGroup
	slots := make(chan struct{}, aheadAtOnce)
	for _, p := range all {
		if p.sys == nil || p.sys.Store == nil || !g.little(p.sys.Map) {
			continue
		}
		p.read = make(chan struct{})
		under.Go(func() {
			defer close(p.read)
			slots <- struct{}{}
			defer func() { <-slots }()
			p.err = g.readEarly(ctx, p)
		})
	}
	return func() { cancel(); under.Wait() }
}

// readEarly reads a system's rows: of a snapshot one collection after the other, else several beside each other.
func (g *gathering) readEarly(ctx context.Context, p *portion) (err error) {
	still, end, err := p.sys.Still(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", p.system, err)
	}
	defer func() { err = errors.Join(err, end()) }()
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(aheadAtOnce)
	if still != p.sys {
		all.SetLimit(1)
		if slices.ContainsFunc(p.asks, asksDocument) {
			return errTooMuch
		}
	}
	all.Go(func() (err error) {
		if p.omitted, err = g.omissions(ctx, still, p.shown); err != nil {
			err = fmt.Errorf("%s: %w", p.system, err)
		}
		return err
	})
	p.rows = make([][][]any, len(p.exports))
	room := &room{left: aheadBytes}
	for i, sel := range p.asks {
		if p.answered[i] != nil || len(p.shown[i].Selection.Fields) == 0 || asksDocument(sel) {
			continue
		}
		all.Go(func() error {
			p.rows[i] = [][]any{}
			err := still.Each(ctx, sel, func(_ int, row []any) error {
				p.rows[i] = append(p.rows[i], row)
				return room.take(row)
			})
			if err != nil && !errors.Is(err, errTooMuch) {
				err = fmt.Errorf("%s/%s: %w", p.system, p.exports[i].Collection, err)
			}
			return err
		})
	}
	return all.Wait()
}

func asksDocument(sel connectors.Selection) bool {
	return slices.Contains(sel.Fields, connectors.DocumentField)
}

// room is how much may still be read ahead.
type room struct {
	mu   sync.Mutex
	left int
}

// take counts a row.
func (r *room) take(row []any) error {
	n := 0
	for _, v := range row {
		switch x := v.(type) {
		case string:
			n += len(x)
		case []byte:
			n += len(x)
		case connectors.JSON:
			n += len(x)
		case connectors.Decimal:
			n += len(x)
		case connectors.Blob:
			return errTooMuch
		}
		n += cellRoom
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left -= n; r.left < 0 {
		return errTooMuch
	}
	return nil
}

// early waits for what was read ahead of a system; ok is false where it has to be read now.
func (p *portion) early(ctx context.Context) (ok bool, err error) {
	if p.read == nil {
		return false, nil
	}
	select {
	case <-p.read:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if errors.Is(p.err, errTooMuch) {
		p.rows, p.omitted = nil, nil
		return false, nil
	}
	return p.err == nil, p.err
}

// each gives the rows of an export, as they were read or as they are.
func (p *portion) each(ctx context.Context, sys *planner.System, i int) func(func([]any) error) error {
	if p.rows == nil || p.rows[i] == nil {
		return func(f func([]any) error) error {
			return sys.Each(ctx, p.asks[i], func(_ int, row []any) error { return f(row) })
		}
	}
	return func(f func([]any) error) error {
		for _, row := range p.rows[i] {
			if err := f(row); err != nil {
				return err
			}
		}
		return nil
	}
}
