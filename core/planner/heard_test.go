package planner

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// counting is a store of one collection that counts how often it is asked. A row is of each person whose number it holds.
type counting struct {
	rows  []connectors.Row
	asked int
}

func (s *counting) Close() error { return nil }

func (s *counting) Locate(_ context.Context, sel connectors.Selection, out *connectors.Rows) error {
	s.asked++
	for _, row := range s.rows {
		for _, person := range sel.Fits(row) {
			if err := out.Add(person, row.Pick(sel.Fields)...); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *counting) Count(_ context.Context, sels []connectors.Selection) ([]connectors.Tally, error) {
	s.asked++
	out := make([]connectors.Tally, len(sels))
	for i, sel := range sels {
		out[i].ByPerson = map[int]int64{}
		for _, row := range s.rows {
			persons := sel.Fits(row)
			for _, p := range persons {
				out[i].ByPerson[p]++
			}
			if len(persons) > 0 {
				out[i].Total++
			}
		}
	}
	return out, nil
}

var _ connectors.Counter = (*counting)(nil)

// of selects the rows of persons, each by what they are found by.
func of(by map[int][]string, where ...connectors.Cond) connectors.Selection {
	m := connectors.Match{Fields: []string{"owner"}}
	for p := range 10 {
		for _, v := range by[p] {
			m.Values = append(m.Values, connectors.Tuple{Person: p, Values: []any{v}})
		}
	}
	return connectors.Selection{Collection: connectors.Collection{Name: "rows", Key: []string{"id"}}, Any: []connectors.Match{m}, Where: where, Fields: []string{"id"}}
}

func listeningTo(s *counting) *System {
	return &System{Store: s, Card: connectors.Description{MaxPath: 4, Recursive: true, Exists: true}, heard: &heard{room: 1000, listens: true}}
}

func TestHeardIsNotAskedTwice(t *testing.T) {
	s := &counting{rows: []connectors.Row{{"id": int64(1), "owner": "a"}, {"id": int64(2), "owner": "b"}, {"id": int64(3), "owner": "b"}, {"id": int64(4), "owner": "both"}}}
	apart := map[int][]string{0: {"a"}, 1: {"b"}}
	shared := map[int][]string{0: {"a", "both"}, 1: {"b", "both"}}
	kept := connectors.InValues("id", int64(3))
	for _, c := range []struct {
		name        string
		first, then connectors.Selection
		known       bool // of the number; of the rows in rows
		rows        bool
	}{
		{"the same of all", of(apart), of(apart), true, true},
		{"one of several", of(apart), of(map[int][]string{1: {"b"}}), true, true},
		{"the same of all, who share a row", of(shared), of(shared), true, true},
		{"one of several who share a row", of(shared), of(map[int][]string{1: {"b", "both"}}), false, true},
		{"somebody else", of(apart), of(map[int][]string{2: {"b"}}), false, false},
		{"found by other values", of(apart), of(map[int][]string{1: {"both"}}), false, false},
		{"found by more values", of(apart), of(shared), false, false},
		{"found by fewer values", of(shared), of(apart), false, false},
		{"other rows of theirs", of(apart), of(apart, kept), false, false},
		{"all of theirs, after some", of(apart, kept), of(apart), false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, y := t.Context(), listeningTo(s)
			ask := func(y *System, sel connectors.Selection) (n connectors.Tally, rows []string) {
				t.Helper()
				tallies, err := y.Tallies(ctx, sel)
				if err != nil {
					t.Fatal(err)
				}
				err = y.Each(ctx, sel, func(person int, row []any) error {
					rows = append(rows, fmt.Sprint(person, row))
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				slices.Sort(rows)
				return tallies[0], rows
			}
			ask(y, c.first)
			before := s.asked
			n, rows := ask(y, c.then)
			want := 2
			if c.known {
				want--
			}
			if c.rows {
				want--
			}
			if s.asked-before != want {
				t.Errorf("the store was asked %d times, want %d", s.asked-before, want)
			}
			fresh, all := ask(&System{Store: s, Card: y.Card}, c.then)
			if fmt.Sprint(n) != fmt.Sprint(fresh) || !slices.Equal(rows, all) {
				t.Errorf("told %v %v, the store says %v %v", n, rows, fresh, all)
			}
		})
	}
}

// TestHeardStopsAtItsRoom: rows that have no room are read again, all of them.
func TestHeardStopsAtItsRoom(t *testing.T) {
	s := &counting{rows: []connectors.Row{{"id": int64(1), "owner": "a"}, {"id": int64(2), "owner": "a"}}}
	y := listeningTo(s)
	y.heard.room = 3 // a row of one value takes two
	for range 2 {
		n := 0
		if err := y.Each(t.Context(), of(map[int][]string{0: {"a"}}), func(int, []any) error { n++; return nil }); err != nil || n != 2 {
			t.Fatalf("%d rows, %v; want 2", n, err)
		}
	}
	if s.asked != 2 {
		t.Errorf("the store was asked %d times, want 2", s.asked)
	}
}

// TestHeardForgetsWhatBroke: rows of a reading that ended in an error are not all there are.
func TestHeardForgetsWhatBroke(t *testing.T) {
	s := &counting{rows: []connectors.Row{{"id": int64(1), "owner": "a"}, {"id": int64(2), "owner": "a"}}}
	y, sel := listeningTo(s), of(map[int][]string{0: {"a"}})
	if err := y.Each(t.Context(), sel, func(int, []any) error { return io.ErrUnexpectedEOF }); err == nil {
		t.Fatal("want the caller's error")
	}
	n := 0
	if err := y.Each(t.Context(), sel, func(int, []any) error { n++; return nil }); err != nil || n != 2 {
		t.Fatalf("%d rows, %v; want 2", n, err)
	}
}
