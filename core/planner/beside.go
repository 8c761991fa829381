package planner

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
)

// besideEachOther is how many questions of one planning are with stores at the same time, whichever they are of.
const besideEachOther = 4

// beside asks n questions beside each other; where several are planned together, who each ask one thing at a time, one after the other. An error ends all.
func (s *survey) beside(n int, ask func(ctx context.Context, i int) error) error {
	if s.voice != nil || n == 1 {
		for i := range n {
			if err := ask(s.ctx, i); err != nil {
				return err
			}
		}
		return nil
	}
	all, ctx := errgroup.WithContext(s.ctx)
	all.SetLimit(besideEachOther)
	for i := range n {
		all.Go(func() error { return ask(ctx, i) })
	}
	return all.Wait()
}

// asking is what is asked of the rows of one collection while the person is looked for, and what was answered.
type asking struct {
	c       *datamap.Collection
	fields  []*datamap.Field
	sel     connectors.Selection
	persons []int
	rows    [][]any
	late    error // the system does not answer now
}

// hearAll asks beside each other and judges what was found in the order of the list: what becomes of a row does not hang on which store was quicker.
func (s *survey) hearAll(asks []*asking) (grew bool, err error) {
	open := make([]*System, len(asks))
	for i, a := range asks {
		if open[i] = s.system(a.c); open[i] != nil {
			s.progress(a.c.System.Name)
		}
	}
	err = s.beside(len(asks), func(ctx context.Context, i int) error {
		if open[i] == nil {
			return nil
		}
		return asks[i].ask(ctx, open[i])
	})
	if err != nil {
		return false, err
	}
	for i, a := range asks {
		if open[i] == nil || s.system(a.c) == nil { // it stopped answering meanwhile
			continue
		}
		before := s.findsIn(a.c).rows
		for k, row := range a.rows {
			if s.judge(a.c, a.fields, a.persons[k], row) {
				grew = true
			}
		}
		if s.findsIn(a.c).rows > before {
			s.findsIn(a.c).questions++
		}
		if err := s.unreached(a.c, a.late); err != nil {
			return grew, err
		}
	}
	return grew, nil
}

// ask reads the rows; what was read before a system stopped answering stays.
func (a *asking) ask(ctx context.Context, open *System) error {
	err := open.Each(ctx, a.sel, func(person int, row []any) error {
		a.persons, a.rows = append(a.persons, person), append(a.rows, row)
		return nil
	})
	if errors.Is(err, connectors.ErrTryLater) {
		a.late = err
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", a.c.Address(), err)
	}
	return nil
}

// finds are what the search found of one collection by unique identifiers: by how many questions, how many rows, and how many roots those are.
type finds struct{ questions, rows, roots int }

func (s *survey) findsIn(c *datamap.Collection) *finds {
	if s.finds[c] == nil {
		s.finds[c] = &finds{}
	}
	return s.finds[c]
}

// counted is how many rows of c are the person's, where the search has seen each of them, once: one question found them, they differ in their keys, and nothing
// else leads to rows of c. ok is false where they have to be counted.
func (s *survey) counted(c *datamap.Collection) (n int64, ok bool) {
	l := s.findsIn(c)
	if l.questions != 1 || l.rows != l.roots || l.roots != len(s.roots[c]) || s.in.Supplement != nil {
		return 0, false
	}
	for _, w := range s.Graph.Ways(c) {
		switch {
		case w.Entry.Edge != nil:
			if !s.links[w.Entry.Edge].empty() {
				return 0, false
			}
		case w.Entry.Collection != c:
			if len(s.roots[w.Entry.Collection]) > 0 {
				return 0, false
			}
		case len(s.Graph.Hops(w)) > 0:
			return 0, false
		}
	}
	return int64(l.rows), true
}

// countAll counts the rows each selection finds, of one system in one call, of several systems beside each other. What is of a system that does not answer is
// left out, and noted.
func (s *survey) countAll(of []*datamap.Collection, sels []connectors.Selection) (map[*datamap.Collection]int64, error) {
	type call struct {
		sys  *System
		at   []int
		n    []int64
		late error
	}
	var calls []*call
	by := map[*datamap.System]*call{}
	for i, c := range of {
		sys := s.system(c)
		if sys == nil {
			continue
		}
		one := by[c.System]
		if one == nil {
			one = &call{sys: sys}
			by[c.System], calls = one, append(calls, one)
			s.progress(c.System.Name)
		}
		one.at = append(one.at, i)
	}
	err := s.beside(len(calls), func(ctx context.Context, k int) error {
		one := calls[k]
		ask := make([]connectors.Selection, len(one.at))
		for i, at := range one.at {
			ask[i] = sels[at]
		}
		var err error
		if one.n, err = one.sys.Count(ctx, ask...); errors.Is(err, connectors.ErrTryLater) {
			one.late, err = err, nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", one.sys.Map.Name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := map[*datamap.Collection]int64{}
	for _, one := range calls {
		if one.late != nil {
			if err := s.unreached(of[one.at[0]], one.late); err != nil {
				return nil, err
			}
			continue
		}
		for i, at := range one.at {
			out[of[at]] = one.n[i]
		}
	}
	return out, nil
}
